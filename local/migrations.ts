import { join } from "node:path";
import { StackError } from "./errors.ts";
import { type DatabaseUrls, withConnection } from "./database.ts";
import { exists, repositoryRoot } from "./paths.ts";
import { supabase } from "./supabase-cli.ts";

interface Migration {
  file: string;
  sha256: string;
}

/** What {@link migrate} found to do. */
export type MigrationOutcome = "none" | "unchanged" | "applied";

/**
 * Brings the database to the state of `supabase/migrations` with the Supabase CLI, or leaves it alone when it
 * is there already.
 *
 * @param onLine receives what the CLI says
 * @param checkout where `supabase/migrations` is
 * @throws StackError when a migration fails, and when one changed after it was applied here
 */
export async function migrate(
  urls: DatabaseUrls,
  onLine: (line: string) => void,
  checkout = repositoryRoot,
): Promise<MigrationOutcome> {
  const wanted = await readMigrations(join(checkout, "supabase", "migrations"));
  const applied = await readApplied(urls);
  refuseChanged(wanted, applied);
  if (wanted.length === 0) return "none";
  if (wanted.length === applied.length) return "unchanged";

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

async function readMigrations(directory: string): Promise<Migration[]> {
  if (!await exists(directory)) return [];
  const files: string[] = [];
  for await (const entry of Deno.readDir(directory)) {
    // The CLI's own rule for what counts as a migration.
    if (entry.isFile && /^\d+_.*\.sql$/.test(entry.name)) files.push(entry.name);
  }
  return await Promise.all(files.sort().map((file) => hashFile(directory, file)));
}

async function hashFile(directory: string, file: string): Promise<Migration> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(join(directory, file)));
  return { file, sha256: new Uint8Array(digest).toHex() };
}

async function readApplied(urls: DatabaseUrls): Promise<Migration[]> {
  return await withConnection(
    urls.admin,
    async (sql) => [...await sql<Migration[]>`select file, sha256 from local_stack.migrations order by file`],
  );
}

function refuseChanged(wanted: Migration[], applied: Migration[]): void {
  const hashes = new Map(wanted.map(({ file, sha256 }) => [file, sha256]));
  const changed = applied.filter(({ file, sha256 }) => hashes.get(file) !== sha256).map(({ file }) => file);
  if (changed.length === 0) return;
  throw new StackError(
    `Changed or removed since this database was built from it: ${changed.join(", ")}.`,
    "Start again with --reset: the data of this stack is deleted and the database is built anew.",
  );
}

/** Notes the files the CLI did apply: all of them, or those before the one that failed. */
async function recordApplied(urls: DatabaseUrls, wanted: Migration[]): Promise<void> {
  await withConnection(urls.admin, async (sql) => {
    const [table] =
      await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as exists`;
    if (table?.exists !== true) return;
    const rows = await sql<{ version: string }[]>`select version from supabase_migrations.schema_migrations`;
    const versions = new Set(rows.map((row) => row.version));
    const done = wanted.filter(({ file }) => versions.has(file.slice(0, file.indexOf("_"))));
    for (const { file, sha256 } of done) {
      await sql`
        insert into local_stack.migrations (file, sha256) values (${file}, ${sha256})
        on conflict (file) do nothing`;
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
