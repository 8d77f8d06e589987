import { REDIS_DEADLINE } from "../../../supabase/functions/_shared/cache/options.ts";
import { type Checks, fail, pass, skip } from "../check.ts";

/** Milliseconds: an alert's age, a lease's end and a signature's time are judged by different machines' clocks. */
const MOST_SKEW = 5_000;

/** Redis, and whether all clocks agree. */
export const redis: Checks = {
  /** Redis answers. From here that takes longer than from a function beside it, so its time is shown, and not judged. */
  "redis-reachable"({ redis, isLocal }) {
    if (redis === null) return skip("no Redis: the cache is in memory only");
    if (redis.ok) {
      return pass(`answers in ${redis.milliseconds} ms from here; a function gives it ${REDIS_DEADLINE}`);
    }
    return fail(
      `it cannot be asked: ${redis.reason}`,
      isLocal
        ? "Start the stack: deno task start; where it runs without Redis: deno task doctor --no-redis."
        : "Correct UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN.",
    );
  },
  /** A full Redis forgets what was used least, instead of refusing every write. */
  "redis-eviction"({ redis }) {
    if (redis === null || !redis.ok) return skip("no Redis to ask");
    const { policy, maxMemory } = redis;
    if (policy === null) {
      return skip("Redis does not tell; at Upstash switch on Eviction in the database's page");
    }
    if (policy !== "noeviction") return pass(`maxmemory-policy is ${policy}`);
    if (maxMemory === 0) return pass("noeviction, and no limit of memory to meet");
    return fail(
      "maxmemory-policy is noeviction: once full, it refuses what the cache writes, invalidations too",
      "Set maxmemory-policy to allkeys-lru; at Upstash switch on Eviction.",
    );
  },
  /** The clocks of this machine, the database and the functions agree. */
  "clock-skew"({ database, functions }) {
    const answer = functions.live ?? functions.keyless;
    const clocks = [
      { name: "the database", ahead: database?.ok ? database.clockAheadMs : null },
      { name: "the functions", ahead: answer?.clockAheadMs ?? null },
    ].flatMap(({ name, ahead }) => ahead === null ? [] : [{ name, ahead }]);
    if (clocks.length === 0) return skip("no clock could be read");
    const inWords = clocks.map(({ name, ahead }) =>
      `${name} ${Math.abs(ahead / 1000).toFixed(1)} s ${ahead < 0 ? "behind" : "ahead"}`
    ).join(", ");
    if (clocks.every(({ ahead }) => Math.abs(ahead) <= MOST_SKEW)) return pass(inWords);
    return fail(
      inWords,
      "Have this machine's clock set by NTP; if it is, ask the host of the one that is off.",
    );
  },
};
