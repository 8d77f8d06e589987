import type { Cache } from "../cache/cache.ts";
import { sha256Hex } from "../hashing/digest.ts";
import { background } from "../runtime/background.ts";
import type { Log } from "../observability/log.ts";

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
  return accountPrefix(account) + sha256Hex(question);
}

/**
 * Voids what is cached of accounts, here at once and elsewhere within the cache's bound, behind the answer. When Redis
 * cannot be told, the log says so: until it was, others may read what they have, up to its time to live.
 * One Redis command an account, however many alerts of a batch it was in: their answers come in one turn, when all of
 * them are booked, so that the first one's announcement speaks for all.
 */
export function announceAccounts(cache: Cache, log: Log): (accounts: readonly string[]) => void {
  const announce = async (account: string) => {
    const told = await cache.invalidatePattern(`${accountPrefix(account)}*`);
    if (!told) log("warn", "cache: Redis was not told of a change yet, readers elsewhere may be behind");
  };
  /** Those of this turn. */
  const announced = new Set<string>();
  return (accounts) => {
    if (announced.size === 0) queueMicrotask(() => announced.clear());
    for (const account of accounts) {
      if (announced.has(account)) continue;
      announced.add(account);
      background(announce(account));
    }
  };
}
