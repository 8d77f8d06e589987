import type * as z from "zod";
import { RESOURCES } from "../portfolio/resources.ts";
import { portfolioQuerySchema } from "../validators/portfolio-query.ts";
import type { Part, Parts } from "./parts.ts";
import { position, RESOURCE_ANSWERS } from "./portfolio-schemas.ts";

const headers: Part = {
  age: { description: "Seconds since the answer was read from the database", schema: { type: "integer" } },
  "x-cache": { description: "Where the answer came from", schema: { enum: ["l1", "l2", "db"] } },
  etag: { description: "For if-none-match", schema: { type: "string" } },
};

/** `GET /portfolio/…`, from the same table that the function routes by. */
export function portfolioPaths({ query, operation }: Parts): Part {
  const get = (operationId: string, summary: string, parameters: Part[], schema: z.ZodType): Part => ({
    get: operation("portfolio", {
      operationId,
      summary,
      description: "Needs a key of scope read. From a cache that is at most about a second behind.",
      parameters,
    }, {
      "200": ["Money and quantities as decimal strings", schema, { headers }],
      "304": { description: "What if-none-match named is still right" },
    }, "400 401 403 404 405 414 429 503"),
  });
  const resources = Object.entries(RESOURCES).flatMap(([name, { takes, summary }]) => {
    const answers = RESOURCE_ANSWERS[name];
    if (answers === undefined) return [];
    const path = name === "" ? "/portfolio" : `/portfolio/${name}`;
    const parameters = query(portfolioQuerySchema, ["account", ...Object.keys(takes)]);
    const id = name === "" ? "readPortfolio" : `read${name[0]?.toUpperCase()}${name.slice(1)}`;
    return [[path, get(id, summary, parameters, answers)]];
  });
  return {
    ...Object.fromEntries(resources),
    "/portfolio/positions/{symbol}": get("readPosition", "One position", [
      { name: "symbol", in: "path", required: true, schema: { type: "string" } },
      ...query(portfolioQuerySchema, ["account", "strategy"]),
    ], position),
  };
}
