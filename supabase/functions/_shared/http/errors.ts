import { HTTPException } from "hono/http-exception";

/**
 * One thing that is wrong with a request, in the words of the person who sent it.
 *
 * `path` names our canonical field (`quantity`, `take_profit.percent`, `[1].symbol` in an array, `""` for the
 * body as a whole); `source` is the sender's own name for it when that differs; `code` is there where a program
 * may want to react. No part ever repeats a key, nor the value of a field that we do not know.
 */
export type Problem = { path: string; message: string; code?: string; source?: string };

/** More than these help nobody: no answer, and no work, is to grow with the nonsense that was sent. */
export const MAX_PROBLEMS = 50;

/**
 * An outcome that ends a request with an error answer. Thrown by middleware and handlers, caught once, in createApp; any
 * other Hono app answers with {@link HttpError.getResponse}.
 */
export class HttpError extends HTTPException {
  override readonly name = "HttpError";

  constructor(
    override readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 413 | 414 | 415 | 422 | 429 | 500 | 503,
    /** snake_case, stable: what a program may react to. */
    readonly code: string,
    message: string,
    readonly details?: Problem[],
    readonly headers: Record<string, string> = {},
  ) {
    super(status, { message });
  }

  override getResponse(): Response {
    return Response.json(errorBody(this, crypto.randomUUID()), {
      status: this.status,
      headers: this.headers,
    });
  }
}

/** The headers of a 503 that is over soon. */
export const AGAIN = { "retry-after": "1" };

/** Nothing was written; the sender should send the same again. TradingView does so for a 503. */
export const unavailable = (message = "nothing was written: send it again"): HttpError =>
  new HttpError(503, "unavailable", message, undefined, AGAIN);

/** Why a request is not answered as hoped: the one JSON shape of every error. */
export const errorBody = ({ code, message, details }: HttpError, requestId: string) => ({
  error: { code, message, ...details === undefined ? {} : { details } },
  request_id: requestId,
});
