import type { Figures } from "./account.ts";

const text = (value: unknown): string => value === null || value === undefined ? "–" : String(value);

/** A decimal with so many places, for reading: `1234.5` is `1,234.50`. */
export function rounded(value: unknown, places = 2): string {
  if (typeof value !== "string") return text(value);
  return Number(value).toLocaleString("en-US", {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
}

const percent = (value: unknown): string => typeof value === "string" ? `${rounded(value)} %` : text(value);
const share = (value: unknown): string =>
  typeof value === "string" ? percent(String(Number(value) * 100)) : text(value);

/** An account's figures as a table for the terminal: the whole, then a line a strategy. */
export function performanceTable(performance: Figures, summary: Figures): string {
  const money = (value: unknown) => `${rounded(value)} ${text(summary.currency)}`;
  const reasons = performance.reasons as Record<string, string>;
  const known = (name: string, write: (value: unknown) => string): string =>
    performance[name] === null ? `– (${reasons[name]})` : write(performance[name]);
  const rows: [string, string][] = [
    ["Equity", money(summary.equity)],
    ["Net profit", money(summary.net_pnl)],
    ["  of closed trades", money(performance.net)],
    ["  fees", money(summary.fees)],
    ["Trades", `${text(performance.trades)}, won ${known("win_rate", share)}`],
    ["Profit factor", known("profit_factor", rounded)],
    ["Average win", known("average_win", money)],
    ["Average loss", known("average_loss", money)],
    ["Time-weighted return", known("time_weighted_return_percent", percent)],
    ["Buy and hold", known("buy_and_hold_percent", percent)],
    ["Deepest fall", known("max_drawdown", money)],
    ["  in percent", known("max_drawdown_percent", percent)],
    ["Sharpe", known("sharpe", rounded)],
    ["Sortino", known("sortino", rounded)],
    ["Time in the market", known("exposure", share)],
  ];
  const strategies = (performance.per_strategy as Figures[]).map(({ strategy, trades, net, win_rate }) =>
    [
      `  ${text(strategy)}`,
      `${text(trades)} trades, won ${share(win_rate)}, net ${money(net)}`,
    ] as [string, string]
  );
  return [...rows, ["By strategy", ""] as [string, string], ...strategies]
    .map(([name, value]) => `  ${name.padEnd(21)} ${value}`.trimEnd()).join("\n");
}
