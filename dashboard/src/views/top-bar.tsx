import type { Signal } from "@preact/signals";
import type { Account } from "../api/reads.ts";
import type { Clock } from "../format/time.ts";
import type { Live } from "../store/desk.ts";
import { Icon, IconButton } from "./icons.tsx";
import { Segments, Select } from "./controls.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

/** The pages of an account: all about it, its strategies side by side, whether its alerts came, how it fits a backtest. */
const PAGES = { account: "Account", strategies: "Strategies", health: "Alert health", backtest: "Backtest" };
export type Page = keyof typeof PAGES;

/** Which account and strategy the page shows, and whether what it shows is of now. */
export function TopBar({ live, account, clock, strategies, strategy, page, onAccount, onSignOut }: {
  live: Live;
  account: Account;
  clock: Clock;
  strategies: readonly string[];
  /** The one that is picked; null: all of them. */
  strategy: Signal<string | null>;
  page: Signal<Page>;
  onAccount: (name: string) => void;
  onSignOut: (() => void) | null;
}) {
  const accounts = live.accounts.value ?? [];
  return (
    <header class="top-bar">
      <h1 class="brand">
        <Icon name="brand" />
        <span>Supabase Automation</span>
      </h1>
      <div class="pickers">
        <Select
          label="Account"
          value={account.name}
          choices={accounts.map(({ name, role }) => ({
            value: name,
            text: role === "shadow" ? `${name} (shadow)` : name,
          }))}
          onPick={onAccount}
        />
        <Select
          label="Strategy"
          // A name may be empty: what stands before it tells it from none.
          value={strategy.value === null ? "" : `=${strategy.value}`}
          choices={[
            { value: "", text: "All strategies" },
            ...strategies.map((name) => ({ value: `=${name}`, text: strategyName(name) })),
          ]}
          onPick={(value) => strategy.value = value === "" ? null : value.slice(1)}
        />
      </div>
      <Segments label="Page" choices={PAGES} value={page.value} onPick={(name) => page.value = name} />
      <Freshness live={live} clock={clock} />
      <ThemeSwitch />
      {onSignOut !== null && <IconButton icon="out" label="Sign out" title="Sign out" onClick={onSignOut} />}
    </header>
  );
}

/** A strategy's name for people. */
export function strategyName(name: string): string {
  return name === "" ? "(no name)" : name;
}

function Freshness({ live: { failure: { value: failure }, seenAt }, clock }: { live: Live; clock: Clock }) {
  const at = seenAt.value === null ? "never" : clock.time(seenAt.value);
  return (
    <p class={`freshness ${failure === null ? "is-live" : "is-lost"}`}>
      <span class={`dot ${failure === null ? "up" : ""}`} aria-hidden="true" />
      <span role="status">{failure === null ? "Live" : "Connection lost, trying again"}</span>
      <span class="muted figures" title={`Times are those of ${clock.timeZone}`}>
        {at} <span class="zone">{clock.timeZone}</span>
      </span>
    </p>
  );
}
