import type { Collector } from "../observability/metrics.ts";
import type { LockService } from "./lock-service.ts";

export function lockMetrics(locks: Pick<LockService, "getStats">): Collector {
  return ({ total, gauge }) => {
    const { acquired, waited, timedOut, retries, lost, pool } = locks.getStats();
    total("lock_acquired_total", acquired);
    total("lock_waited_total", waited);
    total("lock_timeouts_total", timedOut);
    total("lock_retries_total", retries);
    total("lock_lost_total", lost);
    gauge("lock_connections", pool.busy, { state: "busy" });
    gauge("lock_connections", pool.open - pool.busy, { state: "idle" });
  };
}
