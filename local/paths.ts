import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** The checkout this code belongs to; nothing depends on the working directory. */
export const repositoryRoot = fileURLToPath(new URL("..", import.meta.url));

/** Path of a file or directory of the checkout, from its path inside it. */
export function inRepository(...parts: string[]): string {
  return join(repositoryRoot, ...parts);
}

/** Whether something is at `path`. Throws on anything but its absence (no permission, broken link loop). */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Absolute path of an executable found on `PATH`, or null. */
export async function findOnPath(name: string): Promise<string | null> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":").filter(Boolean)) {
    const candidate = join(directory, name);
    if (await exists(candidate)) return candidate;
  }
  return null;
}

/** Writes a file only its owner can read; replaces it in one step, so that a crash never leaves half of it. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, text, { mode: 0o600 });
  await Deno.rename(draft, path);
}

/** A new directory for the rest of a block, `await using`: at its end it is removed. */
export async function temporaryDirectory(prefix = "") {
  const path = await Deno.makeTempDir({ prefix });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Text of a file, or null when there is none. */
export async function readTextIfAny(path: string): Promise<string | null> {
  return (await exists(path)) ? await Deno.readTextFile(path) : null;
}
