import { runCommand } from "../command.ts";
import { withConnection } from "../database.ts";
import { withFreshDatabase } from "../db-types.ts";
import { standardError } from "../log.ts";
import { inRepository } from "../paths.ts";
import { databaseRegions } from "./database.ts";
import { readPages, withRegions } from "./regions.ts";
import { mcpPages, mcpPagesPath } from "./mcp.ts";
import { tableRegions } from "./tables.ts";

/**
 * `deno task docs:tables`: writes the parts of README.md and docs/ that are made from the code; `deno task docs:rpc` those
 * that are made from the comments in a database built from the migrations just now. Both write the pages that assistants
 * read.
 */
async function main([what]: string[]): Promise<void> {
  const regions = what === "rpc"
    ? await withFreshDatabase(({ owner }) => withConnection(owner, databaseRegions))
    : await tableRegions();
  for (const [path, page] of await readPages()) {
    const made = await withRegions(page, regions);
    if (made === page) continue;
    await Deno.writeTextFile(inRepository(path), made);
    standardError(`Wrote ${path}.`);
  }
  await Deno.writeTextFile(mcpPagesPath, mcpPages(await readPages()));
}

if (import.meta.main) await runCommand(main);
