import { deepEqual, equal } from "node:assert/strict";
import type { Sql } from "postgres";

/** Compacts one account as of a moment, step by step, each its own transaction; returns how many steps it took. */
export async function compact(sql: Sql, account: string, at: string, maxRows = 500): Promise<number> {
  for (let steps = 0;; steps++) {
    const [row] = await sql`
      select trading.compact_account(a, ${at}, ${maxRows}) as done from trading.accounts a where a.name = ${account} for update`;
    if (row?.done === 0) return steps;
  }
}

/** What of an account is in the archive, and what is still listed. */
export async function kept(sql: Sql, account: string): Promise<{ listed: number; archived: number }> {
  const [row] = await sql`
    select (select count(*)::int from trading.alerts l where l.account_id = a.id) as listed,
      (select coalesce(sum(k.marks), 0)::int from trading.mark_archive k where k.account_id = a.id) as archived
    from trading.accounts a where a.name = ${account}`;
  return row as { listed: number; archived: number };
}

/** What `answers` asks about: midnight of the account's days, and two symbols. */
export interface Asked {
  midnight?: string;
  symbols?: [string, string];
}

/** All that an account answers at the granularity of a day, without ids. */
export async function answers(
  sql: Sql,
  account: string,
  { midnight = "2026-03-03T00:00:00Z", symbols: [one, other] = ["ACME", "OTHER"] }: Asked = {},
): Promise<Record<string, unknown[]>> {
  const asked: Record<string, string> = {
    summary:
      "select cash, equity, deposits, net_pnl, realized_pnl, unrealized_pnl, fees, income from public.portfolio_summary($1)",
    positions:
      "select strategy, symbol, quantity, average_price, mark, realized_pnl, opened_at from public.list_positions($1)",
    fills:
      "select strategy, symbol, side, quantity, price, fee, realized_pnl, filled_at from public.list_fills($1, 1000)",
    trades:
      "select strategy, symbol, side, quantity, net_pnl, mae, mfe, drawdown, closed_at from public.list_trades($1, 1000)",
    orders:
      "select strategy, symbol, side, type, quantity, stop_price, status, reason, closed_at from public.list_orders($1, 1000)",
    curve: "select * from public.equity_curve($1, 'day')",
    week: "select * from public.equity_curve($1, 'week')",
    performance: "select to_jsonb(p) - 'account' as figures from public.performance($1) p",
    lastDays: `select to_jsonb(p) - 'account' as figures from public.performance($1, '${midnight}') p`,
    marks: `select * from public.list_marks($1, '${one}', 'day')`,
    chart: `select * from public.symbol_chart($1, '${other}', 'day')`,
    differences: "select * from public.verify_account($1)",
  };
  const found: Record<string, unknown[]> = {};
  for (const [name, query] of Object.entries(asked)) found[name] = [...await sql.unsafe(query, [account])];
  return found;
}

/** Compares part by part and row by row, so that what differs is shown and not a page of it. */
export function same(one: Record<string, unknown[]>, other: Record<string, unknown[]>): void {
  for (const [part, rows] of Object.entries(one)) {
    equal(other[part]?.length, rows.length, part);
    for (const [nr, row] of rows.entries()) deepEqual({ part, row: other[part]?.[nr] }, { part, row });
  }
}

/** A number from 0 to below 1 that looks random, the same for the same `nr` (mulberry32). */
export function random(nr: number): number {
  let mixed = Math.imul(nr + 0x6d2b79f5, 0x9e3779b1) >>> 0;
  mixed = Math.imul(mixed ^ mixed >>> 15, mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
  return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
}

/** A price in a minute: it trends, and nobody can foretell its cents. */
const priceAt = (nr: number, symbol: number, part: number): string =>
  (150 + symbol + 30 * Math.sin((nr + symbol) / 3000) + 3 * Math.sin(nr / 17 + symbol) +
    random(nr * 8 + part + symbol * 977) * 0.4).toFixed(2);

/** What is booked by `bookMinutes`. */
export interface Minutes {
  from: string;
  minutes: number;
  /** How many symbols: of each one mark a minute. */
  symbols?: number;
}

/**
 * Books marks as TradingView sends them, each a bar with its time, which arrives up to a second later; and every 500 minutes a
 * trade, so that equity moves. The same at every run.
 */
export async function bookMinutes(
  sql: Sql,
  account: string,
  { from, minutes, symbols = 1 }: Minutes,
): Promise<void> {
  const begin = Date.parse(from);
  let batch: Record<string, unknown>[] = [];
  const alert = (nr: number, fields: Record<string, unknown>, name: string) => {
    const micros = String(Math.floor(random(nr) * 1e6)).padStart(6, "0");
    const received_at = new Date(nr * 60_000).toISOString().replace(".000Z", `.${micros}Z`);
    const hash = `${nr}${name}`.padStart(64, "0");
    const constant = {
      account,
      strategy: "",
      exchange: "NASDAQ",
      order_type: "market",
      quantity_type: "units",
    };
    batch.push({
      ...constant,
      ...fields,
      received_at,
      hash,
      key_id: "tradingview",
      request_id: crypto.randomUUID(),
    });
  };
  for (let minute = 0; minute < minutes; minute++) {
    const nr = begin / 60_000 + minute;
    for (let symbol = 0; symbol < symbols; symbol++) {
      const prices = [0, 1, 2, 3].map((part) => Number(priceAt(nr, symbol, part)));
      const bar = { open: prices[0], high: Math.max(...prices), low: Math.min(...prices), price: prices[3] };
      const strings = Object.fromEntries(Object.entries(bar).map(([name, price]) => [name, String(price)]));
      const time = new Date(nr * 60_000).toISOString();
      alert(nr, { action: "mark", symbol: `SYM${symbol}`, interval: "1", time, ...strings }, `m${symbol}`);
    }
    if (nr % 500 === 0) {
      const action = nr % 1000 === 0 ? "buy" : "sell";
      alert(nr, { action, symbol: "SYM0", quantity: "10", price: priceAt(nr, 0, 3) }, "t");
    }
    if (batch.length >= 250 || minute === minutes - 1) {
      await sql`select public.process_alerts(${JSON.stringify(batch)}::text::jsonb)`;
      batch = [];
    }
  }
}
