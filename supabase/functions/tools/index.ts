/** `POST /functions/v1/tools/<tool-name>`: what an operator has done. `GET /tools`: what there is. */
import { createSendBatch } from "../_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../_shared/alerts/group-commit.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { announceAccounts } from "../_shared/portfolio/cache-keys.ts";
import { apiKeyAuthService, cacheService, config, database, log, onAnswer } from "../_shared/services.ts";
import { createCallRpc } from "../_shared/tools/call-rpc.ts";
import { listTools, runTool } from "../_shared/tools/routes.ts";

const services = {
  apiKeys: apiKeyAuthService,
  rpc: createCallRpc(database),
  book: createGroupCommit({ send: createSendBatch(database, "process_alerts") }),
  bodyLimit: config.bodyLimit,
  onChanged: announceAccounts(cacheService),
};

const app = createApp(log, onAnswer);
app.use("/tools", allowOnly("GET", "HEAD"));
app.use("/tools/:tool", allowOnly("POST"));
app.get("/tools", listTools(services));
app.post("/tools/:tool", runTool(services));

export default { fetch: app.fetch };
