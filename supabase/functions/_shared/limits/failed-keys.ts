import type { AppMiddleware } from "../http/app.ts";
import { clientAddress, networkOf, type TrustedProxy } from "../network/client-address.ts";
import { errorBody } from "../http/errors.ts";
import type { MemoryLimiter } from "./memory-limiter.ts";
import { tooMany } from "./rate-limit.ts";

/**
 * Limits what one address may fail to authenticate: past it the answer is 429 with `Retry-After` in place of 401. Only
 * answers of 401 count and change, so a request with a valid key is never limited, wherever it comes from.
 *
 * Addresses are counted in this isolate's memory, of which they have a bounded part. Requests whose address is not known
 * count as one address.
 */
export function limitFailedKeys(
  { limiter, proxy }: { limiter: MemoryLimiter; proxy: TrustedProxy },
): AppMiddleware {
  return async (context, next) => {
    await next();
    if (context.res.status !== 401) return;
    const address = clientAddress(context.req.raw.headers, proxy);
    const verdict = limiter.take(address === null ? "unknown" : networkOf(address));
    if (verdict.allowed) return;
    const message = "too many requests without a valid key";
    const error = tooMany("too_many_failed_keys", message, limiter.quota, verdict);
    context.get("logFields").code = error.code;
    context.res = context.json(errorBody(error, context.get("requestId")), error.status, error.headers);
    // The refusal's headers stay, which this one is not of.
    context.header("www-authenticate", undefined);
  };
}
