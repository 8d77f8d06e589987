import type { Context, Handler, MiddlewareHandler } from "hono";
import { Hono } from "hono/quick";
import { getPathNoStrict } from "hono/utils/url";
import type { Log, LogFields } from "../observability/log.ts";
import type { OnAnswer } from "../observability/metrics.ts";
import { errorBody, HttpError } from "./errors.ts";

/** What middleware leaves for the handlers behind it. */
export type Variables = {
  requestId: string;
  /** Facts for the request's log line; handlers add theirs. With a `failure`, something of ours failed: an error. */
  logFields: LogFields;
};
type Env = { Variables: Variables };
export type App = Hono<Env>;
export type AppContext = Context<Env>;
export type AppHandler = Handler<Env>;
export type AppMiddleware = MiddlewareHandler<Env>;

/**
 * An id from the sender is kept when it is plain and no secret; it goes into logs, answers and the inbox. A key of ours
 * is longer than 64 characters.
 */
const isPlainId = (text: string): boolean => /^(?!.*(?:whsec|sb_secret)_)[\w-]{8,64}$/.test(text);

/** Characters of a URL at most. A page of positions names two strategies: of 64 Chinese characters each they take 1,152. */
const LONGEST_URL = 2_048;
const isTooLong = ({ url }: Request): boolean => url.length > LONGEST_URL;

const SECURITY_HEADERS = Object.entries({
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=63072000",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
});

/** Gives the request an id, answers with it and with security headers, and writes its one log line. */
function observed(log: Log, onAnswer?: OnAnswer): AppMiddleware {
  return async (context, next) => {
    const started = performance.now();
    const sent = context.req.header("x-request-id") ?? "";
    const requestId = isPlainId(sent) ? sent : crypto.randomUUID();
    context.set("requestId", requestId);
    context.set("logFields", {});
    await next();
    const { headers, status } = context.res;
    // Into the answer's own headers: Hono's `header` makes a new answer of a finished one, and before there is one a copy.
    headers.set("x-request-id", requestId);
    for (const [name, value] of SECURITY_HEADERS) headers.set(name, value);
    const fields = context.get("logFields");
    const milliseconds = performance.now() - started;
    onAnswer?.({ status, milliseconds });
    log(status >= 500 || fields.failure !== undefined ? "error" : "info", "request", {
      request_id: requestId,
      method: context.req.method,
      status,
      duration_ms: Math.round(milliseconds * 100) / 100,
      ...fields,
    });
  };
}

/**
 * The path by which the route is found, before any middleware runs: of a long URL it is not decoded. A slash at the end,
 * as people paste it, changes nothing.
 */
const getPath = (request: Request): string => isTooLong(request) ? "/" : getPathNoStrict(request);

/** Refuses what no caller of ours needs, before anybody decodes it: 64 KB of `%ff&` took 130 to 257 ms, without a key. */
const refuseLongUrls: AppMiddleware = async (context, next) => {
  if (isTooLong(context.req.raw)) {
    throw new HttpError(414, "url_too_long", `the URL is longer than ${LONGEST_URL} characters`);
  }
  await next();
};

/**
 * An app whose every answer has a request id, security headers, one log line, and one shape of error: an
 * {@link HttpError} as itself, anything else as a 500 that tells nothing of its cause but to the log.
 *
 * @param onAnswer told of each answer, to count it
 */
export function createApp(log: Log, onAnswer?: OnAnswer): App {
  // The quick preset: of few routes it searches a list. The usual one's table takes 2 milliseconds of the first request.
  const app: App = new Hono({ getPath });
  app.use(observed(log, onAnswer), refuseLongUrls);
  app.notFound((context) =>
    context.json(
      errorBody(new HttpError(404, "not_found", "there is nothing here"), context.get("requestId")),
      404,
    )
  );
  app.onError((error, context) => {
    const told = toHttpError(error, context.get("logFields"));
    return context.json(errorBody(told, context.get("requestId")), told.status, told.headers);
  });
  return app;
}

/** The error as it is answered: an {@link HttpError} as itself, anything else as a 500 whose cause only the log tells. */
export function toHttpError(error: unknown, logFields: LogFields): HttpError {
  if (error instanceof HttpError) {
    logFields.code = error.code;
    return error;
  }
  const { name, stack, message } = error instanceof Error ? error : new Error(typeof error);
  Object.assign(logFields, { failure: "unexpected", error: name, at: originOf({ stack, message }) });
  return new HttpError(500, "internal", "something went wrong");
}

/** Where an error was thrown: a place in the code. Its message may hold values, on any number of lines, and is not logged. */
function originOf({ stack = "", message }: Pick<Error, "stack" | "message">): string {
  const places = stack.replace(message, "").split("\n").map((line) => line.trim());
  return places.find((line) => line.startsWith("at "))?.slice(0, 200) ?? "unknown";
}

/** Refuses every method but those, with the `Allow` that RFC 9110 asks for. */
export function allowOnly(...methods: string[]): AppMiddleware {
  return async (context, next) => {
    if (!methods.includes(context.req.method)) {
      const allow = methods.join(", ");
      throw new HttpError(405, "method_not_allowed", `send a ${allow} request`, undefined, { allow });
    }
    await next();
  };
}
