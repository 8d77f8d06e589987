import { batch, useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import type { ApiError, Client } from "../api/client.ts";
import type { Connection } from "../api/connection.ts";
import { type Account, listAccounts, readingOf } from "../api/reads.ts";
import { moneyOf } from "../format/money.ts";
import { clockOf } from "../format/time.ts";
import { type Ahead, askAhead, type Desk, DeskContext, type Live, useRead } from "../store/desk.ts";
import { recall, remember } from "../store/preferences.ts";
import { startPulse } from "../store/pulse.ts";
import { Calendar } from "./calendar.tsx";
import { Door } from "./door.tsx";
import { EquityPanel } from "./equity-panel.tsx";
import { Figures } from "./figures.tsx";
import { FirstAlert } from "./first-alert.tsx";
import { HealthStrip } from "./health-strip.tsx";
import { Waiting } from "./panel.tsx";
import { Results } from "./results.tsx";
import { Shadows } from "./shadows.tsx";
import { SymbolPanel } from "./symbol-panel.tsx";
import { Tables } from "./tables/tables.tsx";
import { type Page, TopBar } from "./top-bar.tsx";

interface Props {
  client: Client;
  connection: Connection;
  /** Null on a local stack, which signs in by itself. */
  onSignOut: (() => void) | null;
}

/** The page of somebody who is signed in: keeps the pulse, and picks the account. */
export function DeskScreen({ client, connection, onSignOut }: Props) {
  const live: Live = {
    accounts: useSignal<Account[] | null>(null),
    failure: useSignal<ApiError | null>(null),
    seenAt: useSignal<number | null>(null),
  };
  // Most likely the account of the last visit is there: it is asked for without waiting for the list.
  const guess = useMemo(() => {
    const last = recall("account");
    return last === null ? null : askAhead(client, last);
  }, [client]);
  useLayoutEffect(() =>
    startPulse(() => listAccounts(client), {
      onBeat: (accounts) =>
        batch(() => {
          // Where nothing in the list changed, nothing is drawn again.
          if (JSON.stringify(accounts) !== JSON.stringify(live.accounts.peek())) {
            live.accounts.value = accounts;
          }
          live.failure.value = null;
          live.seenAt.value = Date.now();
        }),
      onFailure: (failure) => {
        live.failure.value = failure;
        if (failure.isSignedOut) onSignOut?.();
      },
    }), [client]);

  const accounts = live.accounts.value;
  const failure = live.failure.value;
  const [picked, setPicked] = useState(recall("account"));
  const pick = (name: string) => {
    remember("account", name);
    setPicked(name);
  };

  if (accounts === null) {
    return <Waiting error={failure} what="Your accounts">Loading your accounts …</Waiting>;
  }
  const account = accounts.find(({ name }) => name === picked) ?? accounts[0];
  if (account === undefined) {
    return (
      <Door
        title="No account is yours yet"
        lead={
          <>
            Whoever runs this project gives you one with <code>create_account</code>, with your user id as
            {" "}
            <code>owner_id</code>. It appears here by itself.
          </>
        }
      >
        {onSignOut !== null && <button type="button" onClick={onSignOut}>Sign out</button>}
      </Door>
    );
  }
  return (
    <OneAccount
      key={account.name}
      {...{ client, connection, live, account, guess, onSignOut }}
      onPick={pick}
    />
  );
}

function OneAccount({ client, connection, live, account, guess, onSignOut, onPick }: Props & {
  live: Live;
  account: Account;
  guess: Ahead | null;
  onPick: (name: string) => void;
}) {
  const { name, version, epoch } = account;
  const read = useMemo(() => readingOf(client, name), [client]);
  const [ahead] = useState(() => guess?.account === name ? guess : askAhead(client, name));
  const overview = useRead(name, version, () => read("portfolio_overview"), ahead.takeOverview);
  const strategy = useSignal<string | null>(null);
  const page = useSignal<Page>("account");
  const [symbol, setSymbol] = useState<string | null>(null);
  const [baseline, setBaseline] = useState<string | null>(null);
  const money = useMemo(() => moneyOf(account.currency), [account.currency]);
  const clock = useMemo(() => clockOf(account.time_zone), [account.time_zone]);
  const { data, error } = overview;

  const bar = (
    <TopBar
      {...{ live, account, clock, strategy, page, onSignOut }}
      strategies={data?.strategies ?? []}
      onAccount={onPick}
    />
  );
  if (data === null) {
    return (
      <>
        {bar}
        <Waiting error={error} what={`The account ${name}`}>Loading {name} …</Waiting>
      </>
    );
  }
  const desk: Desk = {
    ...{ client, connection, live, account, read, overview: data, ahead, money, clock },
    strategy: strategy.value,
    only: strategy.value === null ? {} : { only_strategy: strategy.value },
    version: version + epoch * 1e9,
    symbol: symbol ?? data.symbols[0] ?? null,
    chart: setSymbol,
    baseline,
    compare: (name) => {
      setBaseline(name);
      page.value = "backtest";
    },
  };
  return (
    <DeskContext.Provider value={desk}>
      {bar}
      {page.value === "account"
        ? (
          <main class="desk">
            <Figures />
            {data.alerts === null ? <FirstAlert /> : (
              <>
                <EquityPanel />
                <Calendar />
                <SymbolPanel />
                <Results />
              </>
            )}
            {account.role === "followed" && <Shadows />}
            <Tables />
          </main>
        )
        : <LazyPage key={page.value} name={page.value} />}
      <HealthStrip />
    </DeskContext.Provider>
  );
}

/** Pages whose script is loaded by who asks for them. */
const PAGES: Record<Exclude<Page, "account">, () => Promise<FunctionComponent>> = {
  health: () => import("./alert-health.tsx").then(({ AlertHealthView }) => AlertHealthView),
  backtest: () => import("./compare.tsx").then(({ CompareView }) => CompareView),
  strategies: () => import("./strategies.tsx").then(({ StrategiesView }) => StrategiesView),
};

/** One of those pages; another one is another element, by its key. */
export function LazyPage({ name }: { name: keyof typeof PAGES }) {
  const [view, setView] = useState<{ View: FunctionComponent } | null>(null);
  useEffect(() => {
    void PAGES[name]().then((View) => setView({ View }));
  }, []);
  return view === null ? <Waiting>Opening …</Waiting> : <view.View />;
}
