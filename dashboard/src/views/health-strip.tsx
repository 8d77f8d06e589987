import { useEffect, useState } from "preact/hooks";
import { type Component, type Health, healthReader } from "../api/health.ts";
import { useDesk } from "../store/desk.ts";
import { startPulse } from "../store/pulse.ts";

const EVERY_MS = 5_000;
const UNKNOWN: Health = { locks: null, cache: null, outbox: null, postgres: null, redis: null };

/** How the machinery behind the account does. */
export function HealthStrip() {
  const { client, connection } = useDesk();
  const [health, setHealth] = useState(UNKNOWN);
  useEffect(() =>
    startPulse(healthReader(client, connection.url), {
      onBeat: setHealth,
      onFailure: () => setHealth(UNKNOWN),
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
        <Item name="Cache" value={cache && `L1 ${percent(cache.l1)}, L2 ${percent(cache.l2)}`} />
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

function Part({ name, component }: { name: string; component: Component | null }) {
  if (component === null) return <Item name={name} value={null} />;
  const { ok, milliseconds } = component;
  const time = milliseconds === null ? "" : `, ${milliseconds} ms`;
  return <Item name={name} value={ok ? `ok${time}` : "away"} tone={ok ? "good" : "warn"} />;
}

function Item({ name, value, tone }: { name: string; value: string | null; tone?: "warn" | "good" | false }) {
  return (
    <div class={tone || ""}>
      <dt>{name}</dt>
      <dd>{value ?? "–"}</dd>
    </div>
  );
}

const percent = (share: number | null): string => share === null ? "–" : `${Math.round(share * 100)}%`;
