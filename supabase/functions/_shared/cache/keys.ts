import { CacheError } from "./errors.ts";

/** Longest key, in bytes of UTF-8. */
export const LONGEST_KEY = 1_024;
/** Longest time to live, in seconds. An epoch in Redis outlives by far every value that was stored under it. */
export const LONGEST_TTL = 6 * 3_600;
/** Levels of a key (`a:`, `a:b:`, `a:b:c:`) that have an epoch of their own. */
const LEVELS = 3;

const encoder = new TextEncoder();

/** @throws CacheError `invalid_key` unless it is 1 to 1,024 bytes without control characters */
export function checkKey(key: string): void {
  if (typeof key !== "string" || key === "") {
    throw new CacheError("invalid_key", "a cache key must be text that is not empty");
  }
  // A UTF-16 unit is at least one byte of UTF-8 and at most three.
  if (key.length > LONGEST_KEY || key.length * 3 > LONGEST_KEY && encoder.encode(key).length > LONGEST_KEY) {
    throw new CacheError("invalid_key", `a cache key must have at most ${LONGEST_KEY} bytes`);
  }
  // deno-lint-ignore no-control-regex -- they are what is looked for
  if (/[\u0000-\u001f]/.test(key)) {
    throw new CacheError("invalid_key", "a cache key must not hold control characters");
  }
}

/** @throws CacheError `invalid_ttl` unless it is more than 0 and at most six hours, in seconds */
export function checkTtl(seconds: number): void {
  if (typeof seconds !== "number" || !(seconds > 0 && seconds <= LONGEST_TTL)) {
    throw new CacheError(
      "invalid_ttl",
      `a time to live must be more than 0 and at most ${LONGEST_TTL} seconds`,
    );
  }
}

/** @throws CacheError `invalid_version` unless it is a whole number from 0 that a double holds exactly */
export function checkVersion(version: number): void {
  if (!Number.isSafeInteger(version) || version < 0) {
    throw new CacheError("invalid_version", "a version must be a whole number from 0 to 2^53 - 1");
  }
}

/**
 * The epochs that a key stands under, from the one of the whole cache (`""`) down to its own: `a:b:c` has `""`, `a:`,
 * `a:b:` and `a:b:c`. Whoever changes one of them voids every value that was stored under it before.
 */
export function epochNames(key: string): string[] {
  const names = [""];
  let end = key.indexOf(":");
  while (end !== -1 && names.length <= LEVELS) {
    names.push(key.slice(0, end + 1));
    end = key.indexOf(":", end + 1);
  }
  if (names.at(-1) !== key) names.push(key);
  return names;
}

/**
 * The one epoch whose change voids every key that `pattern` matches (`*` stands for any text): its longest literal
 * prefix that ends with a colon. `position:*` is exact; `pos*` or `*:AAPL` void more than they name, and cost as
 * little: no key is ever listed, however many there are.
 */
export function epochOfPattern(pattern: string): string {
  if (typeof pattern !== "string" || pattern === "") {
    throw new CacheError(
      "invalid_pattern",
      "a pattern must be text that is not empty: * stands for any text",
    );
  }
  if (pattern.length > LONGEST_KEY) {
    throw new CacheError("invalid_pattern", `a pattern must have at most ${LONGEST_KEY} characters`);
  }
  const star = pattern.indexOf("*");
  if (star === -1) {
    checkKey(pattern);
    return pattern;
  }
  const literal = pattern.slice(0, star);
  const names = epochNames(`${literal}*`);
  names.pop();
  return names.at(-1) ?? "";
}
