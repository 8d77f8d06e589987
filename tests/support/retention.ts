import type { Sql } from "postgres";

/** Compacts one account as of a moment, step by step, each its own transaction; returns how many steps it took. */
export async function compact(sql: Sql, account: string, at: string, maxRows = 1500): Promise<number> {
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

/** All that an account answers at the granularity of a day, without ids. */
export async function answers(
  sql: Sql,
  account: string,
  midnight = "2026-03-03T00:00:00Z",
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
    lastDay: `select to_jsonb(p) - 'account' as figures from public.performance($1, '${midnight}') p`,
    marks: "select * from public.list_marks($1, 'ACME', 'day')",
    chart: "select * from public.symbol_chart($1, 'OTHER', 'day')",
    differences: "select * from public.verify_account($1)",
  };
  const found: Record<string, unknown[]> = {};
  for (const [name, query] of Object.entries(asked)) found[name] = [...await sql.unsafe(query, [account])];
  return found;
}
