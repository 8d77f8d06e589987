import { parse } from "smol-toml";
import * as z from "zod";
import { listFunctions } from "../../functions.ts";
import { readCommittedGrants } from "../../grants.ts";
import { inRepository, repositoryRoot } from "../../paths.ts";
import { readMigrations } from "../../version/releases.ts";

const configSchema = z.object({
  api: z.object({ auto_expose_new_tables: z.boolean().optional() }).optional(),
  auth: z.object({ enable_signup: z.boolean().optional() }).optional(),
  functions: z.record(z.string(), z.object({ verify_jwt: z.boolean().optional() })).optional(),
});

/** What the checkout says. */
export async function readConfigFacts() {
  const config = configSchema.parse(parse(await Deno.readTextFile(inRepository("supabase", "config.toml"))));
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
    newestMigration: Object.keys(await readMigrations(repositoryRoot)).at(-1)?.split("_")[0] ?? null,
    /** What the roles are meant to reach. */
    grants: await readCommittedGrants(),
  };
}
