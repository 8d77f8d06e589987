import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import { REDIS_DEADLINE } from "../cache/options.ts";
import { clientOptions, logRedis, type RedisTarget } from "../cache/redis.ts";
import type { Log } from "../observability/log.ts";
import { Breaker } from "../runtime/breaker.ts";
import { orTimeout } from "../time/later.ts";
import { createMemoryLimiter, intervalOf, type Limiter, type Quota, type Verdict } from "./memory-limiter.ts";

/** Takes so many requests for a key at once; rejects when Redis does not answer well or in time. */
export type TakeMany = (key: string, count: number) => Promise<Verdict>;

/**
 * Requests are taken from Redis in lots of a twentieth of the limit, as its commands cost money: one command for so
 * many requests. What an isolate took and does not use within the window is lost to its key.
 */
const LOTS = 20;

/** Upstash refills at whole milliseconds: so many tokens at a time that rounding them is a hundredth at most. */
const LEAST_REFILL_MS = 50;

/** A lot that this isolate took: how many are left of it, and until when. */
interface Lot {
  left: number;
  until: number;
  verdict: Verdict;
}

/** Takes from Upstash's limiter, a token bucket in Redis that all isolates share. */
export function createTakeMany(name: string, quota: Quota, target: RedisTarget): TakeMany {
  const refill = Math.ceil(LEAST_REFILL_MS / intervalOf(quota));
  const bucket = new Ratelimit({
    redis: new Redis(clientOptions(target)),
    limiter: Ratelimit.tokenBucket(refill, `${Math.round(refill * intervalOf(quota))} ms`, quota.limit),
    prefix: `sa:l:${name}`,
    // Its own deadline lets a late request pass uncounted; ours comes to the memory limiter.
    timeout: 0,
    analytics: false,
    ephemeralCache: false,
  });
  return async (key, count) => {
    const { success, remaining, reset } = await bucket.limit(key, { rate: count });
    return { allowed: success, remaining, nextMs: Math.max(reset - Date.now(), 1) };
  };
}

/**
 * A limiter whose counts all isolates share; while Redis is away, each counts in its memory.
 *
 * @param take {@link createTakeMany}
 */
export function createSharedLimiter(
  quota: Quota,
  { take, log, now = () => performance.now() }: { take: TakeMany; log: Log; now?: () => number },
): Limiter {
  const memory = createMemoryLimiter(quota, { now });
  const breaker = new Breaker({
    now,
    onChange: logRedis(log, "limits", "each isolate counts by itself"),
  });
  const lotSize = Math.max(Math.floor(quota.limit / LOTS), 1);
  // Keys are those of API_KEYS: few, and no sender can make one up.
  const lots = new Map<string, Lot>();
  // Until when a key that is over its limit is refused without asking: a sender in a loop must not cost commands.
  const refusedUntil = new Map<string, number>();

  /** A new lot, or a single request when no lot is left; the first request of a lot is the caller's. */
  async function takeLot(key: string): Promise<Verdict> {
    const lot = await take(key, lotSize);
    if (!lot.allowed) {
      const single = lotSize === 1 ? lot : await take(key, 1);
      if (!single.allowed) refusedUntil.set(key, now() + single.nextMs);
      return single;
    }
    const before = lots.get(key);
    const kept = before !== undefined && before.until > now() ? before.left : 0;
    lots.set(key, { left: kept + lotSize - 1, until: now() + quota.windowMs, verdict: lot });
    return { ...lot, remaining: lot.remaining + kept + lotSize - 1 };
  }

  return {
    quota,
    async take(key) {
      const lot = lots.get(key);
      if (lot !== undefined && lot.left > 0 && lot.until > now()) {
        lot.left -= 1;
        return { ...lot.verdict, remaining: lot.verdict.remaining + lot.left };
      }
      const waitMs = (refusedUntil.get(key) ?? 0) - now();
      if (waitMs > 0) return { allowed: false, remaining: 0, nextMs: waitMs };
      if (breaker.state !== "closed" && !breaker.takeProbe()) return memory.take(key);
      try {
        // A lot that comes late is there for those who come after.
        const taken = takeLot(key);
        return await breaker.follow(taken, orTimeout(taken, REDIS_DEADLINE));
      } catch {
        return memory.take(key);
      }
    },
  };
}
