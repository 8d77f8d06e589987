/** What a metric is. */
export interface Definition {
  type: "counter" | "gauge" | "histogram";
  help: string;
  /** Upper bounds of a histogram's buckets, growing; the last, infinite one goes without saying. */
  buckets?: readonly number[];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/**
 * Every metric, by its name without the prefix. Units stand in the name. Labels are words of this code, such as a status or
 * a layer, and never anything out of an alert: their number is bounded.
 */
export const DEFINITIONS = {
  http_requests_total: { type: "counter", help: "Requests answered, by function and status." },
  http_request_duration_seconds: {
    type: "histogram",
    help: "Time from a request's arrival to its answer.",
    buckets: SECONDS,
  },
  alerts_total: {
    type: "counter",
    help: "Alerts by outcome, the code of a refusal, and whether it was a duplicate.",
  },
  alert_batch_size: { type: "histogram", help: "Alerts that went to the database together.", buckets: SIZES },
  alert_batch_duration_seconds: {
    type: "histogram",
    help: "Time that the database took for a batch of alerts.",
    buckets: SECONDS,
  },
  cache_hits_total: { type: "counter", help: "Reads answered by the cache, by layer: l1 memory, l2 Redis." },
  cache_misses_total: { type: "counter", help: "Reads that the cache could not answer." },
  cache_loads_total: { type: "counter", help: "Values that the cache had loaded from the database." },
  cache_shared_total: { type: "counter", help: "Reads that waited for another one's load." },
  cache_stale_total: { type: "counter", help: "Values served past their time since the database was away." },
  cache_voided_total: { type: "counter", help: "Loads not kept since something changed meanwhile." },
  cache_refused_total: { type: "counter", help: "Writes that met a newer version." },
  cache_evictions_total: { type: "counter", help: "Values that memory had no room for." },
  cache_redis_commands_total: { type: "counter", help: "Commands sent to Redis by the cache." },
  cache_redis_errors_total: { type: "counter", help: "Calls of Redis without a good answer." },
  cache_entries: { type: "gauge", help: "Values in memory, in all active isolates." },
  cache_bytes: { type: "gauge", help: "Memory that they use, about." },
  cache_breaker: {
    type: "gauge",
    help: "Active isolates by the state of their circuit breaker before Redis.",
  },
  lock_acquired_total: { type: "counter", help: "Locks taken on direct connections." },
  lock_waited_total: { type: "counter", help: "Of these, those that were waited for." },
  lock_timeouts_total: { type: "counter", help: "Waits for a lock that ended without it." },
  lock_retries_total: {
    type: "counter",
    help: "Connections lost, or not to be had, while a lock was asked for.",
  },
  lock_lost_total: { type: "counter", help: "Locks lost while their work was under way." },
  lock_connections: { type: "gauge", help: "Direct connections of active isolates, by state." },
  isolates: { type: "gauge", help: "Isolates that reported within the last minute, by function." },
  locks: { type: "gauge", help: "Advisory locks and leases held, and sessions that wait, now." },
  outbox: { type: "gauge", help: "Notifications to be sent, and those given up on." },
  accounts: { type: "gauge", help: "Accounts, by whether they are halted." },
  open_orders: { type: "gauge", help: "Resting orders." },
  api_keys: { type: "gauge", help: "API keys that are live." },
  database_size_bytes: { type: "gauge", help: "Size of the database." },
  database_connections: { type: "gauge", help: "Sessions of the database." },
  database_commits_total: { type: "counter", help: "Transactions committed." },
  database_rollbacks_total: { type: "counter", help: "Transactions rolled back." },
  database_deadlocks_total: { type: "counter", help: "Deadlocks that the database broke." },
  database_blocks_read_total: { type: "counter", help: "Blocks read from disk." },
  database_blocks_hit_total: { type: "counter", help: "Blocks found in the database's memory." },
} as const satisfies Record<string, Definition>;

type Named<Type extends Definition["type"]> = {
  [Name in keyof typeof DEFINITIONS]: typeof DEFINITIONS[Name]["type"] extends Type ? Name : never;
}[keyof typeof DEFINITIONS];

export type CounterName = Named<"counter">;
export type GaugeName = Named<"gauge">;
export type HistogramName = Named<"histogram">;
