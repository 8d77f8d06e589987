import { StackError } from "./errors.ts";
import { type DatabaseUrls, withConnection } from "./database.ts";
import { repositoryRoot } from "./paths.ts";
import { supabase } from "./supabase-cli.ts";
import { changedSince, type Migrations, readMigrations } from "./version/releases.ts";

/**
 * Brings the database to the state of `supabase/migrations` with the Supabase CLI, or leaves it alone when it
 * is there already.
 *
 * @param onLine receives what the CLI says
 * @param checkout where `supabase/migrations` is
 * @throws StackError when a migration fails, and when one changed after it was applied here
 */
export async function migrate(urls: DatabaseUrls, onLine: (line: string) => void, checkout = repositoryRoot) {
  const wanted = await readMigrations(checkout);
  const applied = await readApplied(urls);
  const changed = changedSince({ migrations: applied }, wanted);
  if (changed.length > 0) {
    throw new StackError(
      `Changed or removed since this database was built from it: ${changed.join(", ")}.`,
      "Start again with --reset: the data of this stack is deleted and the database is built anew.",
    );
  }
  const count = Object.keys(wanted).length;
  if (count === 0) return "none";
  if (count === Object.keys(applied).length) return "unchanged";

  const { success, messages, stdout } = await supabase(
    ["db", "push", `--remote=${urls.owner}?sslmode=disable`, "--include-all"],
    onLine,
    checkout,
  );
  await recordApplied(urls, wanted);
  if (success) return "applied";
  throw new StackError(
    failureText([...messages, ...stdout.split("\n")]),
    "Correct that file in supabase/migrations and start again.",
  );
}

const readApplied = (urls: DatabaseUrls): Promise<Migrations> =>
  withConnection(urls.admin, async (sql) => {
    const rows = await sql<{ file: string; sha256: string }[]>`
      select file, sha256 from local_stack.migrations order by file`;
    return Object.fromEntries(rows.map(({ file, sha256 }) => [file, sha256]));
  });

/** Notes the files the CLI did apply: all of them, or those before the one that failed. */
async function recordApplied(urls: DatabaseUrls, wanted: Migrations): Promise<void> {
  await withConnection(urls.admin, async (sql) => {
    const [table] =
      await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as exists`;
    if (table?.exists !== true) return;
    const rows = await sql<{ version: string }[]>`select version from supabase_migrations.schema_migrations`;
    const versions = new Set(rows.map((row) => row.version));
    const done = Object.entries(wanted).filter(([file]) => versions.has(file.slice(0, file.indexOf("_"))));
    for (const [file, sha256] of done) {
      await sql`insert into local_stack.migrations ${sql({ file, sha256 })} on conflict (file) do nothing`;
    }
  });
}

function failureText(lines: string[]): string {
  const applying = lines.findLast((line) => line.startsWith("Applying migration"));
  const file = /Applying migration (\S+?)\.{3}/.exec(applying ?? "")?.[1] ?? "A migration";
  const from = lines.findIndex((line) => /error/i.test(line));
  const said = (from < 0 ? lines : lines.slice(from))
    .filter((line) => line.trim() !== "" && !line.includes("--debug")).slice(0, 12);
  return `${file} failed:${said.map((line) => `\n    ${line}`).join("")}`;
}
