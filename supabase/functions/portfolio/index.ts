/** `GET /functions/v1/portfolio`: an account, its positions, orders, fills, trades, alerts, equity and performance. */
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { allowBrowsers } from "../_shared/http/browsers.ts";
import { limitRequests } from "../_shared/limit-requests.ts";
import { createQueryPortfolio } from "../_shared/portfolio/read.ts";
import { readPortfolio, readPosition } from "../_shared/portfolio/routes.ts";
import { apiKeyAuthService, cacheService, config, database } from "../_shared/isolate.ts";
import { limitFailures, log, onAnswer } from "../_shared/isolate.ts";

const services = { apiKeys: apiKeyAuthService, cache: cacheService, read: createQueryPortfolio(database) };

const app = createApp(log, onAnswer);
app.use(allowBrowsers(config.allowedOrigins), allowOnly("GET", "HEAD"));
app.use(limitFailures, limitRequests("portfolio"));
app.get("/portfolio/positions/:symbol{.+}", readPosition(services));
app.get("/portfolio/:resource?", readPortfolio(services));

export default { fetch: app.fetch };
