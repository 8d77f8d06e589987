import type { Database } from "../../../supabase/functions/_shared/database/types.ts";
import { ask, askHistory, type Client } from "./client.ts";

type Functions = Database["public"]["Functions"];
type Row<Name extends keyof Functions> = Functions[Name]["Returns"] extends (infer Each)[]
  // Generated types know no null in what a function returns.
  ? { [Key in keyof Each]: Each[Key] | null }
  : never;

export type Account = Database["public"]["Functions"]["list_accounts"]["Returns"][number];
export type Position = Row<"list_positions">;
export type Order = Row<"list_orders">;
export type Fill = Row<"list_fills">;
export type Trade = Row<"list_trades">;
export type Alert = Row<"list_alerts">;
export type LiveMark = Row<"list_live_marks">;
export type EquityPoint = Functions["equity_curve"]["Returns"][number];
export type ProfitPoint = Functions["profit_curve"]["Returns"][number];
export type Bar = Row<"symbol_chart">;
export type Result = Functions["results"]["Returns"][number];
export type Day = Functions["daily_results"]["Returns"][number];
export type Shadow = Row<"list_shadow_accounts">;

/** What `portfolio_overview` tells; money as decimal strings in the account's currency. */
export interface Overview {
  account: string;
  currency: string;
  time_zone: string;
  equity: string;
  cash: string;
  deposits: string;
  net_pnl: string;
  net_pnl_percent: string | null;
  day_pnl: string;
  day_pnl_percent: string | null;
  open_risk: string;
  unprotected: string;
  gross_exposure: string;
  open_positions: number;
  resting_orders: number;
  /** Id of the newest alert; null before the first. */
  alerts: number | null;
  halted: boolean;
  halt_reason: string | null;
  halted_at: string | null;
  strategies: string[];
  symbols: string[];
}

/** What figures rest on: of so many days at whose end something was held, how many had a mark. */
export interface Coverage {
  held_days: number;
  marked_days: number;
}

/** Figures that may not be known; `reasons` then says why, by their names. */
export type Unsure<Name extends string> = Record<Name, string | null> & {
  trades: number;
  coverage: Coverage;
  reasons: Readonly<Partial<Record<string, string>>>;
};

/** The figures of `performance` that the page shows. */
export type PerformanceName =
  | "win_rate"
  | "profit_factor"
  | "expectancy"
  | "time_weighted_return_percent"
  | "buy_and_hold_percent"
  | "max_drawdown"
  | "sharpe"
  | "sortino";
export type Performance = Unsure<PerformanceName>;

/** What narrows a read; undefined: everything. */
export interface Filter {
  only_strategy?: string;
  only_symbol?: string;
}

/** From when a chart is drawn; undefined: from the beginning. */
export interface Since {
  from_time?: string;
}

export const listAccounts = (client: Client): Promise<Account[]> => ask(client.rpc("list_accounts"));

export const readOverview = async (client: Client, account: string): Promise<Overview> =>
  await ask(client.rpc("portfolio_overview", { account })) as unknown as Overview;

export const readPerformance = async (
  client: Client,
  account: string,
  filter: Filter & Since,
): Promise<Performance> =>
  await askHistory(client.rpc("performance", { account, ...filter })) as unknown as Performance;

/** How many old marks are in the archive, which the list of alerts does not show. */
export const countArchived = async (client: Client, account: string): Promise<number> =>
  (await ask(client.rpc("history_archive", { account })))[0]?.archived_marks ?? 0;

export const readEquity = (client: Client, account: string, since: Since): Promise<EquityPoint[]> =>
  askHistory(client.rpc("equity_curve", { account, ...since }));

export const readProfit = (client: Client, account: string, asked: Filter & Since): Promise<ProfitPoint[]> =>
  askHistory(client.rpc("profit_curve", { account, ...asked }));

export const readSymbol = (
  client: Client,
  account: string,
  asked: Since & { symbol: string; only_strategy?: string },
): Promise<Bar[]> => askHistory(client.rpc("symbol_chart", { account, ...asked }));

export const listResults = (
  client: Client,
  account: string,
  asked: Filter & { by: "symbol" | "strategy" },
): Promise<Result[]> => ask(client.rpc("results", { account, ...asked }));

export const listShadows = (client: Client, account: string): Promise<Shadow[]> =>
  ask(client.rpc("list_shadow_accounts", { account }));

export const readDays = (
  client: Client,
  account: string,
  asked: { from_day: string; to_day: string; only_strategy?: string },
): Promise<Day[]> => askHistory(client.rpc("daily_results", { account, ...asked }));
