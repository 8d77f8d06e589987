/** `POST /functions/v1/alerts`: alerts in, exact paper trades out. */
import { createSendBatch } from "../_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../_shared/alerts/group-commit.ts";
import { receiveAlerts } from "../_shared/alerts/routes.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { createOutbox } from "../_shared/notifications/outbox-rpc.ts";
import { createCallNotifications, createWake } from "../_shared/notifications/wake.ts";
import { announceAccounts } from "../_shared/portfolio/cache-keys.ts";
import { apiKeyAuthService, cacheService, config, database, log } from "../_shared/services.ts";

const announce = announceAccounts(cacheService);
const wake = createWake({ outbox: createOutbox(database), call: createCallNotifications(config), log });

const app = createApp(log);
app.use(allowOnly("POST"));
app.post(
  "/alerts/:key?",
  receiveAlerts({
    apiKeys: apiKeyAuthService,
    book: createGroupCommit({ send: createSendBatch(database, "process_alerts") }),
    preview: createSendBatch(database, "preview_alerts"),
    bodyLimit: config.bodyLimit,
    deadlineMs: config.alertDeadlineMs,
    onChanged: (accounts) => {
      announce(accounts);
      wake();
    },
  }),
);

export default { fetch: app.fetch };
