import type { Database } from "../../../supabase/functions/_shared/database/types.ts";
import { ask, askHistory, type Client } from "./client.ts";

type Functions = Database["public"]["Functions"];
export type Name = keyof Functions;
type Given<Of extends Name> = Functions[Of]["Returns"] extends (infer Each)[] ? Each : never;

/** A row that a function gives. Generated types know no null in it. */
export type Row<Of extends Name> = { [Key in keyof Given<Of>]: Given<Of>[Key] | null };

export type Account = Given<"list_accounts">;
export type Result = Given<"results">;
export type Day = Given<"daily_results">;
/** Of a strategy; with strategy null of the whole account. */
export type AlertHealth = Row<"alert_health">;
/** Of a strategy or an hour; with neither of all alerts. */
export type Latency = Row<"alert_latency">;

/** What `portfolio_overview` tells; money as decimal strings in the account's currency. */
export type Overview =
  & Record<"currency" | "equity" | "cash" | "net_pnl" | "day_pnl", string>
  & Record<"open_risk" | "unprotected" | "gross_exposure", string>
  & Record<"net_pnl_percent" | "day_pnl_percent" | "halt_reason" | "halted_at", string | null>
  & Record<"open_positions" | "resting_orders", number>
  & Record<"strategies" | "symbols", string[]>
  & {
    /** Id of the newest alert; null before the first. */
    alerts: number | null;
    halted: boolean;
  };

/** What figures rest on: a day counts once for each symbol that was held at its end; so many of them had a mark. */
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
export type Performance = Unsure<
  TradesName | "time_weighted_return_percent" | "buy_and_hold_percent" | "sharpe" | "sortino"
>;
/** Those of them that a strategy has as well. */
export type TradesName = "win_rate" | "profit_factor" | "expectancy" | "max_drawdown";

/** What `compare_accounts` tells: counts, and decimal strings. */
export type Comparison =
  & Record<"orders" | "matched" | "late" | "refused" | "missed" | "extra", number>
  & Record<"profit" | "baseline_profit" | "drift" | "price_cost" | "fee_cost" | "other_cost", string>
  & { match_rate: string | null };

/** The figures of a strategy, or of several as if they were one. */
export type StrategyFigures = Unsure<"net" | TradesName> & {
  /** What was made since the range began, at each of the times. */
  curve: string[];
};

/** What `compare_strategies` tells. */
export interface SideBySide {
  times: string[];
  figures: (StrategyFigures & { strategy: string })[];
  together: StrategyFigures;
  /** How the daily results of two strategies go together; null: `reason` says why. */
  correlations: { one: string; other: string; correlation: string | null; reason: string | null }[];
}

/** What the functions give whose answer is an object, of which generated types know nothing. */
interface Objects {
  portfolio_overview: Overview;
  performance: Performance;
  compare_accounts: Comparison;
  compare_strategies: SideBySide;
}

/** What goes through a history of the account, for which the database has fewer places. */
export const HISTORIES = new Set<Name>([
  ...["performance", "equity_curve", "profit_curve", "list_marks", "symbol_chart", "daily_results"] as const,
  ...["compare_accounts", "compare_curve", "compare_orders", "compare_strategies"] as const,
  ...["alert_health", "alert_latency", "list_alert_gaps", "late_alerts"] as const,
]);
/** An index has the page of one filter; with more of them the database goes through a history. */
export const INDEXED = new Set<Name>(["list_orders", "list_fills", "list_trades", "list_alerts"]);
const isFiltered = (args: object) => Object.keys(args).filter((each) => each.startsWith("only_")).length > 1;

/** What an RPC takes beside the account. */
export type Args<Of extends Name> = Omit<Functions[Of]["Args"], "account">;

/** Reads something of an account by the name of the RPC. */
export type Reading = <Of extends Name>(
  name: Of,
  args?: Args<Of>,
) => Promise<Of extends keyof Objects ? Objects[Of] : Functions[Of]["Returns"]>;

export const readingOf = (client: Client, account: string): Reading => (name, args = {} as never) =>
  (HISTORIES.has(name) || INDEXED.has(name) && isFiltered(args) ? askHistory : ask)(
    client.rpc(name, { account, ...args }) as never,
  );

export const listAccounts = (client: Client): Promise<Account[]> => ask(client.rpc("list_accounts"));

/** From when a chart is drawn; undefined: from the beginning. */
export interface Since {
  from_time?: string;
}

/** Which baseline, and since when. */
export interface Against extends Since {
  baseline: string;
}

/** Rows that a list gives at once, at most. */
export const MOST = 1000;

/** Where a page of a list begins: after the row that these arguments name; {}: at the first. */
export type Cursor = { before?: number; after_symbol?: string; after_strategy?: string };

/** What a list is asked for. */
export interface Query extends Cursor {
  limit: number;
  only_strategy?: string;
  only_symbol?: string;
  only_status?: string;
}

/** Reads one page of a list, in the order of the RPC. */
export type ListRead<Row> = (read: Reading, query: Query) => Promise<Row[]>;

/** A list by the name of its RPC, with what else it takes. */
export const list = <Of extends Name>(name: Of, more: Since = {}): ListRead<Row<Of>> => (read, query) =>
  read(name, { ...query, ...more } as never) as Promise<never>;
