/** What is kept in the checkout and made: from a database that was built from the migrations just now, or from the code. */
import { resolve } from "node:path";
import { runCommand } from "./command.ts";
import { withConnection } from "./database.ts";
import { databaseRegions } from "./docs/database.ts";
import { mcpPages, mcpPagesPath, readPages, type Regions, withRegions } from "./docs/regions.ts";
import { tableRegions } from "./docs/tables.ts";
import { StackError, UsageError } from "./errors.ts";
import { formatted } from "./formatted.ts";
import { grantsFile, readGrants } from "./grants.ts";
import { standardError } from "./log.ts";
import { inRepository, readTextIfAny } from "./paths.ts";
import { withFreshDatabase } from "./start-database.ts";
import { supabase } from "./supabase-cli.ts";

const typesFile = inRepository("supabase", "functions", "_shared", "database", "types.ts");

/** By its name after `deno run -A local/generate.ts`, how each is written. */
const GENERATORS: Record<string, (...args: string[]) => Promise<void>> = {
  /** `deno task db:types`: the TypeScript types of the schema `public`, by the Supabase CLI. `--check` only compares. */
  async types(...args) {
    const types = await withFreshDatabase(({ owner }) => typesOf(owner));
    if (await readTextIfAny(typesFile) === types) return standardError(`${typesFile} is up to date.`);
    if (args.includes("--check")) {
      throw new StackError(`${typesFile} does not match the migrations.`, "Run deno task db:types.");
    }
    await write(typesFile, types);
  },

  /** `deno task db:grants`: what each role can reach. */
  async grants() {
    const grants = await withFreshDatabase(({ owner }) => withConnection(owner, readGrants));
    await write(grantsFile, `${JSON.stringify(grants, null, 2)}\n`);
  },

  /** `deno task docs:rpc`: the parts of README.md and docs/ that are made from the comments in the migrations. */
  rpc: async () =>
    await writeDocs(await withFreshDatabase(({ owner }) => withConnection(owner, databaseRegions))),

  /** `deno task docs:tables`: those that are made from the code. */
  tables: async () => await writeDocs(await tableRegions()),
};

async function typesOf(url: string): Promise<string> {
  const { success, stdout, messages } = await supabase(
    ["gen", "types", "--lang", "typescript", "--schema", "public", `--remote=${url}?sslmode=disable`],
  );
  if (!success) throw new Error(messages.join("\n"));
  // Behind the schema come helpers for its tables and enums: it has none.
  const [schema = ""] = stdout.split("\ntype DatabaseWithoutInternals");
  return await formatted(schema, "ts");
}

/** Writes these parts of the documentation, and the pages that assistants read. */
async function writeDocs(regions: Regions): Promise<void> {
  for (const [path, page] of await readPages()) {
    const made = await withRegions(page, regions);
    if (made !== page) await write(path, made);
  }
  await Deno.writeTextFile(mcpPagesPath, mcpPages(await readPages()));
}

/** Writes a file of the checkout, and says so. */
async function write(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(resolve(inRepository(), path), text);
  standardError(`Wrote ${path}.`);
}

if (import.meta.main) {
  await runCommand(async ([what = "", ...args]) => {
    const generate = GENERATORS[what];
    if (generate === undefined) {
      throw new UsageError(
        `There is no generator called "${what}".`,
        `deno run -A local/generate.ts <${Object.keys(GENERATORS).join("|")}>`,
      );
    }
    await generate(...args);
  });
}
