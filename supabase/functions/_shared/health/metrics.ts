import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import { admit, requireAccount } from "../auth/authorize.ts";
import type { FetchMetrics } from "../database/metrics-rpc.ts";
import type { AppHandler } from "../http/app.ts";
import { PROMETHEUS_TEXT, toPrometheus } from "./prometheus.ts";

/**
 * `GET /health/metrics`: what all isolates counted, summed, and what is going on now, as Prometheus scrapes it. The key
 * needs the scope read, for every account: the counts are of all of them.
 */
export function scrape({ apiKeys, read }: { apiKeys: ApiKeyAuthService; read: FetchMetrics }): AppHandler {
  return async (context) => {
    requireAccount(admit(context, apiKeys, "read"), null, null, "read");
    const live = { name: "api_keys", labels: {}, value: apiKeys.getKeyCount() };
    return context.body(toPrometheus([...await read(), live]), 200, { "content-type": PROMETHEUS_TEXT });
  };
}
