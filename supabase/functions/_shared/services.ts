/** The services of an isolate, made once from its environment. A bad environment is told in the log, and nothing starts. */
import { createApiKeyAuthService } from "./auth/api-keys.ts";
import { createCache } from "./cache/cache.ts";
import { createSendCommands } from "./cache/redis-client.ts";
import { type Config, readConfig } from "./config/config.ts";
import { createDatabase } from "./database/client.ts";
import { createAdvisoryLockService } from "./locks/advisory-locks.ts";
import { createLeaseRpc } from "./locks/lease-rpc.ts";
import { createLeaseService } from "./locks/leases.ts";
import { background } from "./http/background.ts";
import { cacheMetrics } from "./cache/metrics.ts";
import { createSendReport } from "./database/metrics-rpc.ts";
import { lockMetrics } from "./locks/metrics.ts";
import { later } from "./observability/later.ts";
import { createLog } from "./observability/log.ts";
import { createMetrics } from "./observability/metrics.ts";
import { countRequests } from "./observability/requests.ts";

/** Runs `make`, and says in the log what is wrong before the isolate fails to start. */
function orExplain<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    createLog("error")("error", error instanceof Error ? error.message : "the configuration cannot be read");
    throw error;
  }
}

/** What the environment says. */
export const config: Config = orExplain(() => readConfig(Deno.env.toObject()));

/** Writes the function's log lines. */
export const log = createLog(config.logLevel, {
  function: Deno.env.get("SUPABASE_FUNCTION_SLUG") ?? "unknown",
});

/** supabase-js as the service role. */
export const database = createDatabase(config);

/** Makes and checks API keys. */
export const apiKeyAuthService = orExplain(() =>
  createApiKeyAuthService({ secret: config.apiKeySecret, apiKeys: config.apiKeys })
);

/** What `active_locks()` calls a holder here. */
const holder = `supabase-automation:${Deno.env.get("SUPABASE_FUNCTION_SLUG") ?? "unknown"}`;

/** Locks by key in transactions on direct connections, none of which is opened before the first lock. */
export const advisoryLockService = createAdvisoryLockService({
  url: Deno.env.get("SUPABASE_DB_URL"),
  applicationName: holder,
});

/** Locks by HTTP, for work that no transaction should last for. */
export const leaseService = createLeaseService(createLeaseRpc(database), holder);

/** Values in this isolate's memory, then in Redis; without Redis in memory only. */
export const cacheService = createCache({
  send: config.redis === null ? null : createSendCommands(config.redis),
  log,
  background,
});

/** What this isolate counts, added to the sums of all of them behind its answers, and once more before it ends. */
export const metrics = createMetrics({
  function: Deno.env.get("SUPABASE_FUNCTION_SLUG") ?? "unknown",
  send: createSendReport(database),
  background,
  later,
});
metrics.collect(cacheMetrics(cacheService));
metrics.collect(lockMetrics(advisoryLockService));
addEventListener("beforeunload", () => background(metrics.flush()));

/** Counts the requests of an app. */
export const onAnswer = countRequests(metrics);
