import { within } from "../supabase/functions/_shared/time/within.ts";
import { createKeyMapper, type KeyMapper } from "./gateway-keys.ts";
import { loopback } from "./ports.ts";
import type { Secrets } from "./secrets.ts";
import { BodyError, type Fields, maxWholeBody, type Upstream } from "./upstream.ts";

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

/** What the gateway needs to send a request on. */
interface Setup {
  routes: Routes;
  mapKeys: KeyMapper;
  bodyMs: number;
}

const functionsPrefix = "/functions/v1/";
const restPrefix = "/rest/v1";

// Fields about one connection, not the message (RFC 9110, 7.6.1), and those set anew here.
const notForwarded = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  ...["content-length", "expect", "x-forwarded-for", "x-real-ip", "cf-connecting-ip"],
]);

/**
 * Starts the gateway on `port`.
 *
 * @param bodyMs milliseconds in which all of a request's body must come
 */
export function startGateway(
  port: number,
  routes: Routes,
  secrets: Secrets,
  { bodyMs = 30_000 }: { bodyMs?: number } = {},
): Gateway {
  const setup = { routes, mapKeys: createKeyMapper(secrets), bodyMs };
  const server = Deno.serve(
    { hostname: loopback, port, onListen: () => {} },
    (request, info) => route(request, info.remoteAddr.hostname, setup),
  );
  return { url: `http://${loopback}:${port}`, stop: () => server.shutdown() };
}

function route(request: Request, client: string, setup: Setup): Response | Promise<Response> {
  // By hand: building a URL object for every request is measurable at thousands a second.
  const pathStart = request.url.indexOf("/", "http://".length);
  const target = request.url.slice(pathStart);

  if (target.startsWith(functionsPrefix)) {
    const inner = target.slice(functionsPrefix.length - 1);
    const name = /^\/([^/?#]*)/.exec(inner)?.[1] ?? "";
    const isolate = setup.routes.isolate(name);
    if (isolate === undefined) {
      return failure(404, "function_not_found", `There is no function named "${name}".`);
    }
    return forward(request, isolate, inner, forwardedFields(request, client), setup.bodyMs);
  }

  const inner = target.slice(restPrefix.length);
  if (target.startsWith(restPrefix) && /^([/?]|$)/.test(inner)) {
    const path = inner.startsWith("/") ? inner : `/${inner}`;
    return routeRest(request, path, forwardedFields(request, client), setup);
  }
  return failure(404, "not_found", "The gateway serves /functions/v1/<name> and /rest/v1/.");
}

function routeRest(
  request: Request,
  target: string,
  fields: Fields,
  { routes, mapKeys, bodyMs }: Setup,
): Response | Promise<Response> {
  // A browser asks first, without keys.
  if (request.method === "OPTIONS") return forward(request, routes.rest(), target, fields, bodyMs);
  const credentials = mapKeys(request.headers.get("apikey"), request.headers.get("authorization"));
  if ("refused" in credentials) return failure(401, "invalid_api_key", credentials.refused);
  const others = fields.filter(([name]) => name !== "authorization");
  const allowed: Fields = [...others, ["authorization", credentials.authorization]];
  return forward(request, routes.rest(), target, allowed, bodyMs);
}

async function forward(
  request: Request,
  upstream: Upstream | null,
  target: string,
  fields: Fields,
  bodyMs: number,
): Promise<Response> {
  if (upstream === null) return unavailable();
  try {
    const body = await bodyOf(request, bodyMs);
    return await upstream.send({ method: request.method, target, fields, body });
  } catch (error) {
    return error instanceof BodyError ? incompleteBody() : unavailable();
  }
}

/** A small body whole, a larger one as it comes. */
async function bodyOf(
  request: Request,
  bodyMs: number,
): Promise<Uint8Array | ReadableStream<Uint8Array> | null> {
  const length = request.headers.get("content-length");
  const isWhole = length !== null && !request.headers.has("transfer-encoding");
  if (isWhole && Number(length) <= maxWholeBody) {
    // Not looked at before: `request.body` makes a stream of it.
    const whole = await within(request.bytes(), bodyMs);
    if (whole === null) throw new BodyError("the body took too long");
    return whole;
  }
  if (request.body === null) return null;
  const signal = AbortSignal.timeout(bodyMs);
  return request.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal });
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

/** Deno keeps a connection whose request it has not read to its end, whatever is answered: its client is asked to close. */
function incompleteBody(): Response {
  return failure(408, "incomplete_body", "The body did not come to its end in time.", {
    connection: "close",
  });
}

function failure(status: number, code: string, message: string, headers: HeadersInit = {}): Response {
  const body = { error: { code, message }, request_id: crypto.randomUUID() };
  return Response.json(body, { status, headers });
}
