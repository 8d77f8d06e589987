import { sha256Of } from "../hashing/digest.ts";
import { LockUsageError } from "./errors.ts";

/** Longest key, in bytes of UTF-8: `trade:<account>:<symbol>` needs 135. */
export const LONGEST_KEY = 512;

const encoder = new TextEncoder();

/**
 * The advisory lock id of a key, as `trading.lock_id` computes it: the first 8 bytes of SHA-256 of its UTF-8 text,
 * big-endian, signed.
 */
export function lockId(key: string): bigint {
  return new DataView(sha256Of(key).buffer).getBigInt64(0);
}

/**
 * Refuses what cannot be the key of a lock or a lease.
 *
 * @throws LockUsageError `lock_key_invalid`
 */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== "string" || key === "") throw refusal("must be a text with at least one character");
  // Half a surrogate pair would become U+FFFD: two keys, one lock.
  if (key.includes("\0") || !key.isWellFormed()) throw refusal("holds a character that is no text");
  // A key has at most three bytes a UTF-16 unit: a short one need not be counted.
  if (key.length * 3 <= LONGEST_KEY) return;
  const size = encoder.encode(key).length;
  if (size > LONGEST_KEY) throw refusal(`has ${size} bytes; at most ${LONGEST_KEY} can be`);
}

const refusal = (problem: string) => new LockUsageError("lock_key_invalid", `the key of a lock ${problem}`);
