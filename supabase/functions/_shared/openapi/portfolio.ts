import { RESOURCES } from "../portfolio/resources.ts";
import { portfolioQuerySchema } from "../validators/portfolio-query.ts";
import { answer, type Components, errors, type Part, queryParameters } from "./parts.ts";
import { position, RESOURCE_ANSWERS } from "./portfolio-schemas.ts";

const headers: Part = {
  age: { description: "Seconds since the answer was read from the database", schema: { type: "integer" } },
  "x-cache": { description: "Where the answer came from", schema: { enum: ["l1", "l2", "db"] } },
  etag: { description: "For if-none-match", schema: { type: "string" } },
};

/** `GET /portfolio/…`, from the same table that the function routes by. */
export function portfolioPaths(components: Components): Part {
  const operation = (id: string, summary: string, parameters: Part[], schema: Part): Part => ({
    get: {
      operationId: id,
      summary,
      description: "Needs a key of scope read. From a cache that is at most about a second behind.",
      tags: ["portfolio"],
      parameters,
      responses: {
        "200": answer("Money and quantities as decimal strings", schema, { headers }),
        "304": { description: "What if-none-match named is still right" },
        ...errors(components, "400 401 403 404 405 414 429 503"),
      },
    },
  });
  const query = (...names: string[]) => queryParameters(components, portfolioQuerySchema, names);
  const resources = Object.entries(RESOURCES).flatMap(([name, { takes, summary }]) => {
    const answers = RESOURCE_ANSWERS[name];
    if (answers === undefined) return [];
    const path = name === "" ? "/portfolio" : `/portfolio/${name}`;
    const parameters = query("account", ...Object.keys(takes));
    const id = name === "" ? "readPortfolio" : `read${name[0]?.toUpperCase()}${name.slice(1)}`;
    return [[path, operation(id, summary, parameters, components.use(answers))]];
  });
  return {
    ...Object.fromEntries(resources),
    "/portfolio/positions/{symbol}": operation("readPosition", "One position", [
      { name: "symbol", in: "path", required: true, schema: { type: "string" } },
      ...query("account", "strategy"),
    ], components.use(position)),
  };
}
