import postgres, { type Sql } from "postgres";

/** What the ledger should hold of an alert that filled: itself and its fill, once. */
export const once = { alerts: 1, fills: 1 };

/** How often each alert's id is in the ledger: alerts with that id, and fills of theirs. */
export async function booked(sql: Sql): Promise<Map<string, { alerts: number; fills: number }>> {
  const rows = await sql`
    select a.request ->> 'id' as id, count(distinct a.id)::int as alerts, count(f.id)::int as fills
    from trading.alerts a left join trading.fills f on f.alert_id = a.id group by 1`;
  return new Map(rows.map(({ id, alerts, fills }) => [id, { alerts, fills }]));
}

/** A connection as the database's owner, closed afterwards. */
export async function withDatabase<T>(url: string, body: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await body(sql);
  } finally {
    await sql.end();
  }
}
