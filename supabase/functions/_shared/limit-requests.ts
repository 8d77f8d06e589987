/** Limits by key, for functions that read or operate; alerts have none. */
import type { AppMiddleware } from "./http/app.ts";
import { createMemoryLimiter } from "./limits/memory-limiter.ts";
import { rateLimit } from "./limits/rate-limit.ts";
import { createSharedLimiter, createTakeMany } from "./limits/redis-limiter.ts";
import { apiKeyAuthService, config, log } from "./isolate.ts";

/**
 * `app.use(limitRequests("portfolio"))`: each key gets `REQUESTS_PER_MINUTE` of this function, counted in Redis when
 * there is one, else in memory. Put it before the routes; it needs no other middleware.
 */
export function limitRequests(name: string): AppMiddleware {
  const quota = { limit: config.requestsPerMinute, windowMs: 60_000 };
  const limiter = config.redis === null
    ? createMemoryLimiter(quota)
    : createSharedLimiter(quota, { take: createTakeMany(name, quota, config.redis), log });
  return rateLimit({ apiKeys: apiKeyAuthService, limiter });
}
