import { join } from "node:path";
import { withDatabaseIn } from "../../local/start-database.ts";
import { exists, inRepository } from "../../local/paths.ts";

/** What a database is made of: when a file of these changes, another is made. */
const SOURCES = ["supabase/migrations", "local"];
/** What of a data directory is the database. */
const PARTS = ["postgres", "database-created", "secrets.json"];

/**
 * Gives a directory the database that a stack makes at its first start, with the passwords that go with it. It is made
 * once, kept in `.local` and copied: making one takes three seconds, and the tests start thirty stacks.
 */
export async function copyPreparedData(dataDir: string): Promise<void> {
  const prepared = inRepository(".local", `test-data-${await digestOfSources()}`);
  if (!await exists(prepared)) await prepare(dataDir, prepared);
  else await copy(prepared, dataDir);
}

/** Makes the database in `dataDir`, and keeps a copy of it. */
async function prepare(dataDir: string, prepared: string): Promise<void> {
  await withDatabaseIn(dataDir, () => Promise.resolve());
  const kept = inRepository(".local");
  await Deno.mkdir(kept, { recursive: true });
  for await (const { name } of Deno.readDir(kept)) {
    const path = join(kept, name);
    if (name.startsWith("test-data-") && path !== prepared) await Deno.remove(path, { recursive: true });
  }
  // Whole, or not there. Another suite may have made it meanwhile.
  const draft = await Deno.makeTempDir({ dir: kept, prefix: "draft-" });
  await copy(dataDir, draft);
  await Deno.rename(draft, prepared).catch(() => Deno.remove(draft, { recursive: true }));
}

/** Copies with owners: Postgres' files belong to its own user. */
async function copy(from: string, to: string): Promise<void> {
  const args = ["-a", ...PARTS.map((part) => join(from, part)), to];
  const { success, stderr } = await new Deno.Command("cp", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function digestOfSources(): Promise<string> {
  const paths: string[] = [inRepository("deno.lock")];
  for (const source of SOURCES) {
    for await (const { name, isFile } of Deno.readDir(inRepository(source))) {
      if (isFile) paths.push(inRepository(source, name));
    }
  }
  const texts = await Promise.all(paths.sort().map((path) => Deno.readTextFile(path)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\n")));
  return new Uint8Array(digest).toHex().slice(0, 16);
}
