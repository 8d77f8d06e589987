/** `POST /functions/v1/mcp`: the server of tools for assistants, by MCP (modelcontextprotocol.io). */
import { createRequireSource } from "../_shared/http/allowed-sources.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { allowBrowsers, refuseOtherPages } from "../_shared/http/browsers.ts";
import { limitRequests } from "../_shared/limit-requests.ts";
import { serveMcp } from "../_shared/mcp/routes.ts";
import { apiKeyAuthService, config, limitFailures, log, onAnswer } from "../_shared/isolate.ts";
import { toolBackend } from "../_shared/tool-backend.ts";

const { allowedAlertSources, allowedOrigins, bodyLimit, trustedProxy } = config;

const app = createApp(log, onAnswer);
app.use(refuseOtherPages(allowedOrigins), allowBrowsers(allowedOrigins, ["POST"]));
// There is no stream to listen to, and no session to end.
app.use(allowOnly("POST"), limitFailures, limitRequests("mcp"));
app.post(
  "/mcp",
  serveMcp({
    ...toolBackend,
    apiKeys: apiKeyAuthService,
    bodyLimit,
    requireSource: createRequireSource(allowedAlertSources, trustedProxy),
  }),
);

export default { fetch: app.fetch };
