import type { Sql, TransactionSql } from "postgres";

/** A new user of Supabase Auth; returns the id. */
export async function newUser(sql: Sql): Promise<string> {
  const id = crypto.randomUUID();
  await sql`insert into auth.users (id, email) values (${id}, ${`${id}@example.com`})`;
  return id;
}

/** Runs `body` in a transaction as PostgREST runs a request of that user. */
export async function asUserId<T>(
  sql: Sql,
  user: string,
  body: (tx: TransactionSql) => Promise<T>,
): Promise<T> {
  const claims = JSON.stringify({ sub: user, role: "authenticated" });
  return await sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${claims}, true)`;
    await tx`set local role authenticated`;
    await tx`set local statement_timeout = '8s'`;
    return await body(tx);
  }) as T;
}

/** Runs `body` as the owner of the account; an account of nobody gets a new one. */
export async function asOwner<T>(
  sql: Sql,
  account: string,
  body: (tx: TransactionSql) => Promise<T>,
): Promise<T> {
  const [owned] = await sql`select owner_id from trading.accounts where name = ${account}`;
  const owner: string = owned?.owner_id ?? await newUser(sql);
  await sql`update trading.accounts set owner_id = ${owner} where name = ${account}`;
  return await asUserId(sql, owner, body);
}

/** The RPCs of the dashboard: what somebody signed in may call about an account. Read from the catalog, so that none is forgotten. */
export async function dashboardRpcs(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select p.proname from pg_proc p
    where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
      and 'account' = any (p.proargnames)
    order by 1`;
  return rows.map(({ proname }) => proname);
}
