/**
 * The services that this project offers to functions of your own: `apiKeyAuthService`, `cacheService` and
 * `advisoryLockService`, with what else an isolate has. Its own functions take no locks, and import `isolate.ts`.
 */
import { database, metrics, slug } from "./isolate.ts";
import { createAdvisoryLockService, lockMetrics } from "./locks/advisory-locks.ts";
import { createLeaseRpc, createLeaseService } from "./locks/leases.ts";

export * from "./isolate.ts";

/** What `active_locks()` calls a holder here. */
const holder = `supabase-automation:${slug}`;

/** Locks by key in transactions on direct connections, none of which is opened before the first lock. */
export const advisoryLockService = createAdvisoryLockService({
  url: Deno.env.get("SUPABASE_DB_URL"),
  ca: Deno.env.get("DATABASE_CA") || undefined,
  applicationName: holder,
});

/** Locks by HTTP, for work that no transaction should last for. */
export const leaseService = createLeaseService(createLeaseRpc(database), holder);

metrics.collect(lockMetrics(advisoryLockService));
