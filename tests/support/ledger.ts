import type { Sql } from "postgres";
import type { Answer } from "./alerts.ts";

/** Names that differ between two bookings of the same alerts. */
const BOOKING_IDS = new Set(["id", "alert_id", "order_id", "account", "request_id"]);

/** An answer without ids, to compare two bookings of the same alerts. */
export const withoutIds = (answer: Answer): unknown =>
  JSON.parse(JSON.stringify(answer, (key, value) => BOOKING_IDS.has(key) ? undefined : value));

/** All that is stored about an account, exact, without ids; bracket_id and the like become places in the account's orders. */
export async function storedRows(sql: Sql, account: string): Promise<Record<string, unknown[]>> {
  const rows: Record<string, unknown[]> = {};
  for (const [name, query] of Object.entries(QUERIES)) {
    const found = await sql.unsafe(query, [account]);
    rows[name] = found.map(({ row }) => withoutZeros(row));
  }
  return rows;
}

/** 1.50 is 1.5: where two equal numbers meet, either may stay. */
const withoutZeros = (json: string) =>
  json.replaceAll(
    /(: -?\d+)(\.\d*?)0*(?=[,}])/g,
    (_, whole, decimals) => decimals === "." ? whole : whole + decimals,
  );

const ofAccount = "(select a.id from trading.accounts a where a.name = $1)";
const order =
  `(select o.id, row_number() over (order by o.id) as nr from trading.orders o where o.account_id = ${ofAccount})`;
const alert =
  `(select o.id, row_number() over (order by o.id) as nr from trading.alerts o where o.account_id = ${ofAccount})`;

/** numeric leaves JSON as its own digits, so that nothing is compared as a float: every row is text. */
const QUERIES = {
  accounts:
    "select (to_jsonb(a) - '{id,name,version,created_at,compacted_at,role}'::text[])::text as row from trading.accounts a where a.name = $1",
  alerts:
    `select (to_jsonb(l) - '{id,account_id,answer,content_hash,dedupe_key,request}'::text[])::text as row
    from trading.alerts l where l.account_id = ${ofAccount} order by l.id`,
  orders: `select (to_jsonb(o) - '{id,account_id}'::text[]
      || jsonb_build_object('alert_id', a.nr, 'bracket_id', b.nr))::text as row
    from trading.orders o join ${alert} a on a.id = o.alert_id left join ${order} b on b.id = o.bracket_id
    where o.account_id = ${ofAccount} order by o.id`,
  fills: `select (to_jsonb(f) - '{id,account_id}'::text[]
      || jsonb_build_object('alert_id', a.nr, 'order_id', o.nr))::text as row
    from trading.fills f join ${alert} a on a.id = f.alert_id join ${order} o on o.id = f.order_id
    where f.account_id = ${ofAccount} order by f.id`,
  positions: `select (to_jsonb(p) - 'account_id')::text as row
    from trading.positions p where p.account_id = ${ofAccount} order by p.symbol, p.strategy`,
  trades: `select (to_jsonb(t) - '{id,account_id,closing_fill_id}'::text[])::text as row
    from trading.trades t where t.account_id = ${ofAccount} order by t.id`,
  marks: `select (to_jsonb(m) - 'account_id')::text as row
    from trading.marks m where m.account_id = ${ofAccount} order by m.symbol`,
  mark_bars: `select (to_jsonb(m) - 'account_id')::text as row
    from trading.mark_bars m where m.account_id = ${ofAccount} order by m.symbol, m.minute`,
  equity_bars: `select (to_jsonb(e) - 'account_id')::text as row
    from trading.equity_bars e where e.account_id = ${ofAccount} order by e.minute`,
};
