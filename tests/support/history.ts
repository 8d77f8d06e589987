import type { Sql, TransactionSql } from "postgres";

/** How much history an account gets; every second fill closes a trade. */
export interface History {
  /** Fills, each with its alert and its order, thirty seconds apart, the last of them now. */
  fills: number;
  /** Minutes of equity and of marks of `SYM0`, the last of them now. */
  minutes?: number;
}

/**
 * Gives an account a long history in its current epoch, written straight into the tables: what months of alerts leave
 * behind, in seconds. Fills go round ten symbols and three strategies. The oldest alert and the oldest orders are rare ones:
 * symbol `RARE`, strategy `rare`, a rejected alert, an order that is still open and one that expired.
 */
export async function fillHistory(sql: Sql, account: string, { fills, minutes = 0 }: History): Promise<void> {
  await sql.begin(async (tx) => {
    const [owned] = await tx`select id, epoch from trading.accounts where name = ${account}`;
    const { id, epoch } = owned as { id: string; epoch: number };
    await planRows(tx, fills);
    await tx`
      insert into trading.alerts (id, account_id, epoch, dedupe_key, content_hash, strategy, symbol, request, received_at, status, code, answer)
      select alert_id, ${id}, ${epoch}, ${id} || '/' || ${epoch} || '/history:' || alert_id, md5(nr::text), strategy, symbol, '{"action":"buy"}', at,
        case when rare then 'rejected' else 'filled' end, case when rare then 'no_price' end, '{"status":"filled"}'
      from planned`;
    await tx`
      insert into trading.orders (id, account_id, epoch, alert_id, strategy, symbol, side, type, quantity, limit_price, time_in_force,
                                  status, created_at, closed_at)
      select order_id, ${id}, ${epoch}, alert_id, strategy, symbol, side, 'limit', 1, price, 'gtc',
        case when not rare then 'filled' when nr = 0 then 'open' else 'expired' end, at, case when nr <> 0 then at end
      from planned`;
    await tx`
      insert into trading.fills (id, account_id, epoch, order_id, alert_id, strategy, symbol, side, quantity, price, multiplier, fee, realized_pnl, filled_at)
      select fill_id, ${id}, ${epoch}, order_id, alert_id, strategy, symbol, side, 1, price, 1, 0.25, case side when 'sell' then profit else 0 end, at
      from planned`;
    await tx`
      insert into trading.trades (account_id, epoch, strategy, symbol, side, quantity, entry_price, exit_price, gross_pnl, fees,
                                  opened_at, closed_at, closing_fill_id, mae, mfe, drawdown)
      select ${id}, ${epoch}, strategy, symbol, 'long', 1, 100, price, profit, 0.5, at - interval '30 seconds', at, fill_id, 0, 0, 0
      from planned where side = 'sell' order by nr`;
    await tx`
      insert into trading.positions (account_id, strategy, symbol, version)
      select distinct ${id}::bigint, strategy, symbol, 1 from planned on conflict do nothing`;
    await tx`
      insert into trading.equity_bars
      select ${id}, ${epoch}, m.minute, e.equity, e.equity + 3.25, e.equity - 4.125, e.equity + 0.5, case when nr % 7 < 4 then 5000.5 else 0 end
      from generate_series(0, ${minutes}::integer - 1) nr
      cross join lateral (select date_trunc('minute', now()) - nr * interval '1 minute' as minute) m
      cross join lateral (select round((150000 - nr * 0.05 + 4000 * sin(nr / 5000.0))::numeric, 6) as equity) e`;
    await tx`
      insert into trading.mark_bars
      select ${id}, 'SYM0', date_trunc('minute', now()) - nr * interval '1 minute', 100, 102, 99, 101
      from generate_series(0, ${minutes}::integer - 1) nr`;
  });
  // Or the statistics come while a test counts, and with them another plan.
  await sql`
    analyze trading.alerts, trading.orders, trading.fills, trading.trades, trading.positions, trading.marks, trading.equity_bars, trading.mark_bars`;
}

/** One row a fill, with the numbers its alert, order and fill will have; the first two are the rare ones. */
async function planRows(tx: TransactionSql, fills: number): Promise<void> {
  await tx`
    create temporary table planned on commit drop as
    select nr, nr < 2 as rare, now() - (${fills}::integer - nr) * interval '30 seconds' as at,
      case when nr < 2 then 'RARE' else 'SYM' || nr / 2 % 10 end as symbol, case when nr < 2 then 'rare' else 's' || nr / 2 % 3 end as strategy,
      case when nr % 2 = 0 then 'buy' else 'sell' end as side, profit, case when nr % 2 = 0 then 100 else 100 + profit end as price,
      nextval('trading.alerts_id_seq') as alert_id, nextval('trading.orders_id_seq') as order_id, nextval('trading.fills_id_seq') as fill_id
    from generate_series(0, ${fills}::integer - 1) nr
    cross join lateral (select ((nr::bigint / 2 * 7919) % 2001 - 990) * 0.01 as profit) p`;
}
