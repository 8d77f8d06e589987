/** `GET /functions/v1/health`: the function runs. `/health/ready`: so does all it needs. `/health/metrics`: for Prometheus. */
import { createSendCommands } from "../_shared/cache/redis.ts";
import { createFetchMetrics } from "../_shared/database/metrics-rpc.ts";
import { componentChecks, readiness } from "../_shared/health/checks.ts";
import { scrape } from "../_shared/health/prometheus.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { allowBrowsers } from "../_shared/http/browsers.ts";
import { apiKeyAuthService, config, database, limitFailures, log, onAnswer } from "../_shared/isolate.ts";

const redis = config.redis === null ? null : createSendCommands({ ...config.redis, deadlineMs: 1_000 });

const app = createApp(log, onAnswer);
// It tells nothing of anybody: a dashboard on any host may show it.
app.use("/health/ready", allowBrowsers(["*"]));
app.use(allowOnly("GET", "HEAD"), limitFailures);
app.get("/health", (context) => context.json({ status: "ok", request_id: context.get("requestId") }));
app.get("/health/ready", readiness(componentChecks(database, redis)));
app.get("/health/metrics", scrape({ apiKeys: apiKeyAuthService, read: createFetchMetrics(database) }));

export default { fetch: app.fetch };
