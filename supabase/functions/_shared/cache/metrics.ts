import type { Collector } from "../observability/metrics.ts";
import type { Cache } from "./types.ts";

/** What a cache counts. */
export function cacheMetrics(cache: Pick<Cache, "getStats">): Collector {
  return ({ total, gauge }) => {
    const { hits, redis, ...stats } = cache.getStats();
    total("cache_hits_total", hits.l1, { layer: "l1" });
    total("cache_hits_total", hits.l2, { layer: "l2" });
    total("cache_misses_total", stats.misses);
    total("cache_loads_total", stats.loads);
    total("cache_shared_total", stats.shared);
    total("cache_stale_total", stats.stale);
    total("cache_voided_total", stats.voided);
    total("cache_refused_total", stats.refused);
    total("cache_evictions_total", stats.evictions);
    total("cache_redis_commands_total", redis.commands);
    total("cache_redis_errors_total", redis.errors);
    gauge("cache_entries", stats.entries);
    gauge("cache_bytes", stats.bytes);
    gauge("cache_breaker", 1, { state: redis.breaker });
  };
}
