import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

// Not by node:crypto: an isolate that loads no module of Node's takes 22 ms less CPU to start, of 97 measured.

const encoder = new TextEncoder();

/** SHA-256 of the parts, one after the other; texts in UTF-8. */
export function sha256Of(...parts: (string | Uint8Array)[]): Uint8Array {
  const hash = sha256.create();
  for (const part of parts) hash.update(typeof part === "string" ? encoder.encode(part) : part);
  return hash.digest();
}

/** SHA-256 of a text in UTF-8, as 64 hexadecimal digits. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(encoder.encode(text)));

/** SHA-1 of a text in UTF-8, as 40 hexadecimal digits: a name for it, no proof. */
export const sha1Hex = (text: string): string => bytesToHex(sha1(encoder.encode(text)));

/** Whether two digests are the same: in a time that does not tell where they differ. */
export function isSameDigest(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}
