/** `POST /functions/v1/alerts`: alerts in, exact paper trades out. */
import { createSendBatch } from "../_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../_shared/alerts/group-commit.ts";
import { countBatches, countOutcomes } from "../_shared/alerts/metrics.ts";
import { receiveAlerts } from "../_shared/alerts/routes.ts";
import { createSignatureService } from "../_shared/auth/signatures.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { allowSources } from "../_shared/http/allowed-sources.ts";
import { announceAccounts } from "../_shared/portfolio/cache-keys.ts";
import { apiKeyAuthService, cacheService, config, database, limitFailures } from "../_shared/services.ts";
import { log, metrics, onAnswer, orExplain } from "../_shared/services.ts";

const app = createApp(log, onAnswer);
app.use(allowOnly("POST"), allowSources(config.allowedAlertSources, config.trustedProxy), limitFailures);
app.post(
  "/alerts/:key?",
  receiveAlerts({
    apiKeys: apiKeyAuthService,
    signatures: orExplain(() => createSignatureService(config)),
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
