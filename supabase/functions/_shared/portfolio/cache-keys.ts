import { createHash } from "node:crypto";
import type { Cache } from "../cache/types.ts";
import { background } from "../http/background.ts";

/** Colons divide the levels of a cache key; those in names must not. */
const escape = (text: string): string => text.replace(/[%:]/g, encodeURIComponent);

/** Where an account's answers lie in the cache: all of them are void when anything of the account changes. */
const accountPrefix = (account: string): string => `portfolio:${escape(account)}:`;

/**
 * The key of an answer. The same question has the same key, in whatever order its parameters came. It is hashed: a key has
 * a bounded length, and nothing that a reader sent is to be read in Redis.
 */
export function answerKey(account: string, what: string, given: Record<string, string | number>): string {
  const sorted = Object.entries(given).sort(([a], [b]) => a < b ? -1 : 1);
  const question = JSON.stringify([what, ...sorted.flat()]);
  return accountPrefix(account) + createHash("sha256").update(question).digest("base64url");
}

/**
 * Voids what is cached of accounts, here at once and elsewhere within the cache's bound, behind the answer.
 * One Redis command an account.
 */
export function announceAccounts(cache: Cache): (accounts: readonly string[]) => void {
  return (accounts) => {
    for (const account of accounts) background(cache.invalidatePattern(`${accountPrefix(account)}*`));
  };
}
