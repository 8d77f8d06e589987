import { Hono } from "hono";
import { serveStatic } from "hono/deno";
import type { Connection } from "../dashboard/src/api/connection.ts";
import { builtDashboard } from "./dashboard-build.ts";
import { loopback } from "./ports.ts";

/** What every host of the page is to send with it; no page may show it in a frame, which a `<meta>` cannot say. */
export const headers = {
  "cache-control": "no-cache",
  "content-security-policy": "frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Serves the built page on `port` as any static host would, with this as its `config.json`, which signs it in to this stack. */
export function startDashboard(port: number, config: Required<Connection>) {
  const app = new Hono();
  app.use(async (context, next) => {
    // Under another name this would be some web page whose name was made to lead here, after the keys.
    const { hostname } = new URL(context.req.url);
    if (![loopback, "localhost"].includes(hostname)) return context.text("Unknown host", 421);
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    await next();
  });
  app.get("/config.json", (context) => context.json(config));
  app.get("*", serveStatic({ root: builtDashboard }));
  const server = Deno.serve({ hostname: loopback, port, onListen: () => {} }, app.fetch);
  return { url: `http://${loopback}:${port}`, stop: () => server.shutdown() };
}
