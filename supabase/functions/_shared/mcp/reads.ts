import * as z from "zod";
import { argumentsOf, type Resource, RESOURCES } from "../portfolio/resources.ts";
import { defineTool, type Tool } from "../tools/tool.ts";
import { portfolioQuerySchema } from "../validators/portfolio-query.ts";

/** What a portfolio has, as tools that read it: each by the name of its RPC. */
export const READS: Readonly<Record<string, Tool>> = Object.fromEntries(
  Object.values(RESOURCES).map((resource) => [resource.rpc, toolOf(resource)]),
);

/** From the database and not from the cache: whoever has just placed an order asks what became of it. */
function toolOf(resource: Resource): Tool {
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
