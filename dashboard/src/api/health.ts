import { ApiError, ask, type Client } from "./client.ts";

/** What `system_status` tells. */
interface Status {
  /** Advisory locks held, and sessions waiting for one. */
  locks: { held: number; waiting: number };
  /** Reads that each layer answered, and those that none did. */
  cache: { l1_hits: number; l2_hits: number; misses: number };
  /** Notifications not yet sent, and those given up. */
  outbox: { pending: number; dead: number };
}

/** One thing the functions need, as `health/ready` examined it. */
export interface Component {
  ok: boolean;
  milliseconds: number;
}

/** How the system does; what is missing did not answer. */
export type Health = Partial<Status & Record<"postgres" | "redis", Component>>;

/** What asks for all of it. */
export function healthReader(client: Client, url: string): () => Promise<Health> {
  let hasStatus = true;
  const readStatus = async (): Promise<Partial<Status>> => {
    if (!hasStatus) return {};
    try {
      return await ask<unknown>(client.rpc("system_status")) as Status;
    } catch (error) {
      // A project older than this page does not get it while the page is open.
      if (error instanceof ApiError && error.status === 404) hasStatus = false;
      return {};
    }
  };
  return async () => {
    const [{ locks, cache, outbox }, { postgres, redis }] = await Promise.all([readStatus(), readReady(url)]);
    return { locks, cache, outbox, postgres, redis };
  };
}

async function readReady(url: string): Promise<Health> {
  try {
    const response = await fetch(`${url}/functions/v1/health/ready`, { signal: AbortSignal.timeout(5_000) });
    return (await response.json()).checks ?? {};
  } catch {
    return {};
  }
}
