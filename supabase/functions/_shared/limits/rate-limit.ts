import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import { presentedKey } from "../auth/authorize.ts";
import type { AppMiddleware } from "../http/app.ts";
import { HttpError } from "../http/errors.ts";
import type { Limiter, Quota, Verdict } from "./memory-limiter.ts";

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
