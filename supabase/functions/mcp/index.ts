/** `POST /functions/v1/mcp`: a seat for assistants, by MCP (modelcontextprotocol.io). */
import { createRequireSource } from "../_shared/http/allowed-sources.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { allowBrowsers, refuseOtherPages } from "../_shared/http/browsers.ts";
import { limitRequests } from "../_shared/limit-requests.ts";
import { serveSeat } from "../_shared/mcp/routes.ts";
import { apiKeyAuthService, config, limitFailures, log, onAnswer } from "../_shared/isolate.ts";
import { workshop } from "../_shared/workshop.ts";

const { allowedAlertSources, allowedOrigins, bodyLimit, trustedProxy } = config;

const app = createApp(log, onAnswer);
app.use(refuseOtherPages(allowedOrigins), allowBrowsers(allowedOrigins, ["POST"]));
// There is no stream to listen to, and no session to end.
app.use(allowOnly("POST"), limitFailures, limitRequests("mcp"));
app.post(
  "/mcp",
  serveSeat({
    ...workshop,
    apiKeys: apiKeyAuthService,
    bodyLimit,
    requireSource: createRequireSource(allowedAlertSources, trustedProxy),
  }),
);

export default { fetch: app.fetch };
