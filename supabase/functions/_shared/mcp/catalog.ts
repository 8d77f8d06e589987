import * as z from "zod";
import type { Scope, Sender } from "../auth/api-keys.ts";
import { HttpError } from "../http/errors.ts";
import { argumentsOf, type Resource as Reading, RESOURCES as READINGS } from "../portfolio/resources.ts";
import { defineTool, type Tool } from "../tools/tool.ts";
import { TOOLS } from "../tools/tools.ts";
import { portfolioQuerySchema } from "../validators/portfolio-query.ts";
import { type Prompt, PROMPTS } from "./prompts.ts";
import { type Resource, RESOURCES } from "./resources.ts";

export interface Catalog {
  tools: Readonly<Record<string, Tool>>;
  resources: readonly Resource[];
  prompts: Readonly<Record<string, Prompt>>;
}

/** What a portfolio has, as tools that read it: each by the name of its RPC. */
const READS: Readonly<Record<string, Tool>> = Object.fromEntries(
  Object.values(READINGS).map((resource) => [resource.rpc, toolOf(resource)]),
);

/** From the database and not from the cache: whoever has just placed an order asks what became of it. */
function toolOf(resource: Reading): Tool {
  const names = ["account", ...Object.keys(resource.takes)];
  const fields = Object.entries(portfolioQuerySchema.shape).filter(([name]) => names.includes(name));
  return defineTool({
    description: resource.summary,
    scope: "account",
    schema: z.strictObject(Object.fromEntries(fields)),
    run: (query, { rpc, account }) =>
      // The query has what the resource takes, and nothing else.
      rpc(resource.rpc, { account, ...argumentsOf(resource, query as never) } as never),
  });
}

/** The whole of it: what reads a portfolio, and what `POST /tools/<name>` does. */
export const CATALOG: Catalog = { tools: { ...READS, ...TOOLS }, resources: RESOURCES, prompts: PROMPTS };

export const isReading = ({ scope, reads }: Tool): boolean => scope === "account" || reads === true;

/** The scopes that let a key use a tool, each of them alone. */
export const scopesOf = (tool: Tool): Scope[] =>
  isReading(tool) ? ["read", "admin"] : tool.trades ? ["trade", "admin"] : ["admin"];

export const mayUse = ({ scopes }: Sender, tool: Tool): boolean =>
  scopesOf(tool).some((scope) => scopes.includes(scope));

export const missingScope = (tool: Tool): HttpError =>
  new HttpError(403, "missing_scope", `this API key lacks the scope ${scopesOf(tool).join(" or ")}`);

/** The catalog as a sender's key has it: the tools that it may use, and the resources that they read. */
export function catalogFor(catalog: Catalog, sender: Sender): Catalog {
  const tools = Object.fromEntries(Object.entries(catalog.tools).filter(([, tool]) => mayUse(sender, tool)));
  const resources = catalog.resources.filter(({ source }) =>
    "text" in source || Object.hasOwn(tools, source.tool)
  );
  return { ...catalog, tools, resources };
}

/** What a program that asks its user first should know of a tool, in the words of MCP. */
export const hintsOf = (tool: Tool) => ({
  readOnlyHint: isReading(tool),
  destructiveHint: !isReading(tool) && tool.keeps !== true,
  idempotentHint: isReading(tool) || tool.repeatable === true,
});
