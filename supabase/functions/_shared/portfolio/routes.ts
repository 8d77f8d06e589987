import { admit, requireAccount } from "../auth/authorize.ts";
import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import type { Cache } from "../cache/cache.ts";
import type { AppContext, AppHandler } from "../http/app.ts";
import { HttpError } from "../http/errors.ts";
import { portfolioQuerySchema } from "../validators/portfolio-query.ts";
import { readAs } from "../validators/problem.ts";
import { answerKey } from "./cache-keys.ts";
import { type Answer, type QueryPortfolio, toAnswer } from "./read.ts";
import { argumentsOf, type Resource, RESOURCES } from "./resources.ts";

export interface PortfolioServices {
  apiKeys: ApiKeyAuthService;
  cache: Cache;
  read: QueryPortfolio;
}

/**
 * Seconds that an answer lives, and that "no such account" does. Alerts void what they change within the cache's bound;
 * what changes an account without passing through a function (an RPC such as reset_account or deposit, called directly),
 * or in an isolate that cannot reach Redis, shows after this time at the latest. `age` says how old it is.
 */
export const TTL = 15;
const NEGATIVE_TTL = 1;
/** Seconds past its time that an answer may stand in while the database is away; `x-cache-stale` tells. */
const STALE_IF_ERROR = 30;

const LAYERS = { l1: "l1", l2: "l2", load: "db" };

/** `GET /portfolio[/<resource>]`: what the database's function answers, through the cache. */
export function readPortfolio({ apiKeys, cache, read }: PortfolioServices): AppHandler {
  return async (context) => {
    const { account, query } = readQuery(context, apiKeys);
    const name = context.req.param("resource") ?? "";
    const resource = resourceOf(name);
    const args = argumentsOf(resource, query);
    const load = () => read(resource.rpc, { account, ...args });
    return send(context, await find(context, cache, answerKey(account, name, args), load));
  };
}

/** `GET /portfolio/positions/<symbol>`: one position; `strategy` tells which when several strategies hold the symbol. */
export function readPosition({ apiKeys, cache, read }: PortfolioServices): AppHandler {
  return async (context) => {
    const { account, query } = readQuery(context, apiKeys);
    const path = portfolioQuerySchema.shape.symbol.safeParse(context.req.param("symbol"));
    if (!path.success || path.data === null) {
      throw new HttpError(400, ...UNREADABLE, [{ path: "symbol", message: "is not a symbol" }]);
    }
    const symbol = path.data;
    const load = () => read("list_positions", { account, limit: 1_000, only_symbol: symbol });
    const listed = await find(context, cache, answerKey(account, "position", { symbol }), load);
    return send(context, await pickPosition(listed, query.strategy));
  };
}

async function pickPosition({ body, readAt }: Answer, strategy: string | null): Promise<Answer> {
  const rows: { strategy: string }[] = JSON.parse(body);
  const held = strategy === null ? rows : rows.filter((row) => row.strategy === strategy);
  // Without a strategy's name, the position of alerts that have none; else the only one there is.
  const [row] = held.length === 1 ? held : held.filter((each) => each.strategy === "");
  if (row !== undefined) return await toAnswer(row, readAt);
  if (held.length === 0) {
    throw new HttpError(404, "no_position", "this symbol was never traded in this account");
  }
  throw new HttpError(400, "ambiguous_position", "several strategies hold this symbol", [
    { path: "query.strategy", message: "say which one" },
  ]);
}

function readQuery(context: AppContext, apiKeys: ApiKeyAuthService) {
  const sender = admit(context, apiKeys, "read");
  const query = readAs(portfolioQuerySchema, context.req.query(), [...UNREADABLE, "query."]);
  const account = query.account ?? sender.account ?? "default";
  requireAccount(sender, account, "query.account", "read");
  return { account, query };
}

function resourceOf(name: string): Resource {
  const resource = Object.hasOwn(RESOURCES, name) ? RESOURCES[name] : undefined;
  if (resource !== undefined) return resource;
  const known = Object.keys(RESOURCES).filter((each) => each !== "").join(", ");
  throw new HttpError(404, "not_found", `a portfolio has ${known}`);
}

const UNREADABLE = ["invalid_query", "the query cannot be read"] as const;

/**
 * The answer from the cache, or from the database; headers and log say which.
 *
 * @throws HttpError 404 when there is no such account, and what `load` throws
 */
async function find(
  context: AppContext,
  cache: Cache,
  key: string,
  load: () => Promise<Answer | null>,
): Promise<Answer> {
  const started = performance.now();
  const timing: string[] = [];
  const timed = async () => {
    const begun = performance.now();
    const loaded = await load();
    timing.push(`db;dur=${(performance.now() - begun).toFixed(2)}`);
    return loaded;
  };
  const { value, layer, stale } = await cache.lookup<Answer | null>(key, timed, {
    ttl: TTL,
    negativeTtl: NEGATIVE_TTL,
    staleIfError: STALE_IF_ERROR,
    version: ({ version }) => version,
  });
  timing.push(`cache;desc="${LAYERS[layer]}";dur=${(performance.now() - started).toFixed(2)}`);
  context.get("logFields").cache = stale ? "stale" : LAYERS[layer];
  context.header("x-cache", LAYERS[layer]);
  context.header("server-timing", timing.join(", "));
  if (stale) context.header("x-cache-stale", "1");
  if (value === null) throw new HttpError(404, "no_account", "there is no such account");
  return value;
}

/** Sends an answer, unless the reader has it. */
function send(context: AppContext, { body, etag, readAt }: Answer): Response {
  context.header("etag", etag);
  context.header("age", String(Math.max(Math.floor((Date.now() - readAt) / 1_000), 0)));
  if (context.req.header("if-none-match") === etag) return context.body(null, 304);
  return context.body(body, 200, { "content-type": "application/json" });
}
