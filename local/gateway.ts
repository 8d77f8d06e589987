import { within } from "../supabase/functions/_shared/time/within.ts";
import { loopback } from "./ports.ts";
import type { Secrets } from "./secrets.ts";
import { maxWholeBody, ofConnection, type Outgoing, type Upstream } from "./upstream.ts";

/** Where the gateway sends requests. */
export interface Routes {
  /** The least busy isolate of a function; null when none serves now, undefined when there is no such function. */
  isolate(functionName: string): Upstream | null | undefined;
  /** PostgREST, or null while it is down. */
  rest(): Upstream | null;
}

const functionsPrefix = "/functions/v1/";
const restPrefix = "/rest/v1";

// Those set anew here are left out as well.
const notForwarded = ofConnection.union(
  new Set([
    "accept-encoding",
    "content-length",
    "expect",
    "x-forwarded-for",
    "x-real-ip",
    "cf-connecting-ip",
  ]),
);

/**
 * Starts the gateway on `port`, the one public address of the stack.
 *
 * @param bodyMs milliseconds in which all of a request's body must come
 */
export function startGateway(
  port: number,
  routes: Routes,
  secrets: Secrets,
  { bodyMs = 30_000 }: { bodyMs?: number } = {},
) {
  const mapKeys = createKeyMapper(secrets);
  const route = (request: Request, client: string): Response | Promise<Response> => {
    // By hand: building a URL object for every request is measurable at thousands a second.
    const path = request.url.slice(request.url.indexOf("/", "http://".length));
    const headers = forwardedHeaders(request, client);
    if (path.startsWith(functionsPrefix)) {
      const target = path.slice(functionsPrefix.length - 1);
      const name = /^\/([^/?#]*)/.exec(target)?.[1] ?? "";
      const isolate = routes.isolate(name);
      if (isolate !== undefined) return forward(request, isolate, { target, headers }, bodyMs);
      return failure(404, "function_not_found", `There is no function named "${name}".`);
    }
    const inner = path.slice(restPrefix.length);
    if (!path.startsWith(restPrefix) || !/^([/?]|$)/.test(inner)) {
      return failure(404, "not_found", "The gateway serves /functions/v1/<name> and /rest/v1/.");
    }
    const target = inner.startsWith("/") ? inner : `/${inner}`;
    // A browser asks first, without keys.
    if (request.method === "OPTIONS") return forward(request, routes.rest(), { target, headers }, bodyMs);
    const { refused, authorization } = mapKeys(
      request.headers.get("apikey"),
      request.headers.get("authorization"),
    );
    if (refused !== undefined) return failure(401, "invalid_api_key", refused);
    const others = headers.filter(([name]) => name !== "authorization");
    others.push(["authorization", authorization]);
    return forward(request, routes.rest(), { target, headers: others }, bodyMs);
  };
  const server = Deno.serve(
    { hostname: loopback, port, onListen: () => {} },
    (request, info) => route(request, info.remoteAddr.hostname),
  );
  return { url: `http://${loopback}:${port}`, stop: () => server.shutdown() };
}

async function forward(
  request: Request,
  upstream: Upstream | null,
  to: Pick<Outgoing, "target" | "headers">,
  bodyMs: number,
): Promise<Response> {
  if (upstream === null) return unavailable();
  const { method, headers } = request;
  const length = headers.has("transfer-encoding") ? null : headers.get("content-length");
  let brokeOff = false;
  /** The pieces of a body. That it breaks off is told apart from what fails where they go. */
  async function* piecesOf(body: ReadableStream<Uint8Array>) {
    try {
      yield* body.pipeThrough(new TransformStream(), { signal: AbortSignal.timeout(bodyMs) });
    } catch (error) {
      brokeOff = true;
      throw error;
    }
  }
  try {
    if (method === "GET" || method === "HEAD") return await upstream.send({ ...to, method, body: null });
    if (length === null || Number(length) > maxWholeBody) {
      const body = request.body && ReadableStream.from(piecesOf(request.body));
      return await upstream.send({ ...to, method, body });
    }
    // Not looked at before: `request.body` makes a stream of it.
    const body = await within(request.bytes(), bodyMs);
    return body === null ? incompleteBody() : await upstream.send({ ...to, method, body });
  } catch {
    return brokeOff ? incompleteBody() : unavailable();
  }
}

function forwardedHeaders(request: Request, client: string): Outgoing["headers"] {
  const headers = [...request.headers].filter(([name]) => !notForwarded.has(name));
  const earlier = request.headers.get("x-forwarded-for");
  // As on a hosted project: what the client wrote stays on the left, and the headers of one address are overwritten.
  headers.push(["x-forwarded-for", earlier === null ? client : `${earlier}, ${client}`]);
  headers.push(["x-real-ip", client], ["cf-connecting-ip", client], ["x-forwarded-proto", "http"]);
  return headers;
}

const unavailable = (): Response =>
  failure(503, "upstream_unavailable", "The service behind the gateway is starting or gone; try again.", {
    "retry-after": "1",
  });

/** Deno keeps a connection whose request it has not read to its end, whatever is answered: its client is asked to close. */
const incompleteBody = (): Response =>
  failure(408, "incomplete_body", "The body did not come to its end in time.", { connection: "close" });

function failure(status: number, code: string, message: string, headers: HeadersInit = {}): Response {
  const body = { error: { code, message }, request_id: crypto.randomUUID() };
  return Response.json(body, { status, headers });
}

/**
 * The `Authorization` that PostgREST gets, or why there is none. Supabase's rule: `apikey` must be one of the project's
 * keys. A user's own token in `Authorization` goes through as it is; without one, or with a `sb_…` key there, the role of
 * the key counts.
 */
function createKeyMapper(secrets: Secrets) {
  const anon = `Bearer ${secrets.anonJwt}`;
  const serviceRole = `Bearer ${secrets.serviceRoleJwt}`;
  const roles = new Map([
    [secrets.publishableKey, anon],
    [secrets.anonJwt, anon],
    [secrets.secretKey, serviceRole],
    [secrets.serviceRoleJwt, serviceRole],
  ]);
  return (apikey: string | null, authorization: string | null) => {
    if (apikey === null) return { refused: "No API key found in request: send it as the apikey header." };
    const role = roles.get(apikey);
    if (role === undefined) return { refused: "Invalid API key." };
    const hasOwnToken = authorization !== null && !authorization.startsWith("Bearer sb_");
    return { authorization: hasOwnToken ? authorization : role };
  };
}
