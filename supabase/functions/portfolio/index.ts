/** `GET /functions/v1/portfolio`: an account, its positions, orders, fills, trades, alerts, equity and performance. */
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { createReadDatabase } from "../_shared/portfolio/read.ts";
import { readPortfolio, readPosition } from "../_shared/portfolio/routes.ts";
import { apiKeyAuthService, cacheService, database, log, onAnswer } from "../_shared/services.ts";

const services = { apiKeys: apiKeyAuthService, cache: cacheService, read: createReadDatabase(database) };

const app = createApp(log, onAnswer);
app.use(allowOnly("GET", "HEAD"));
app.get("/portfolio/positions/:symbol{.+}", readPosition(services));
app.get("/portfolio/:resource?", readPortfolio(services));

export default { fetch: app.fetch };
