import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/**
 * Lets pages of these origins read the answers (CORS), and answers their preflights; `*` lets any page. Without origins
 * nothing is added: a browser then keeps the answers from every page. Keys travel in headers, never in cookies.
 */
export function allowBrowsers(origins: readonly string[], methods = ["GET", "HEAD"]): MiddlewareHandler {
  if (origins.length === 0) return (_, next) => next();
  return cors({
    origin: origins.includes("*") ? "*" : [...origins],
    allowMethods: methods,
    allowHeaders: ["authorization", "x-api-key", "x-request-id", "if-none-match", "content-type"],
    exposeHeaders: ["etag", "age", "x-cache", "x-cache-stale", "x-request-id"]
      .concat(["retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]),
    maxAge: 600,
  });
}
