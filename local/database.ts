import postgres from "postgres";
import { superuser } from "./postgres.ts";
import { inRepository } from "./paths.ts";
import { loopback } from "./ports.ts";
import { localUser, type Secrets } from "./secrets.ts";

export type DatabaseUrls = ReturnType<typeof databaseUrls>;

/** Connection URLs of one stack's database, by who connects. */
export function databaseUrls(port: number, secrets: Secrets) {
  const url = (user: string, password: string) =>
    `postgresql://${user}:${password}@${loopback}:${port}/postgres`;
  return {
    /** The superuser; for the stack itself. */
    admin: url(superuser, secrets.adminPassword),
    /** `postgres`, as Supabase gives it to functions and migrations. */
    owner: url("postgres", secrets.postgresPassword),
    /** For PostgREST. */
    authenticator: url("authenticator", secrets.authenticatorPassword),
  };
}

/** Runs `work` on a connection of its own, and closes it. */
export async function withConnection<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Makes an empty cluster look like a new Supabase database, in one transaction. */
export async function bootstrapDatabase(urls: DatabaseUrls, secrets: Secrets): Promise<void> {
  const script = await Deno.readTextFile(inRepository("local", "supabase_bootstrap.sql"));
  // Random hexadecimal text: safe between quotes, where a parameter cannot stand.
  const passwords = `
    alter role postgres password '${secrets.postgresPassword}';
    alter role authenticator password '${secrets.authenticatorPassword}';
  `;
  await withConnection(
    urls.admin,
    (sql) => sql.begin((transaction) => transaction.unsafe(script + passwords)),
  );
}

/** Makes {@link localUser}, and gives it the default account if that has no owner yet. */
export async function ensureLocalUser(urls: DatabaseUrls): Promise<void> {
  await withConnection(urls.admin, async (sql) => {
    await sql`
      insert into auth.users (id, email) values (${localUser.id}, ${localUser.email})
      on conflict (id) do nothing`;
    const [row] = await sql`select to_regclass('trading.accounts') is not null as exists`;
    if (row?.exists !== true) return;
    await sql`
      update trading.accounts set owner_id = ${localUser.id}
      where name = 'default' and owner_id is null`;
  });
}
