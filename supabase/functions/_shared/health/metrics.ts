import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import { admit } from "../auth/authorize.ts";
import type { FetchMetrics } from "../database/metrics-rpc.ts";
import type { AppHandler } from "../http/app.ts";
import { HttpError } from "../http/errors.ts";
import { PROMETHEUS_TEXT, toPrometheus } from "./prometheus.ts";

/**
 * `GET /health/metrics`: what all isolates counted, summed, and what is going on now, as Prometheus scrapes it. The key
 * needs the scope read, for every account: the counts are of all of them.
 */
export function scrape(
  { apiKeys, read }: { apiKeys: ApiKeyAuthService; read: FetchMetrics },
): AppHandler {
  return async (context) => {
    if (admit(context, apiKeys, "read").account !== null) {
      throw new HttpError(403, "wrong_account", "this API key may only read its own account");
    }
    const live = { name: "api_keys", labels: {}, value: apiKeys.getKeyCount() };
    return context.body(toPrometheus([...await read(), live]), 200, { "content-type": PROMETHEUS_TEXT });
  };
}
