/** Shadow accounts on any database, also one that a test starts for itself. */
import type { Sql } from "postgres";

/** Runs one statement as the functions do. */
export const asService = <T>(sql: Sql, work: (tx: Sql) => Promise<T>): Promise<T> =>
  sql.begin(async (tx) => {
    await tx`set local role service_role`;
    return await work(tx as unknown as Sql);
  }) as Promise<T>;

/** Has a shadow book what it has missed; answers how many that were, and how many are left. */
export async function catchUp(
  sql: Sql,
  account: string,
  shadow: string,
  atMost = 1000,
): Promise<[number, number]> {
  const [row] = await asService(
    sql,
    (tx) => tx`select public.catch_up_shadow_account(${account}, ${shadow}, ${atMost}) as done`,
  );
  return [row?.done.booked, row?.done.behind];
}

/** "buy 1 @ 100", in order, of an account's current epoch. */
export async function fillsOf(sql: Sql, account: string): Promise<string[]> {
  const rows = await sql`
    select f.side || ' ' || trading.decimal(f.quantity) || ' @ ' || trading.decimal(f.price) as fill
    from trading.fills f join trading.accounts a on a.id = f.account_id and a.epoch = f.epoch
    where a.name = ${account} order by f.id`;
  return rows.map(({ fill }) => fill);
}
