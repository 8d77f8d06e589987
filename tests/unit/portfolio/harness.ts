import { createApiKeyAuthService } from "../../../supabase/functions/_shared/auth/api-keys.ts";
import { createCache } from "../../../supabase/functions/_shared/cache/cache.ts";
import type { CacheOptions } from "../../../supabase/functions/_shared/cache/cache.ts";
import { allowOnly, createApp } from "../../../supabase/functions/_shared/http/app.ts";
import { createLog } from "../../../supabase/functions/_shared/observability/log.ts";
import { type QueryPortfolio, toAnswer } from "../../../supabase/functions/_shared/portfolio/read.ts";
import { readPortfolio, readPosition } from "../../../supabase/functions/_shared/portfolio/routes.ts";

const secret = "a secret of the tests, long enough";
const maker = createApiKeyAuthService({ secret, apiKeys: "" });
const made = {
  reader: maker.generateApiKey({ id: "reader", scopes: ["read"] }),
  trader: maker.generateApiKey({ id: "trader", scopes: ["trade"] }),
  bound: maker.generateApiKey({ id: "bound", scopes: ["read"], account: "mine" }),
};
/** Keys that the function knows. */
export const keys = { reader: made.reader.key, trader: made.trader.key, bound: made.bound.key };

export type Call = Parameters<QueryPortfolio>;

/** The portfolio function over a database that answers what it is told to. */
export function portfolio(respond: (...call: Call) => unknown, options: CacheOptions = {}) {
  const calls: Call[] = [];
  const lines: string[] = [];
  // Nothing here lasts long enough to be cleaned up.
  const cache = createCache({ later: () => () => {}, ...options });
  const services = {
    apiKeys: createApiKeyAuthService({
      secret,
      apiKeys: Object.values(made).map(({ entry }) => entry).join(","),
    }),
    cache,
    read: async (...call: Call) => {
      calls.push(call);
      const data = await respond(...call);
      return data === null ? null : toAnswer(data, Date.now());
    },
  };
  const app = createApp(createLog("info", {}, (line) => lines.push(line)));
  app.use(allowOnly("GET", "HEAD"));
  app.get("/portfolio/positions/:symbol{.+}", readPosition(services));
  app.get("/portfolio/:resource?", readPortfolio(services));
  return {
    calls,
    lines,
    cache,
    async get(path: string, { key = keys.reader, headers = {}, method = "GET" }: {
      key?: string | null;
      headers?: Record<string, string>;
      method?: string;
    } = {}) {
      const response = await app.request(`/portfolio${path}`, {
        method,
        headers: { ...key === null ? {} : { "x-api-key": key }, ...headers },
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === "" ? null : JSON.parse(text),
      };
    },
  };
}
