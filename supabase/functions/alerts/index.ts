/** `POST /functions/v1/alerts`: alerts in, exact paper trades out. `GET /alerts/openapi.json` describes all functions. */
import { createAfterChanges } from "../_shared/after-changes.ts";
import { createBookWaiting, createSendBatch } from "../_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../_shared/alerts/group-commit.ts";
import { countBatches, countOutcomes } from "../_shared/alerts/metrics.ts";
import { createSettingsOf, parseKeySettings } from "../_shared/alerts/reading-settings.ts";
import { receiveAlerts } from "../_shared/alerts/routes.ts";
import { createSignatureService } from "../_shared/auth/signatures.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { allowSources } from "../_shared/http/allowed-sources.ts";
import { describeFunctions } from "../_shared/openapi/route.ts";
import * as isolate from "../_shared/isolate.ts";

const { apiKeyAuthService, cacheService, config, database, limitFailures } = isolate;
const { log, metrics, onAnswer, orExplain } = isolate;

const app = createApp(log, onAnswer);
app.get("/alerts/openapi.json", describeFunctions(config.supabaseUrl));
app.use(allowOnly("POST"), allowSources(config.allowedAlertSources, config.trustedProxy), limitFailures);
app.post(
  "/alerts/:key?",
  receiveAlerts({
    apiKeys: apiKeyAuthService,
    signatures: orExplain(() => createSignatureService(config)),
    book: createGroupCommit({
      send: createSendBatch(database, "process_alerts"),
      bookWaiting: createBookWaiting(database),
      onBatch: countBatches(metrics),
    }),
    preview: createSendBatch(database, "preview_alerts"),
    settingsOf: createSettingsOf(database, orExplain(() => parseKeySettings(config.keySettings))),
    bodyLimit: config.bodyLimit,
    deadlineMs: config.alertDeadlineMs,
    onOutcomes: countOutcomes(metrics),
    onChanged: createAfterChanges({ cache: cacheService, database, config, log }),
  }),
);

export default { fetch: app.fetch };
