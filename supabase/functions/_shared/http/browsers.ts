import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { HttpError } from "./errors.ts";

/**
 * Lets pages of these origins read the answers (CORS), and answers their preflights; `*` lets any page. Without origins
 * nothing is added: a browser then keeps the answers from every page. Keys travel in headers, never in cookies.
 */
export function allowBrowsers(origins: readonly string[], methods = ["GET", "HEAD"]): MiddlewareHandler {
  if (origins.length === 0) return (_, next) => next();
  return cors({
    origin: origins.includes("*") ? "*" : [...origins],
    allowMethods: methods,
    allowHeaders: ["authorization", "x-api-key", "x-request-id", "if-none-match", "content-type"]
      // Those of MCP; the last two by clients of 2026-07-28, before they fall back.
      .concat("mcp-protocol-version", "mcp-method", "mcp-name"),
    exposeHeaders: ["etag", "age", "x-cache", "x-cache-stale", "x-request-id"]
      .concat(["retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]),
    maxAge: 600,
  });
}

/** Pages that this machine's own programs serve. */
const THIS_MACHINE = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
/** Where assistants live: what their users connect there sends their origin, also from a program on a desk. */
const ASSISTANTS = ["https://claude.ai", "https://claude.com", "https://chatgpt.com"];
/** Origins of pages that came over a network. Programs made of pages have others, such as `vscode-webview://…`. */
const FROM_A_NETWORK = /^(https?:|null$)/i;

/**
 * Refuses what pages of other origins send. A page whose name was pointed at this machine (DNS rebinding) reaches what runs
 * here as if it were its own; its origin gives it away. Most programs send none.
 */
export function refuseOtherPages(origins: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header("origin");
    const isKnown = origin === undefined || !FROM_A_NETWORK.test(origin) || THIS_MACHINE.test(origin) ||
      [...ASSISTANTS, ...origins].some((each) => each === "*" || each === origin);
    if (!isKnown) throw new HttpError(403, "origin_not_allowed", "pages of this origin may not ask");
    await next();
  };
}
