import type { Assembly } from "./assembly.ts";
import { bootstrapDatabase, databaseUrls, ensureLocalUser } from "./database.ts";
import {
  type DataDirectory,
  deleteDatabase,
  isDatabaseComplete,
  markDatabaseComplete,
} from "./data-directory.ts";
import { migrate } from "./migrations.ts";
import { createCluster, postgresProcess, removeLeftover } from "./postgres.ts";
import { findPostgresHome, type PostgresHome } from "./postgres-home.ts";
import type { Secrets } from "./secrets.ts";

export interface DatabaseOptions {
  directory: DataDirectory;
  secrets: Secrets;
  port: number;
  /** True deletes an earlier database first. */
  reset: boolean;
  /** Called each time Postgres serves, also after a crash. */
  onReady?(): void;
  /** Whose migrations are applied; this checkout's if not given. */
  checkout?: string;
}

/** Creates a database that looks like Supabase's where there is none, starts it, and applies the migrations. */
export async function startDatabase(assembly: Assembly, options: DatabaseOptions) {
  const { directory, secrets, port, reset, onReady, checkout } = options;
  const urls = databaseUrls(port, secrets);
  const home = await findPostgresHome(directory.path);
  await removeLeftover(home);
  if (reset) {
    await assembly.step("Deleting the earlier data", () => deleteDatabase(directory.path, home.data));
  }
  const isNew = !await isDatabaseComplete(directory.path, home.data);
  if (isNew) await assembly.step("Creating the database", () => create(directory, home, secrets));

  const process = await postgresProcess(home, port, urls.admin, assembly.supervision, onReady);
  await assembly.start(`Starting Postgres on port ${port}`, process);
  if (isNew) {
    await assembly.step("Making it a Supabase database", () => bootstrapDatabase(urls, secrets));
    await markDatabaseComplete(directory.path);
  }
  await assembly.step("Applying supabase/migrations", async () => {
    await migrate(urls, (line) => assembly.log.part("supabase", line), checkout);
    await ensureLocalUser(urls);
  });
  return { process, urls };
}

async function create(directory: DataDirectory, home: PostgresHome, secrets: Secrets): Promise<void> {
  // What an interrupted start left half done.
  await deleteDatabase(directory.path, home.data);
  await createCluster(home, secrets.adminPassword);
}
