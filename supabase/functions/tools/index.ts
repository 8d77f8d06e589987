/** `POST /functions/v1/tools/<tool-name>`: what an operator has done. `GET /tools`: what there is. */
import { createAfterChanges } from "../_shared/after-changes.ts";
import { createBookWaiting, createSendBatch } from "../_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../_shared/alerts/group-commit.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { allowBrowsers } from "../_shared/http/browsers.ts";
import { limitRequests } from "../_shared/limits.ts";
import { sendTestNotification } from "../_shared/notifications/test-notification.ts";
import { createCallNotifications } from "../_shared/notifications/wake.ts";
import { apiKeyAuthService, cacheService, config, database } from "../_shared/isolate.ts";
import { limitFailures, log, onAnswer } from "../_shared/isolate.ts";
import { createCallRpc } from "../_shared/tools/call-rpc.ts";
import { readImport } from "../_shared/tools/read-import.ts";
import { listTools, runTool } from "../_shared/tools/routes.ts";

const callNotifications = createCallNotifications(config);
const services = {
  apiKeys: apiKeyAuthService,
  rpc: createCallRpc(database),
  book: createGroupCommit({
    send: createSendBatch(database, "process_alerts"),
    bookWaiting: createBookWaiting(database),
  }),
  bodyLimit: config.bodyLimit,
  onChanged: createAfterChanges({ cache: cacheService, database, config, log }),
  readImport,
  sendTest: (channel: string) => sendTestNotification(callNotifications, channel),
};

const app = createApp(log, onAnswer);
// The dashboard's page sends files, with a key that its reader enters: no page has one by itself.
app.use("/tools/import_backtest", allowBrowsers(["*"], ["POST"]));
app.use("/tools", allowOnly("GET", "HEAD"));
app.use("/tools/:tool", allowOnly("POST"));
app.use(limitFailures, limitRequests("tools"));
app.get("/tools", listTools(services));
app.post("/tools/:tool", runTool(services));

export default { fetch: app.fetch };
