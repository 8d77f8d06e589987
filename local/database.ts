import postgres from "postgres";
import { superuser } from "./postgres.ts";
import { loopback } from "./ports.ts";
import type { Secrets } from "./secrets.ts";

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
