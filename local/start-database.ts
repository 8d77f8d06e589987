import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Assembly } from "./assembly.ts";
import { type DatabaseUrls, databaseUrls, withConnection } from "./database.ts";
import { takeDataDirectory } from "./data-directory.ts";
import { migrate } from "./migrations.ts";
import { exists, inRepository, temporaryDirectory } from "./paths.ts";
import { freePort } from "./ports.ts";
import { createCluster, postgresProcess, removeLeftover } from "./postgres.ts";
import { findPostgresHome } from "./postgres-home.ts";
import { loadSecrets, localUser, type Secrets } from "./secrets.ts";

export interface DatabaseOptions {
  /** That of the stack. */
  directory: string;
  secrets: Secrets;
  port: number;
  /** True deletes an earlier database first. */
  reset?: boolean;
  /** Called each time Postgres serves, also after a crash. */
  onReady?(): void;
  /** Whose migrations are applied; this checkout's if not given. */
  checkout?: string;
}

/** Creates a database that looks like Supabase's where there is none, starts it, and applies the migrations. */
export async function startDatabase(assembly: Assembly, options: DatabaseOptions) {
  const { directory, secrets, port, reset, onReady, checkout } = options;
  const urls = databaseUrls(port, secrets);
  const home = await findPostgresHome(directory);
  // There once the database was completely created; a start cut short in between begins anew.
  const marker = join(directory, "database-created");
  // Keys and passwords stay, so that what was set up with them goes on working.
  const clear = async () => {
    for (const path of [marker, home.data]) await rm(path, { recursive: true, force: true });
  };
  await removeLeftover(home);
  if (reset) await assembly.step("Deleting the earlier data", clear);
  const isNew = !await exists(marker) || !await exists(join(home.data, "PG_VERSION"));
  if (isNew) {
    await assembly.step("Creating the database", async () => {
      // What an interrupted start left half done.
      await clear();
      await createCluster(home, secrets.adminPassword);
    });
  }

  const process = await postgresProcess(home, port, urls.admin, assembly, onReady);
  await assembly.start(`Starting Postgres on port ${port}`, process);
  if (isNew) {
    await assembly.step("Making it a Supabase database", () => bootstrapDatabase(urls, secrets));
    await Deno.writeTextFile(marker, `${new Date().toISOString()}\n`);
  }
  await assembly.step("Applying supabase/migrations", async () => {
    await migrate(urls, (line) => assembly.log.part("supabase", line), checkout);
    await ensureLocalUser(urls);
  });
  return { process, urls };
}

/** Makes an empty cluster look like a new Supabase database, in one transaction. */
async function bootstrapDatabase(urls: DatabaseUrls, secrets: Secrets): Promise<void> {
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
async function ensureLocalUser(urls: DatabaseUrls): Promise<void> {
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

/** Runs `work` on a database that was built from the migrations just now, and removes it. */
export async function withFreshDatabase<T>(work: (urls: DatabaseUrls) => Promise<T>): Promise<T> {
  await using dataDir = await temporaryDirectory("supabase-automation-types-");
  // The database's own user must be able to enter it.
  await Deno.chmod(dataDir.path, 0o755);
  return await withDatabaseIn(dataDir.path, work);
}

/** Runs `work` on the database of a directory, which is made there when it is not, and stops it. */
export async function withDatabaseIn<T>(
  dataDir: string,
  work: (urls: DatabaseUrls) => Promise<T>,
  checkout?: string,
): Promise<T> {
  const assembly = new Assembly(() => {});
  try {
    const directory = await takeDataDirectory(assembly, dataDir);
    const secrets = await loadSecrets(directory);
    const { urls } = await startDatabase(assembly, { directory, secrets, port: freePort(), checkout });
    return await work(urls);
  } finally {
    await assembly.stop();
  }
}
