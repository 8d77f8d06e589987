import { LRUCache } from "../runtime/lru.ts";

export type MemoryLimiter = ReturnType<typeof createMemoryLimiter>;

/** Keys that are remembered at most; the one unused for the longest time is forgotten for a new one. */
const MOST_KEYS = 10_000;

/**
 * A limiter in this isolate's memory: a token bucket, kept as the one number that says when it will be full again
 * (the generic cell rate algorithm).
 */
export function createMemoryLimiter(
  quota: Quota,
  { now = () => performance.now(), mostKeys = MOST_KEYS }: { now?: () => number; mostKeys?: number } = {},
) {
  const interval = intervalOf(quota);
  let remembered: LRUCache<string, number> | undefined;
  /** Made for the first key: places for ten thousand take 2 milliseconds of an isolate's start, and most meet no stranger. */
  const fullAt = () => remembered ??= new LRUCache({ max: mostKeys });
  return {
    quota,
    get size() {
      return remembered?.size ?? 0;
    },
    take(key: string): Verdict {
      const at = now();
      const empty = Math.max(fullAt().get(key) ?? 0, at) - at;
      const filled = empty + interval;
      if (filled > quota.windowMs) return { allowed: false, remaining: 0, nextMs: filled - quota.windowMs };
      fullAt().set(key, at + filled);
      return {
        allowed: true,
        remaining: Math.floor((quota.windowMs - filled) / interval),
        nextMs: filled % interval || interval,
      };
    },
  };
}

/** What one request came to: whether it is within the limit, and what is left of it. */
export interface Verdict {
  allowed: boolean;
  /** Requests left at this moment. */
  remaining: number;
  /** Milliseconds until there is one more. */
  nextMs: number;
}

/** How many requests a window has room for. They may come all at once; then room for one comes back at a time. */
export interface Quota {
  limit: number;
  windowMs: number;
}

/** Counts requests by key. Never fails. */
export interface Limiter {
  readonly quota: Quota;
  take(key: string): Verdict | Promise<Verdict>;
}

/** Milliseconds in which room for one more comes back. */
export const intervalOf = ({ limit, windowMs }: Quota): number => windowMs / limit;
