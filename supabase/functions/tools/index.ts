/** `POST /functions/v1/tools/<tool-name>`: what an operator has done. `GET /tools`: what there is. */
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { allowBrowsers } from "../_shared/http/browsers.ts";
import { limitRequests } from "../_shared/limit-requests.ts";
import { apiKeyAuthService, config, limitFailures, log, onAnswer } from "../_shared/isolate.ts";
import { listTools, runTool } from "../_shared/tools/routes.ts";
import { toolBackend } from "../_shared/tool-backend.ts";

const services = { ...toolBackend, apiKeys: apiKeyAuthService, bodyLimit: config.bodyLimit };

const app = createApp(log, onAnswer);
// The dashboard's page sends files, with a key that its reader enters: no page has one by itself.
app.use("/tools/import_backtest", allowBrowsers(["*"], ["POST"]));
app.use("/tools", allowOnly("GET", "HEAD"));
app.use("/tools/:tool", allowOnly("POST"));
app.use(limitFailures, limitRequests("tools"));
app.get("/tools", listTools(services));
app.post("/tools/:tool", runTool(services));

export default { fetch: app.fetch };
