import { Assembly } from "./assembly.ts";
import { runCommand } from "./command.ts";
import type { DatabaseUrls } from "./database.ts";
import { takeDataDirectory } from "./data-directory.ts";
import { StackError } from "./errors.ts";
import { formatted } from "./formatted.ts";
import { standardError } from "./log.ts";
import { inRepository, readTextIfAny, temporaryDirectory } from "./paths.ts";
import { freePort } from "./ports.ts";
import { loadSecrets } from "./secrets.ts";
import { startDatabase } from "./start-database.ts";
import { supabase } from "./supabase-cli.ts";

const typesFile = inRepository("supabase", "functions", "_shared", "database", "types.ts");

/**
 * `deno task db:types`: writes the TypeScript types of the schema `public`, as the Supabase CLI sees it in a
 * database built from the migrations just now. With `--check`, only compares.
 */
async function main(args: string[]): Promise<void> {
  const types = await generateTypes();
  const current = await readTextIfAny(typesFile);
  if (current === types) {
    standardError(`${typesFile} is up to date.`);
    return;
  }
  if (args.includes("--check")) {
    throw new StackError(`${typesFile} does not match the migrations.`, "Run deno task db:types.");
  }
  await Deno.mkdir(inRepository("supabase", "functions", "_shared", "database"), { recursive: true });
  await Deno.writeTextFile(typesFile, types);
  standardError(`Wrote ${typesFile}.`);
}

function generateTypes(): Promise<string> {
  return withFreshDatabase(async ({ owner }) => {
    const { success, stdout, messages } = await supabase(
      ["gen", "types", "--lang", "typescript", "--schema", "public", `--remote=${owner}?sslmode=disable`],
    );
    if (!success) throw new Error(messages.join("\n"));
    // Behind the schema come helpers for its tables and enums: it has none.
    const [schema = ""] = stdout.split("\ntype DatabaseWithoutInternals");
    return await formatted(schema, "ts");
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
): Promise<T> {
  const assembly = new Assembly(() => {});
  const directory = await takeDataDirectory(dataDir);
  try {
    const secrets = await loadSecrets(dataDir);
    const { urls } = await startDatabase(assembly, { directory, secrets, port: freePort(), reset: false });
    return await work(urls);
  } finally {
    await assembly.stop();
    directory.release();
  }
}

if (import.meta.main) await runCommand(main);
