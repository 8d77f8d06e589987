/** Middleware for functions built on createApp. */
import type { MiddlewareHandler } from "hono";
import type * as z from "zod";
import { readBytes } from "./http/body.ts";
import { decoded } from "./http/json-body.ts";
import { readAs } from "./validators/problem.ts";

export { allowOnly } from "./http/app.ts";

/**
 * Parses a JSON body by a schema and leaves the result as `context.get("body")`. For any Hono app: what it throws is an
 * HTTPException.
 *
 * @param schema what the body must be
 * @param limit largest body, in bytes
 * @throws HttpError 400 with the path of each problem, 413 when it is too large
 */
export function validateBody<Schema extends z.ZodType>(
  schema: Schema,
  { limit = 65_536 }: { limit?: number } = {},
): MiddlewareHandler<{ Variables: { body: z.output<Schema> } }> {
  return async (context, next) => {
    const [, value] = decoded(await readBytes(context.req.raw, limit));
    context.set("body", readAs(schema, value, ["invalid_body", "the body is not as it should be"]));
    await next();
  };
}
