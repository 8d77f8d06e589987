import { parse } from "smol-toml";
import * as z from "zod";
import { listFunctions } from "../../functions.ts";
import { readCommittedGrants } from "../../grants.ts";
import { inRepository } from "../../paths.ts";
import type { ConfigFacts } from "../facts.ts";

const configSchema = z.object({
  api: z.object({ auto_expose_new_tables: z.boolean().optional() }).optional(),
  auth: z.object({ enable_signup: z.boolean().optional() }).optional(),
  functions: z.record(z.string(), z.object({ verify_jwt: z.boolean().optional() })).optional(),
});

/** What the checkout says. */
export async function readConfigFacts(): Promise<ConfigFacts> {
  const config = configSchema.parse(parse(await Deno.readTextFile(inRepository("supabase", "config.toml"))));
  const verifyJwt: Record<string, boolean> = {};
  for (const [name, { verify_jwt }] of Object.entries(config.functions ?? {})) {
    if (verify_jwt !== undefined) verifyJwt[name] = verify_jwt;
  }
  return {
    functions: await listFunctions(),
    verifyJwt,
    autoExposeNewTables: config.api?.auto_expose_new_tables ?? null,
    signUp: config.auth?.enable_signup ?? null,
    newestMigration: await newestMigration(),
    grants: await readCommittedGrants(),
  };
}

async function newestMigration(): Promise<string | null> {
  const versions: string[] = [];
  for await (const { name } of Deno.readDir(inRepository("supabase", "migrations"))) {
    const [version] = /^\d+(?=_.*\.sql$)/.exec(name) ?? [];
    if (version !== undefined) versions.push(version);
  }
  return versions.sort().at(-1) ?? null;
}
