import { join, resolve } from "node:path";
import type { Assembly } from "./assembly.ts";
import { StackError } from "./errors.ts";
import { inRepository } from "./paths.ts";

/**
 * The directory of one stack, `.local` in the checkout unless it is named: secrets, the development key, and where Postgres
 * can reach it, the database.
 */
export const dataDirectory = (path = inRepository(".local")): string => resolve(path);

/**
 * Makes the directory and takes it until the stack stops. Returns its path.
 *
 * @throws StackError when another stack uses it
 */
export async function takeDataDirectory(assembly: Assembly, path?: string): Promise<string> {
  const directory = dataDirectory(path);
  await Deno.mkdir(directory, { recursive: true });
  const lock = await Deno.open(join(directory, "lock"), { create: true, write: true });
  assembly.onStop(() => lock.close());
  // The kernel gives it up when the process ends, however it ends.
  if (await lock.tryLock(true)) return directory;
  throw new StackError(
    `${directory} is in use by another stack.`,
    "Stop that one, or give this one a directory and ports of its own (--data-dir, --port, --db-port, …).",
  );
}
