export interface Definition {
  type: "counter" | "gauge" | "histogram";
  help: string;
  /** Upper bounds of a histogram's buckets, growing; the last, infinite one goes without saying. */
  buckets?: readonly number[];
}

const counter = (help: string) => ({ type: "counter", help }) as const;
const gauge = (help: string) => ({ type: "gauge", help }) as const;
const histogram = (buckets: readonly number[], help: string) =>
  ({ type: "histogram", help, buckets }) as const;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/**
 * Every metric, by its name without the prefix. Units stand in the name. Labels are words of this code, such as a status or
 * a layer, and never anything out of an alert: their number is bounded.
 */
export const DEFINITIONS = {
  http_requests_total: counter("Requests answered, by function and status."),
  http_request_duration_seconds: histogram(SECONDS, "Time from a request's arrival to its answer."),
  alerts_total: counter("Alerts by outcome, the code of a refusal, and whether it was a duplicate."),
  alert_batch_size: histogram(SIZES, "Alerts that went to the database together."),
  alert_batch_duration_seconds: histogram(SECONDS, "Time that the database took for a batch of alerts."),
  cache_hits_total: counter("Reads answered by the cache, by layer: l1 memory, l2 Redis."),
  cache_misses_total: counter("Reads that the cache could not answer."),
  cache_loads_total: counter("Values that the cache had loaded from the database."),
  cache_shared_total: counter("Reads that waited for another one's load."),
  cache_stale_total: counter("Values served past their time since the database was away."),
  cache_voided_total: counter("Loads not kept since something changed meanwhile."),
  cache_refused_total: counter("Writes that met a newer version."),
  cache_evictions_total: counter("Values that memory had no room for."),
  cache_redis_commands_total: counter("Commands sent to Redis by the cache."),
  cache_redis_errors_total: counter("Calls of Redis without a good answer."),
  cache_entries: gauge("Values in memory, in all active isolates."),
  cache_bytes: gauge("Memory that they use, about."),
  cache_breaker: gauge("Active isolates by the state of their circuit breaker before Redis."),
  lock_acquired_total: counter("Locks taken on direct connections."),
  lock_waited_total: counter("Of these, those that were waited for."),
  lock_timeouts_total: counter("Waits for a lock that ended without it."),
  lock_retries_total: counter("Connections lost, or not to be had, while a lock was asked for."),
  lock_lost_total: counter("Locks lost while their work was under way."),
  lock_connections: gauge("Direct connections of active isolates, by state."),
  isolates: gauge("Isolates that reported within the last minute, by function."),
  locks: gauge("Advisory locks and leases held, and sessions that wait, now."),
  outbox: gauge("Notifications to be sent, and those given up on."),
  accounts: gauge("Accounts, by whether they are halted."),
  open_orders: gauge("Resting orders."),
  api_keys: gauge("API keys that are live."),
  database_size_bytes: gauge("Size of the database."),
  database_connections: gauge("Sessions of the database."),
  database_commits_total: counter("Transactions committed."),
  database_rollbacks_total: counter("Transactions rolled back."),
  database_deadlocks_total: counter("Deadlocks that the database broke."),
  database_blocks_read_total: counter("Blocks read from disk."),
  database_blocks_hit_total: counter("Blocks found in the database's memory."),
} satisfies Record<string, Definition>;

type Named<Type extends Definition["type"]> = {
  [Name in keyof typeof DEFINITIONS]: typeof DEFINITIONS[Name]["type"] extends Type ? Name : never;
}[keyof typeof DEFINITIONS];

export type CounterName = Named<"counter">;
export type GaugeName = Named<"gauge">;
export type HistogramName = Named<"histogram">;
