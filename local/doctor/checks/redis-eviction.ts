import { type Check, fail, pass, skip } from "../check.ts";

/** A full Redis forgets what was used least, instead of refusing every write. */
export const redisEviction: Check = {
  name: "redis-eviction",
  judge({ redis }) {
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
};
