import type { Sql } from "postgres";

/** What isolates write every few seconds, whatever is asked of them. */
const inBackground = ["isolates", "metrics"];

/** How many rows each table of the engine has, but for what is written in the background. */
export async function rowCounts(sql: Sql): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of (await tableNames(sql)).filter((name) => !inBackground.includes(name))) {
    const [row] = await sql`select count(*)::int as count from ${sql(`trading.${table}`)}`;
    counts[table] = row?.count;
  }
  return counts;
}

/** Every table of the engine, without the partitions of one. */
export async function tableNames(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select c.relname from pg_class c
    where c.relnamespace = 'trading'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`;
  return rows.map(({ relname }) => relname);
}
