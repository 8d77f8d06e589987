import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import { presentedKey } from "../auth/authorize.ts";
import type { AppMiddleware } from "../http/app.ts";
import { errorBody, HttpError } from "../http/errors.ts";
import { clientAddress, networkOf, type TrustedProxy } from "../network/client-address.ts";
import type { Limiter, MemoryLimiter, Quota, Verdict } from "./memory-limiter.ts";

/** Whole seconds, at least one: what headers tell. */
const seconds = (milliseconds: number) => String(Math.max(Math.ceil(milliseconds / 1000), 1));

/** `RateLimit-*` as draft-ietf-httpapi-ratelimit-headers-06 has them, which clients read. */
function headersOf({ limit, windowMs }: Quota, { remaining, nextMs }: Verdict): Record<string, string> {
  return {
    "ratelimit-policy": `${limit};w=${seconds(windowMs)}`,
    "ratelimit-limit": String(limit),
    "ratelimit-remaining": String(remaining),
    "ratelimit-reset": seconds(nextMs),
  };
}

export function tooMany(code: string, message: string, quota: Quota, verdict: Verdict): HttpError {
  return new HttpError(429, code, message, undefined, {
    ...headersOf(quota, verdict),
    "retry-after": seconds(verdict.nextMs),
  });
}

/**
 * Limits the requests of each key: over it a 429 with `Retry-After`, and `RateLimit-*` headers on every answer. A
 * request without a valid key passes: whoever checks keys refuses it. Never for alerts, whose senders do not come again.
 */
export function rateLimit(
  { apiKeys, limiter }: { apiKeys: ApiKeyAuthService; limiter: Limiter },
): AppMiddleware {
  return async (context, next) => {
    const check = apiKeys.checkApiKey(presentedKey(context) ?? "");
    if (!check.ok) return await next();
    const verdict = await limiter.take(check.id);
    if (!verdict.allowed) {
      context.get("logFields").key_id = check.id;
      throw tooMany("too_many_requests", "this API key asks too often", limiter.quota, verdict);
    }
    for (const [name, value] of Object.entries(headersOf(limiter.quota, verdict))) {
      context.header(name, value);
    }
    await next();
  };
}

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
