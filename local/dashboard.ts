import { extname, join, normalize } from "node:path";
import { builtDashboard } from "./dashboard-build.ts";
import { loopback } from "./ports.ts";

/** The dashboard page, served as any static host would, with a `config.json` that signs it in to this stack. */
export interface Dashboard {
  url: string;
  stop(): Promise<void>;
}

/** What the page reads from `config.json`: the first two in production too, the others on a local stack only. */
export interface DashboardConfig {
  url: string;
  publishable_key: string;
  /** Token of the user who is signed in already. */
  user_jwt: string;
  /** Alert key, so that what the page shows to paste works as it is. */
  alert_key: string;
}

const mediaTypes: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

/** What every host of the page is to send with it; no page may show it in a frame, which a `<meta>` cannot say. */
export const headers = {
  "cache-control": "no-cache",
  "content-security-policy": "frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Serves the built page on `port`. */
export function startDashboard(port: number, config: DashboardConfig): Dashboard {
  const server = Deno.serve(
    { hostname: loopback, port, onListen: () => {} },
    (request) => answer(request, config),
  );
  return { url: `http://${loopback}:${port}`, stop: () => server.shutdown() };
}

async function answer(request: Request, config: DashboardConfig): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") return new Response(null, { status: 405 });
  const { pathname, hostname } = new URL(request.url);
  // Under another name this would be some web page whose name was made to lead here, after the keys.
  if (![loopback, "localhost"].includes(hostname)) return new Response("Unknown host", { status: 421 });
  if (pathname === "/config.json") return Response.json(config, { headers });
  return await serveFile(pathname);
}

async function serveFile(pathname: string): Promise<Response> {
  const path = decode(pathname);
  if (path === null) return new Response("Bad path", { status: 400 });
  // Normalized from the root, `..` cannot climb out of it.
  const relative = normalize(path.endsWith("/") ? `${path}index.html` : path);
  try {
    const file = await Deno.open(join(builtDashboard, relative));
    if (!(await file.stat()).isFile) {
      file.close();
      return new Response("Not found", { status: 404 });
    }
    const type = mediaTypes[extname(relative)] ?? "application/octet-stream";
    return new Response(file.readable, { headers: { ...headers, "content-type": type } });
  } catch {
    return new Response("Not found", { status: 404 });
  }
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
