import { ApiError, ask, type Client } from "./client.ts";

/** How the system does; null where nothing is known. */
export interface Health {
  /** Advisory locks held, and sessions waiting for one. */
  locks: { held: number; waiting: number } | null;
  /** Shares, 0 to 1, of reads that each layer answered. */
  cache: { l1: number | null; l2: number | null } | null;
  /** Notifications not yet sent, and those given up. */
  outbox: { pending: number; dead: number } | null;
  postgres: Component | null;
  redis: Component | null;
}

/** One thing the functions need, as `health/ready` examined it. */
export interface Component {
  ok: boolean;
  milliseconds: number | null;
}

type Fields = Record<string, unknown>;

const NO_STATUS = { locks: null, cache: null, outbox: null };

/** What asks for all of it; what does not answer is null. */
export function healthReader(client: Client, url: string): () => Promise<Health> {
  let hasStatus = true;
  const readStatus = async () => {
    if (!hasStatus) return NO_STATUS;
    try {
      return toStatus(await ask<unknown>(client.rpc("system_status")));
    } catch (error) {
      // A project older than this page does not get it while the page is open.
      if (error instanceof ApiError && error.status === 404) hasStatus = false;
      return NO_STATUS;
    }
  };
  return async () => {
    const [status, ready] = await Promise.all([readStatus(), readReady(url)]);
    return { ...status, ...ready };
  };
}

function toStatus(answer: unknown): Pick<Health, "locks" | "cache" | "outbox"> {
  const { locks, cache, outbox } = fields(answer);
  const [hits1, hits2, misses] = [
    count(fields(cache).l1_hits),
    count(fields(cache).l2_hits),
    count(fields(cache).misses),
  ];
  const [held, waiting] = [count(fields(locks).held), count(fields(locks).waiting)];
  const [pending, dead] = [count(fields(outbox).pending), count(fields(outbox).dead)];
  return {
    locks: held === null ? null : { held, waiting: waiting ?? 0 },
    cache: hits1 === null ? null : {
      l1: share(hits1, hits1 + (hits2 ?? 0) + (misses ?? 0)),
      l2: share(hits2 ?? 0, (hits2 ?? 0) + (misses ?? 0)),
    },
    outbox: pending === null ? null : { pending, dead: dead ?? 0 },
  };
}

async function readReady(url: string): Promise<Pick<Health, "postgres" | "redis">> {
  try {
    const response = await fetch(`${url}/functions/v1/health/ready`, { signal: AbortSignal.timeout(5_000) });
    const checks = fields(fields(await response.json()).checks);
    return {
      postgres: toComponent(checks.postgres),
      redis: toComponent(checks.redis),
    };
  } catch {
    return { postgres: null, redis: null };
  }
}

function toComponent(finding: unknown): Component | null {
  const { ok, milliseconds } = fields(finding);
  return typeof ok === "boolean" ? { ok, milliseconds: count(milliseconds) } : null;
}

const fields = (value: unknown): Fields => typeof value === "object" && value !== null ? value as Fields : {};
const count = (value: unknown): number | null => typeof value === "number" ? value : null;
const share = (part: number, whole: number): number | null => whole === 0 ? null : part / whole;
