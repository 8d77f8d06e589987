/** What every isolate has, made once from its environment. A bad environment is told in the log, and nothing starts. */
import { createApiKeyAuthService } from "./auth/api-keys.ts";
import { cacheMetrics, createCache } from "./cache/cache.ts";
import { createSendCommands } from "./cache/redis.ts";
import { type Config, readConfig } from "./config/config.ts";
import { createDatabase } from "./database/client.ts";
import { background } from "./runtime/background.ts";
import { createSendReport } from "./database/metrics-rpc.ts";
import { later } from "./time/later.ts";
import { limitFailedKeys } from "./limits/rate-limit.ts";
import { createMemoryLimiter } from "./limits/memory-limiter.ts";
import { createLog } from "./observability/log.ts";
import { countRequests, createMetrics } from "./observability/metrics.ts";

/** Runs `make`, and says in the log what is wrong before the isolate fails to start. */
export function orExplain<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    createLog("error")("error", error instanceof Error ? error.message : "the configuration cannot be read");
    // Where it was found says nothing about what to correct.
    if (error instanceof Error) error.stack = "";
    throw error;
  }
}

export const config: Config = orExplain(() => readConfig(Deno.env.toObject()));

export const slug = Deno.env.get("SUPABASE_FUNCTION_SLUG") ?? "unknown";

export const log = createLog(config.logLevel, { function: slug });

/** supabase-js as the service role. */
export const database = createDatabase(config, log);

/** Makes and checks API keys. */
export const apiKeyAuthService = orExplain(() =>
  createApiKeyAuthService({
    secret: config.apiKeySecret,
    previousSecret: config.previousApiKeySecret,
    apiKeys: config.apiKeys,
  })
);

/** `app.use(limitFailures)`: limits what an address may fail to authenticate; see limitFailedKeys. */
export const limitFailures = limitFailedKeys({
  limiter: createMemoryLimiter({ limit: config.failedKeysPerMinute, windowMs: 60_000 }),
  proxy: config.trustedProxy,
});

/** Values in this isolate's memory, then in Redis; without Redis in memory only. */
export const cacheService = createCache({
  send: config.redis === null ? null : createSendCommands(config.redis),
  log,
  background,
});

/** What this isolate counts, added to the sums of all of them behind its answers, and once more before it ends. */
export const metrics = createMetrics({
  function: slug,
  send: createSendReport(database),
  background,
  later,
  intervalMs: config.metricsIntervalMs,
});
metrics.collect(cacheMetrics(cacheService));
// Once: the work that it begins has plain Deno tell of the end again.
addEventListener("beforeunload", () => background(metrics.flush()), { once: true });

export const onAnswer = countRequests(metrics);
