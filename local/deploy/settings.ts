import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";
import { SHORTEST_SECRET } from "../../supabase/functions/_shared/config/config.ts";
import { readDotenv, type Variables, writeDotenv } from "../dotenv.ts";
import { StackError } from "../errors.ts";
import { inRepository, readTextIfAny, writePrivateFile } from "../paths.ts";
import { randomText } from "../secrets.ts";

/** The id of the key that a first deploy makes. */
const firstKeyId = "tradingview";

/**
 * The settings of a project's functions that are known here, by name: those of the file, over which the environment's
 * win where it names them, as in a workflow whose secrets GitHub keeps.
 *
 * @throws StackError for a secret that the functions would refuse
 */
export async function readSettings(file: string, environment: Record<string, string>): Promise<Variables> {
  const text = await readTextIfAny(file);
  const names = await settableNames();
  const given = Object.entries(environment).filter(([name, value]) => names.has(name) && value !== "");
  const settings: Variables = { ...text === null ? {} : readDotenv(text), ...Object.fromEntries(given) };
  const { API_KEY_SECRET: secret } = settings;
  if (secret === undefined || secret.length >= SHORTEST_SECRET) return settings;
  throw new StackError(
    `API_KEY_SECRET has fewer than ${SHORTEST_SECRET} characters: the functions would refuse it.`,
    "Take it out, and a new one is made, with a new key.",
  );
}

/**
 * These settings with a new secret, kept in the file, and the one key that they accept: its text is kept nowhere.
 *
 * @throws StackError where they have keys already, which a new secret would not accept
 */
export async function makeSettings(file: string, known: Variables) {
  if (known.API_KEYS !== undefined) {
    throw new StackError(
      "API_KEYS is set without the API_KEY_SECRET that its keys were made with.",
      "Set that, too; or take API_KEYS out, and a new secret is made, with a new key.",
    );
  }
  const secret = randomText(32);
  const { key, entry } = createApiKeyAuthService({ secret, apiKeys: "" })
    .generateApiKey({ id: firstKeyId, scopes: ["trade", "read"] });
  const settings = { ...known, API_KEY_SECRET: secret, API_KEYS: entry };
  await writePrivateFile(file, writeDotenv(settings));
  return { settings, key };
}

/** What may be set: the names in .env.example. Those that begin with SUPABASE_ are the platform's own. */
async function settableNames(): Promise<Set<string>> {
  const example = await Deno.readTextFile(inRepository("supabase", "functions", ".env.example"));
  return new Set([...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = ""]) => name));
}
