import { Assembly } from "./assembly.ts";
import { runCommand } from "./command.ts";
import type { DatabaseUrls } from "./database.ts";
import { takeDataDirectory } from "./data-directory.ts";
import { StackError } from "./errors.ts";
import { formatted } from "./formatted.ts";
import { standardError } from "./log.ts";
import { inRepository, readTextIfAny } from "./paths.ts";
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
    const [, schema = ""] = /(export type Database =.*?)\ntype DatabaseWithoutInternals/s.exec(stdout) ?? [];
    const named = schema.replaceAll(/\{([^{}]*\w"\??: [^{}]*)\}/g, (_, members: string) => byType(members))
      .replaceAll(/^(\s*)"(\w+)":/gm, "$1$2:")
      .replaceAll(/\{\s+(\[_ in never\]: never)\s+\}/g, "{ $1 }");
    return await formatted(`${HEAD}\n\n${named}`, "ts");
  });
}

const HEAD = 'import type { Json, Maybe, Named } from "./named.ts";\n\nexport type { Json };';

/** What `Named` calls the types of lists. */
const LISTS: Readonly<Record<string, string>> = { "(string)[]": "strings", "(number)[]": "numbers" };

/** The members of an object by their types, as `Named` has them: twenty columns take two lines, not twenty. */
function byType(members: string): string {
  const found = [...members.matchAll(/"(\w+)"(\??): ([^,\s]+)/g)];
  const objects = [...Map.groupBy(found, ([, , mark]) => mark)].map(([mark, some]) => {
    const groups = [...Map.groupBy(some, ([, , , type = ""]) => LISTS[type] ?? type)].map(([kind, each]) => {
      const lines = each.map(([, name]) => name).join(" ").match(/.{1,86}(?= |$)/g) ?? [];
      return `${kind}: ${lines.map((line) => `"${line.trim()}"`).join(" | ")}`;
    });
    const open = groups.join().length > 78 ? "{\n" : "{ ";
    return `${mark === "?" ? "Maybe" : "Named"}<${open}${groups.join("; ")} }>`;
  });
  return objects.join(" & ");
}

/** Runs `work` on a database that was built from the migrations just now, and removes it. */
export async function withFreshDatabase<T>(work: (urls: DatabaseUrls) => Promise<T>): Promise<T> {
  const dataDir = await Deno.makeTempDir({ prefix: "supabase-automation-types-" });
  // The database's own user must be able to enter it.
  await Deno.chmod(dataDir, 0o755);
  try {
    return await withDatabaseIn(dataDir, work);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
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
