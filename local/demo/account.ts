import type { DatabaseClient } from "../../supabase/functions/_shared/database/client.ts";
import { StackError } from "../errors.ts";
import { MARKETS } from "./alerts.ts";
import type { DemoOptions } from "./run.ts";

/** A row of figures as an RPC answers it: money and ratios as decimal strings, null where one is undefined. */
type Figures = Readonly<Record<string, unknown>>;

/** Settings of a demo account: what trading costs, and that history happens when it happened. */
const settings = { clock: "alert", fee_bps: 4, slippage_bps: 1, leverage: 2 };

/**
 * A new beginning for the account: it is made, or reset when it holds a demo, so that no run adds to another.
 *
 * @throws StackError when it holds what no demo sent, and when the database refuses
 */
export async function prepareAccount(client: DatabaseClient, { account, owner }: DemoOptions): Promise<void> {
  const made = await client.rpc("create_account", { account, settings, owner_id: owner });
  if (made.error === null) return;
  if (made.error.code !== "23505") throw failed("create_account", made.error);
  await refuseOthers(client, account);
  await answered("reset_account", client.rpc("reset_account", { account }));
  await answered("reset_account", client.rpc("update_account_settings", { account, settings }));
}

/** Those of the demo, and of the demo of before. */
const STRATEGIES = [...MARKETS.map(({ strategy }) => strategy), "SMA 12/48", "SMA 8/30"];

/** Refuses an account with alerts of other strategies than the demo's. It only reads. */
async function refuseOthers(client: DatabaseClient, account: string): Promise<void> {
  const { alerts, strategies } = await answered<{ alerts: number | null; strategies: string[] }>(
    "portfolio_overview",
    client.rpc("portfolio_overview", { account }),
  );
  const isDemo = strategies.length > 0 && strategies.every((strategy) => STRATEGIES.includes(strategy));
  if (alerts === null || isDemo) return;
  throw new StackError(
    `The account ${account} holds what no demo sent; a demo would empty it.`,
    "Give --account another name.",
  );
}

/** The account's performance and summary, and its differences to the ledger: none when all is right. */
export async function readFigures(client: DatabaseClient, account: string) {
  const [performance, summary, differences] = await Promise.all([
    answered<Figures>("performance", client.rpc("performance", { account })),
    answered<Figures>("performance", client.rpc("portfolio_summary", { account })),
    answered<unknown[]>("performance", client.rpc("verify_account", { account })),
  ]);
  return { performance, summary, differences: differences.length };
}

/** What an RPC answers. Throws a StackError when the database refuses. */
async function answered<T>(
  what: string,
  call: PromiseLike<{ data: unknown; error: Parameters<typeof failed>[1] | null }>,
): Promise<T> {
  const { data, error } = await call;
  if (error !== null) throw failed(what, error);
  return data as T;
}

function failed(what: string, { message, hint }: { message: string; hint?: string }): StackError {
  return new StackError(
    `${what}: ${message}`,
    hint || "Is the project migrated? npx supabase db push does it.",
  );
}

const text = (value: unknown): string => value === null || value === undefined ? "–" : String(value);

/** A decimal with so many places, for reading: `1234.5` is `1,234.50`. */
function rounded(value: unknown, places = 2): string {
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
