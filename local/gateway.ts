import { within } from "../supabase/functions/_shared/time/within.ts";
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

const functionsPrefix = "/functions/v1/";
const restPrefix = "/rest/v1";

// Fields about one connection, not the message (RFC 9110, 7.6.1), and those set anew here.
const notForwarded = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  ...["content-length", "expect", "x-forwarded-for", "x-real-ip", "cf-connecting-ip"],
]);

/**
 * Starts the one public address of the stack, on `port`.
 *
 * @param bodyMs milliseconds in which all of a request's body must come
 */
export function startGateway(port: number, routes: Routes, secrets: Secrets, { bodyMs = 30_000 } = {}) {
  const authorizationOf = createKeyMapper(secrets);

  function route(request: Request, client: string): Response | Promise<Response> {
    // By hand: building a URL object for every request is measurable at thousands a second.
    const target = request.url.slice(request.url.indexOf("/", "http://".length));
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
    if (!target.startsWith(restPrefix) || !/^([/?]|$)/.test(inner)) {
      return failure(404, "not_found", "The gateway serves /functions/v1/<name> and /rest/v1/.");
    }
    const path = inner.startsWith("/") ? inner : `/${inner}`;
    const fields = forwardedFields(request, client);
    // A browser asks first, without keys.
    if (request.method === "OPTIONS") return forward(request, routes.rest(), path, fields);
    const authorization = authorizationOf(request.headers);
    if (authorization instanceof Error) return failure(401, "invalid_api_key", authorization.message);
    const others = fields.filter(([name]) => name !== "authorization");
    return forward(request, routes.rest(), path, [...others, ["authorization", authorization]]);
  }

  async function forward(request: Request, upstream: Upstream | null, target: string, fields: Fields) {
    if (upstream === null) return unavailable();
    try {
      const body = await bodyOf(request, bodyMs);
      return await upstream.send({ method: request.method, target, fields, body });
    } catch (error) {
      return error instanceof BodyError ? incompleteBody() : unavailable();
    }
  }

  const server = Deno.serve(
    { hostname: loopback, port, onListen: () => {} },
    (request, info) => route(request, info.remoteAddr.hostname),
  );
  return { url: `http://${loopback}:${port}`, stop: () => server.shutdown() };
}

/**
 * Decides the `Authorization` header that PostgREST gets, by Supabase's rule: `apikey` must be one of the project's keys. A
 * user's own token in `Authorization` goes through as it is; without one, or with a `sb_…` key there, the role of the key counts.
 */
function createKeyMapper(secrets: Secrets): (headers: Headers) => string | Error {
  const roles = new Map([
    [secrets.publishableKey, secrets.anonJwt],
    [secrets.anonJwt, secrets.anonJwt],
    [secrets.secretKey, secrets.serviceRoleJwt],
    [secrets.serviceRoleJwt, secrets.serviceRoleJwt],
  ]);
  return (headers) => {
    const apikey = headers.get("apikey");
    if (apikey === null) return new Error("No API key found in request: send it as the apikey header.");
    const role = roles.get(apikey);
    if (role === undefined) return new Error("Invalid API key.");
    const own = headers.get("authorization");
    return own !== null && !own.startsWith("Bearer sb_") ? own : `Bearer ${role}`;
  };
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

function forwardedFields({ headers }: Request, client: string): Fields {
  const earlier = headers.get("x-forwarded-for");
  return [
    ...[...headers].filter(([name]) => !notForwarded.has(name)),
    // As on a hosted project: what the client wrote stays on the left, and the headers of one address are overwritten.
    ["x-forwarded-for", earlier === null ? client : `${earlier}, ${client}`],
    ["x-real-ip", client],
    ["cf-connecting-ip", client],
    ["x-forwarded-proto", "http"],
  ];
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
