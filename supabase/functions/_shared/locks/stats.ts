import type { Collector } from "../observability/metrics.ts";
import type { Pool } from "./pool.ts";

/** What a lock service has done since it was made; times in milliseconds. */
export interface LockStats {
  /** Locks taken. */
  acquired: number;
  /** Of these, those that somebody else held first, or asked for first. */
  waited: number;
  /** Waits that ended without the lock at their time limit. */
  timedOut: number;
  /** Connections lost, or not to be had, while a lock was asked for. */
  retries: number;
  /** Locks lost while their work was under way. */
  lost: number;
  /** Keys that somebody here holds or waits for now. */
  keys: number;
  /** From the call to the work's beginning, over the last 1,024 locks taken; 0 when there was none. */
  wait: { p50: number; p99: number };
  pool: Pool["stats"];
}

export class Samples {
  readonly #kept: number[] = [];
  #next = 0;

  constructor(readonly size: number) {}

  add(value: number): void {
    this.#kept[this.#next] = value;
    this.#next = (this.#next + 1) % this.size;
  }

  /** The smallest sample that a share (0 to 1) of all does not exceed; 0 without samples. */
  percentile(share: number): number {
    const sorted = this.#kept.toSorted((a, b) => a - b);
    return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? 0;
  }
}

export function lockMetrics(locks: { getStats(): LockStats }): Collector {
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
