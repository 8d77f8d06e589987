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
 * does not take the change, the log says so: until it has, others may read what they have, up to its time to live.
 * One Redis command per account, however many alerts of a batch it was in: their answers come in one turn, when all of
 * them are booked, so that one change stands for all.
 */
export function voidAnswers(cache: Cache, log: Log): (accounts: readonly string[]) => void {
  const change = async (account: string) => {
    const isDone = await cache.invalidatePattern(`${accountPrefix(account)}*`);
    if (!isDone) log("warn", "cache: Redis was not told of a change yet, readers elsewhere may be behind");
  };
  /** Accounts, of this turn. */
  const changed = new Set<string>();
  return (accounts) => {
    if (changed.size === 0) queueMicrotask(() => changed.clear());
    for (const account of accounts) {
      if (changed.has(account)) continue;
      changed.add(account);
      background(change(account));
    }
  };
}
