import { createKeyMapper, type KeyMapper } from "./gateway-keys.ts";
import { loopback } from "./ports.ts";
import type { Secrets } from "./secrets.ts";
import { maxWholeBody, type Upstream } from "./upstream.ts";
import type { Fields } from "./http-message.ts";

/** Where the gateway sends requests. */
export interface Routes {
  /** The least busy isolate of a function; null when none serves now, undefined when there is no such function. */
  isolate(functionName: string): Upstream | null | undefined;
  /** PostgREST, or null while it is down. */
  rest(): Upstream | null;
}

/** The one public address of the stack. */
export interface Gateway {
  url: string;
  stop(): Promise<void>;
}

const functionsPrefix = "/functions/v1/";
const restPrefix = "/rest/v1";

// Fields about one connection, not the message (RFC 9110, 7.6.1), and those set anew here.
const notForwarded = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  ...["content-length", "expect", "x-forwarded-for", "x-real-ip", "cf-connecting-ip"],
]);

/** Starts the gateway on `port`. */
export function startGateway(port: number, routes: Routes, secrets: Secrets): Gateway {
  const mapKeys = createKeyMapper(secrets);
  const server = Deno.serve(
    { hostname: loopback, port, onListen: () => {} },
    (request, info) => route(request, info.remoteAddr.hostname, routes, mapKeys),
  );
  return { url: `http://${loopback}:${port}`, stop: () => server.shutdown() };
}

function route(
  request: Request,
  client: string,
  routes: Routes,
  mapKeys: KeyMapper,
): Response | Promise<Response> {
  // By hand: building a URL object for every request is measurable at thousands a second.
  const pathStart = request.url.indexOf("/", "http://".length);
  const target = request.url.slice(pathStart);

  if (target.startsWith(functionsPrefix)) {
    const inner = target.slice(functionsPrefix.length - 1);
    const name = /^\/([^/?#]*)/.exec(inner)?.[1] ?? "";
    const isolate = routes.isolate(name);
    if (isolate === undefined) {
      return failure(404, "function_not_found", `There is no function named "${name}".`);
    }
    return forward(request, isolate, inner, forwardedFields(request, client));
  }

  const inner = target.slice(restPrefix.length);
  if (target.startsWith(restPrefix) && /^([/?]|$)/.test(inner)) {
    const path = inner.startsWith("/") ? inner : `/${inner}`;
    return routeRest(request, path, forwardedFields(request, client), routes, mapKeys);
  }
  return failure(404, "not_found", "The gateway serves /functions/v1/<name> and /rest/v1/.");
}

function routeRest(
  request: Request,
  target: string,
  fields: Fields,
  routes: Routes,
  mapKeys: KeyMapper,
): Response | Promise<Response> {
  // A browser asks first, without keys.
  if (request.method === "OPTIONS") return forward(request, routes.rest(), target, fields);
  const credentials = mapKeys(request.headers.get("apikey"), request.headers.get("authorization"));
  if ("refused" in credentials) return failure(401, "invalid_api_key", credentials.refused);
  const others = fields.filter(([name]) => name !== "authorization");
  return forward(request, routes.rest(), target, [...others, ["authorization", credentials.authorization]]);
}

async function forward(
  request: Request,
  upstream: Upstream | null,
  target: string,
  fields: Fields,
): Promise<Response> {
  if (upstream === null) return unavailable();
  try {
    return await upstream.send({ method: request.method, target, fields, body: await bodyOf(request) });
  } catch {
    return unavailable();
  }
}

async function bodyOf(request: Request): Promise<Uint8Array | ReadableStream<Uint8Array> | null> {
  if (request.body === null) return null;
  const length = request.headers.get("content-length");
  return length !== null && Number(length) <= maxWholeBody ? await request.bytes() : request.body;
}

function forwardedFields(request: Request, client: string): Fields {
  const fields: Fields = [];
  for (const [name, value] of request.headers) {
    if (!notForwarded.has(name)) fields.push([name, value]);
  }
  const earlier = request.headers.get("x-forwarded-for");
  // As on a hosted project: what the client wrote stays on the left, and the headers of one address are overwritten.
  fields.push(["x-forwarded-for", earlier === null ? client : `${earlier}, ${client}`]);
  fields.push(["x-real-ip", client], ["cf-connecting-ip", client]);
  fields.push(["x-forwarded-proto", "http"]);
  return fields;
}

function unavailable(): Response {
  return failure(
    503,
    "upstream_unavailable",
    "The service behind the gateway is starting or gone; try again.",
    {
      "retry-after": "1",
    },
  );
}

function failure(status: number, code: string, message: string, headers: HeadersInit = {}): Response {
  const body = { error: { code, message }, request_id: crypto.randomUUID() };
  return Response.json(body, { status, headers });
}
