import { join, resolve } from "node:path";
import { StackError } from "./errors.ts";
import { functionEnvPath } from "./function-env.ts";
import { exists, inRepository } from "./paths.ts";

/** The directory of one stack: secrets, the development key, and where Postgres can reach it, the database. */
export type DataDirectory = Awaited<ReturnType<typeof takeDataDirectory>>;

/**
 * Makes the directory and takes it for this stack.
 *
 * @param path null for `.local` in the checkout
 * @throws StackError when another stack uses it
 */
export async function takeDataDirectory(path: string | null) {
  const directory = path === null ? inRepository(".local") : resolve(path);
  await Deno.mkdir(directory, { recursive: true });
  const lock = await Deno.open(join(directory, "lock"), { create: true, write: true });
  // The kernel gives it up when the process ends, however it ends.
  if (!await lock.tryLock(true)) {
    lock.close();
    throw new StackError(
      `${directory} is in use by another stack.`,
      "Stop that one, or give this one a directory and ports of its own (--data-dir, --port, --db-port, …).",
    );
  }
  /** Lets another stack use it. */
  const release = () => lock.close();
  return { path: directory, functionEnv: functionEnvPath(path), release };
}

/** Whether the database was completely created; a start cut short in between begins anew. */
export async function isDatabaseComplete(directory: string, cluster: string): Promise<boolean> {
  return await exists(join(directory, "database-created")) && await exists(join(cluster, "PG_VERSION"));
}

/** Notes that the database was completely created. */
export async function markDatabaseComplete(directory: string): Promise<void> {
  await Deno.writeTextFile(join(directory, "database-created"), `${new Date().toISOString()}\n`);
}

/** Deletes the database. Keys and passwords stay, so that what was set up with them goes on working. */
export async function deleteDatabase(directory: string, cluster: string): Promise<void> {
  for (const path of [join(directory, "database-created"), cluster]) {
    if (await exists(path)) await Deno.remove(path, { recursive: true });
  }
}
