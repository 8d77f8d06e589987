import { useEffect, useState } from "preact/hooks";
import { type Component, type Health, healthReader } from "../api/health.ts";
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
  const { locks, cache, outbox, postgres, redis } = health;
  return (
    <footer class="health">
      <dl aria-label="Health">
        <Part name="Postgres" component={postgres} />
        <Part name="Redis" component={redis} />
        <Item
          name="Locks"
          value={locks && `${locks.held} held, ${locks.waiting} waiting`}
          tone={(locks?.waiting ?? 0) > 0 && "warn"}
        />
        <Item name="Cache" value={cache && cacheText(cache)} />
        <Item
          name="Outbox"
          value={outbox && `${outbox.pending} pending${outbox.dead > 0 ? `, ${outbox.dead} dead` : ""}`}
          tone={(outbox?.dead ?? 0) > 0 && "warn"}
        />
      </dl>
      <p class="muted">
        Charts by{" "}
        <a href="https://www.tradingview.com/" rel="noreferrer noopener" target="_blank">TradingView</a>{" "}
        Lightweight Charts
      </p>
    </footer>
  );
}

function Part({ name, component }: { name: string; component?: Component }) {
  if (component === undefined) return <Item name={name} />;
  const { ok, milliseconds } = component;
  return <Item name={name} value={ok ? `ok, ${milliseconds} ms` : "away"} tone={ok ? "good" : "warn"} />;
}

function Item({ name, value, tone }: { name: string; value?: string; tone?: "warn" | "good" | false }) {
  return (
    <div class={tone || ""}>
      <dt>{name}</dt>
      <dd>{value ?? "–"}</dd>
    </div>
  );
}

/** The share of the reads that each layer answered, of those that came to it. */
function cacheText({ l1_hits, l2_hits, misses }: NonNullable<Health["cache"]>): string {
  const past = l2_hits + misses;
  return `L1 ${share(l1_hits, l1_hits + past)}, L2 ${share(l2_hits, past)}`;
}

const share = (part: number, whole: number) => whole === 0 ? "–" : `${Math.round(100 * part / whole)}%`;
