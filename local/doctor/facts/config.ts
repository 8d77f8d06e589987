import { parse } from "smol-toml";
import * as z from "zod";
import { listFunctions } from "../../functions.ts";
import { readCommittedGrants } from "../../grants.ts";
import { inRepository } from "../../paths.ts";

const configSchema = z.object({
  api: z.object({ auto_expose_new_tables: z.boolean().optional() }).optional(),
  auth: z.object({ enable_signup: z.boolean().optional() }).optional(),
  functions: z.record(z.string(), z.object({ verify_jwt: z.boolean().optional() })).optional(),
});

/** What the checkout says. */
export async function readConfigFacts() {
  const config = configSchema.parse(parse(await Deno.readTextFile(inRepository("supabase", "config.toml"))));
  const migrations = [...Deno.readDirSync(inRepository("supabase", "migrations"))];
  return {
    functions: await listFunctions(),
    /** `verify_jwt` by function, where the file says something. */
    verifyJwt: Object.fromEntries(
      Object.entries(config.functions ?? {}).map(([name, { verify_jwt }]) => [name, verify_jwt]),
    ),
    autoExposeNewTables: config.api?.auto_expose_new_tables ?? null,
    /** Whether anybody can make themselves a user. */
    signUp: config.auth?.enable_signup ?? null,
    /** Version of the newest migration file. */
    newestMigration:
      migrations.flatMap(({ name }) => /^\d+(?=_.*\.sql$)/.exec(name)?.[0] ?? []).toSorted().at(-1) ?? null,
    /** What the roles are meant to reach. */
    grants: await readCommittedGrants(),
  };
}
