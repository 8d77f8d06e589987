import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";
import { SHORTEST_SECRET } from "../../supabase/functions/_shared/config/config.ts";
import { readDotenv, type Variables, writeDotenv } from "../dotenv.ts";
import { StackError } from "../errors.ts";
import { inRepository, readTextIfAny, writePrivateFile } from "../paths.ts";
import { randomText } from "../secrets.ts";

/** The settings of a project's functions by name, as `supabase secrets set` takes them. */
export type Settings = Variables;

/** The id of the key that a first deploy makes. */
const firstKeyId = "tradingview";

/**
 * The settings that are known here: those of the file, over which the environment's win where it names them, as in a
 * workflow whose secrets GitHub keeps. Null without an API_KEY_SECRET.
 *
 * @throws StackError for a secret that the functions would refuse
 */
export async function readSettings(
  file: string,
  environment: Record<string, string>,
): Promise<Settings | null> {
  const text = await readTextIfAny(file);
  const names = await settableNames();
  const given = Object.entries(environment).filter(([name, value]) => names.has(name) && value !== "");
  const settings: Settings = { ...text === null ? {} : readDotenv(text), ...Object.fromEntries(given) };
  const secret = settings.API_KEY_SECRET ?? "";
  if (secret === "") return null;
  if (secret.length >= SHORTEST_SECRET) return settings;
  throw new StackError(
    `API_KEY_SECRET has fewer than ${SHORTEST_SECRET} characters: the functions would refuse it.`,
    "Take it out, and a new one is made, with a new key.",
  );
}

/** New settings, kept in the file, and the one key that they accept: its text is kept nowhere. */
export async function makeSettings(file: string): Promise<{ settings: Settings; key: string }> {
  const secret = randomText(32);
  const { key, entry } = createApiKeyAuthService({ secret, apiKeys: "" })
    .generateApiKey({ id: firstKeyId, scopes: ["trade", "read"] });
  const before = await readTextIfAny(file);
  const settings = { ...before === null ? {} : readDotenv(before), API_KEY_SECRET: secret, API_KEYS: entry };
  await writePrivateFile(file, writeDotenv(settings));
  return { settings, key };
}

/** What may be set: the names in .env.example. Those that begin with SUPABASE_ are the platform's own. */
async function settableNames(): Promise<Set<string>> {
  const example = await Deno.readTextFile(inRepository("supabase", "functions", ".env.example"));
  return new Set([...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = ""]) => name));
}
