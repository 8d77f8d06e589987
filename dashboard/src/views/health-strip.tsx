import { useEffect, useState } from "preact/hooks";
import { ApiError, ask, type Client } from "../api/client.ts";
import { useDesk } from "../store/desk.ts";
import { startPulse } from "../store/pulse.ts";

const EVERY_MS = 5_000;

/** How the machinery behind the account does. */
export function HealthStrip() {
  const { client, connection } = useDesk();
  const [health, setHealth] = useState<Health>({});
  useEffect(() =>
    startPulse(healthReader(client, connection.url), {
      onBeat: setHealth,
      onFailure: () => setHealth({}),
    }, EVERY_MS), [client]);
  return (
    <footer class="health">
      <dl aria-label="Health">
        {itemsOf(health).map(([name, value, tone = ""]) => (
          <div key={name} class={tone}>
            <dt>{name}</dt>
            <dd>{value ?? "–"}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">
        Charts by{" "}
        <a href="https://www.tradingview.com/" rel="noreferrer noopener" target="_blank">TradingView</a>{" "}
        Lightweight Charts
      </p>
    </footer>
  );
}

type Item = [name: string, value?: string, tone?: string];

function itemsOf({ locks, cache, outbox, postgres, redis }: Health): Item[] {
  const part = (name: string, is?: Component): Item =>
    is === undefined ? [name] : is.ok ? [name, `ok, ${is.milliseconds} ms`, "good"] : [name, "away", "warn"];
  const warnOf = (count = 0) => count > 0 ? "warn" : "";
  const dead = outbox && outbox.dead > 0 ? `, ${outbox.dead} dead` : "";
  return [
    part("Postgres", postgres),
    part("Redis", redis),
    ["Locks", locks && `${locks.held} held, ${locks.waiting} waiting`, warnOf(locks?.waiting)],
    ["Cache", cache && cacheText(cache)],
    ["Outbox", outbox && `${outbox.pending} pending${dead}`, warnOf(outbox?.dead)],
  ];
}

/** The share of the reads that each layer answered, of those that came to it. */
function cacheText({ l1_hits, l2_hits, misses }: NonNullable<Health["cache"]>): string {
  const past = l2_hits + misses;
  return `L1 ${share(l1_hits, l1_hits + past)}, L2 ${share(l2_hits, past)}`;
}

const share = (part: number, whole: number) => whole === 0 ? "–" : `${Math.round(100 * part / whole)}%`;

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
type Component = { ok: boolean; milliseconds: number };

/** How the system does; what is missing did not answer. */
type Health = Partial<Status & Record<"postgres" | "redis", Component>>;

/** What asks for all of it. */
function healthReader(client: Client, url: string): () => Promise<Health> {
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
