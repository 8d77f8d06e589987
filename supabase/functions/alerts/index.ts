/** `POST /functions/v1/alerts`: alerts in, exact paper trades out. `GET /alerts/openapi.json` describes all functions. */
import { createSendBatch } from "../_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../_shared/alerts/group-commit.ts";
import { countBatches, countOutcomes } from "../_shared/alerts/metrics.ts";
import { receiveAlerts } from "../_shared/alerts/routes.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { describeFunctions } from "../_shared/openapi/route.ts";
import { announceAccounts } from "../_shared/portfolio/cache-keys.ts";
import {
  apiKeyAuthService,
  cacheService,
  config,
  database,
  log,
  metrics,
  onAnswer,
} from "../_shared/services.ts";

const app = createApp(log, onAnswer);
app.get("/alerts/openapi.json", describeFunctions(config.supabaseUrl));
app.use(allowOnly("POST"));
app.post(
  "/alerts/:key?",
  receiveAlerts({
    apiKeys: apiKeyAuthService,
    book: createGroupCommit({
      send: createSendBatch(database, "process_alerts"),
      onBatch: countBatches(metrics),
    }),
    preview: createSendBatch(database, "preview_alerts"),
    bodyLimit: config.bodyLimit,
    deadlineMs: config.alertDeadlineMs,
    onChanged: announceAccounts(cacheService),
    onOutcomes: countOutcomes(metrics),
  }),
);

export default { fetch: app.fetch };
