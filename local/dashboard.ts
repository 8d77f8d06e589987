import { extname, join, normalize } from "node:path";
import { exists, inRepository } from "./paths.ts";
import { loopback } from "./ports.ts";

/** The dashboard page, served from `dashboard/` as any static host would. */
export interface Dashboard {
  url: string;
  stop(): Promise<void>;
}

const mediaTypes: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Serves the dashboard on `port`; null while the checkout has none. */
export async function startDashboard(port: number): Promise<Dashboard | null> {
  const root = inRepository("dashboard");
  if (!await exists(root)) return null;
  const server = Deno.serve(
    { hostname: loopback, port, onListen: () => {} },
    (request) => serveFile(root, request),
  );
  return { url: `http://${loopback}:${port}`, stop: () => server.shutdown() };
}

async function serveFile(root: string, request: Request): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") return new Response(null, { status: 405 });
  const path = decode(new URL(request.url).pathname);
  if (path === null) return new Response("Bad path", { status: 400 });
  // Normalized from the root, `..` cannot climb out of it.
  const relative = normalize(path.endsWith("/") ? `${path}index.html` : path);
  try {
    const file = await Deno.open(join(root, relative));
    if (!(await file.stat()).isFile) {
      file.close();
      return new Response("Not found", { status: 404 });
    }
    const type = mediaTypes[extname(relative)] ?? "application/octet-stream";
    return new Response(file.readable, { headers: { "content-type": type, "cache-control": "no-cache" } });
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
