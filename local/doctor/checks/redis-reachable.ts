import { type Check, fail, pass, skip } from "../check.ts";

/** Milliseconds that a call of the cache waits at most. */
const DEADLINE = 150;

/** Redis answers. From here that takes longer than from a function beside it, so its time is told, and not judged. */
export const redisReachable: Check = {
  name: "redis-reachable",
  judge({ redis, isLocal }) {
    if (redis === null) return skip("no Redis: the cache is in memory only");
    if (redis.ok) {
      return pass(`answers in ${redis.milliseconds} ms from here; a function gives it ${DEADLINE}`);
    }
    return fail(
      `it cannot be asked: ${redis.reason}`,
      isLocal
        ? "Start the stack: deno task start; where it runs without Redis: deno task doctor --no-redis."
        : "Correct UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN.",
    );
  },
};
