import { runCommand } from "./command.ts";
import { withConnection } from "./database.ts";
import { withFreshDatabase } from "./db-types.ts";
import { grantsFile, readGrants } from "./grants.ts";
import { standardError } from "./log.ts";

/** `deno task db:grants`: writes what each role can reach in a database built from the migrations just now. */
async function main(): Promise<void> {
  const grants = await withFreshDatabase(({ owner }) => withConnection(owner, readGrants));
  await Deno.writeTextFile(grantsFile, `${JSON.stringify(grants, null, 2)}\n`);
  standardError(`Wrote ${grantsFile}.`);
}

if (import.meta.main) await runCommand(main);
