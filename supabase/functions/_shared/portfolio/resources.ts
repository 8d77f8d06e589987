import type { Database } from "../database/types.ts";
import type { PortfolioQuery } from "../validators/portfolio-query.ts";

export interface Resource {
  rpc: keyof Database["public"]["Functions"];
  /** What it answers, for people and programs that choose between them. */
  summary: string;
  /** The arguments it takes besides the account, by the names that a query has for them. */
  takes: Partial<Record<Exclude<keyof PortfolioQuery, "account">, string>>;
}

const pages = { limit: "limit", before: "before", epoch: "in_epoch" };
const filters = { strategy: "only_strategy", symbol: "only_symbol" };
const range = { from: "from_time", to: "to_time", epoch: "in_epoch" };

/** What may follow `/portfolio/`, and the function that answers it. */
export const RESOURCES: Readonly<Record<string, Resource>> = {
  "": {
    rpc: "portfolio_summary",
    summary: "An account in one row: cash, equity, profit, fees, exposure, and whether it is halted.",
    takes: {},
  },
  positions: {
    rpc: "list_positions",
    summary: "The positions of an account, flat ones included.",
    takes: { limit: "limit", after_symbol: "after_symbol", after_strategy: "after_strategy", ...filters },
  },
  orders: {
    rpc: "list_orders",
    summary: "The orders of an account, newest first; status: open, filled, canceled or expired.",
    takes: { ...pages, ...filters, status: "only_status" },
  },
  fills: {
    rpc: "list_fills",
    summary: "The fills of an account, newest first.",
    takes: { ...pages, ...filters },
  },
  trades: {
    rpc: "list_trades",
    summary: "The closed round trips of an account, newest first.",
    takes: { ...pages, ...filters },
  },
  alerts: {
    rpc: "list_alerts",
    summary:
      "The alerts of an account as they were read, with the answers they got, newest first; status: filled, " +
      "accepted, ignored, canceled or rejected.",
    takes: { ...pages, ...filters, status: "only_status" },
  },
  equity: {
    rpc: "equity_curve",
    summary: "The equity of an account over time, oldest first, with its drawdown and exposure.",
    takes: { ...range, bucket: "bucket" },
  },
  performance: {
    rpc: "performance",
    summary:
      "How an account did: trades, win rate, profit factor, expectancy, drawdown, Sharpe ratio, per strategy and " +
      "per symbol.",
    takes: { ...range, ...filters },
  },
};

/** The arguments of a resource's function, without those that the query leaves to their defaults. */
export const argumentsOf = ({ takes }: Resource, query: PortfolioQuery): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(takes).flatMap(([name, argument]) => {
      const value = query[name as keyof PortfolioQuery];
      return value === null ? [] : [[argument, value]];
    }),
  );
