import { join, resolve } from "node:path";
import { createApiKeyAuthService } from "../supabase/functions/_shared/auth/api-keys.ts";
import { readDotenv, setVariable } from "./dotenv.ts";
import { errorText, StackError } from "./errors.ts";
import { inRepository, readTextIfAny, writePrivateFile } from "./paths.ts";
import { randomText } from "./secrets.ts";

/** The development key's id in `API_KEYS`. */
const developmentKeyId = "dev";

/** The functions' `.env` of a stack: in its data directory, but that of the default stack, which has the usual place. */
export const functionEnvPath = (dataDir?: string): string =>
  dataDir === undefined
    ? inRepository("supabase", "functions", ".env")
    : join(resolve(dataDir), "functions.env");

/**
 * Makes sure there is a `.env` for the functions with a secret and a development key whose text we know.
 * What the user wrote there stays.
 *
 * @param path the file, see functionEnvPath
 * @param dataDir where the key's plain text is kept
 * @returns that text, and whether this start wrote the file
 */
export async function ensureFunctionEnv(path: string, dataDir: string) {
  const existing = await readTextIfAny(path);
  const text = existing ?? await Deno.readTextFile(inRepository("supabase", "functions", ".env.example"));
  const variables = readDotenv(text);

  const secret = variables.API_KEY_SECRET || randomText(32);
  const keyFile = join(dataDir, "development-key");
  const [knownKey, knownEntry] = (await readTextIfAny(keyFile))?.trim().split("\n") ?? [];
  const entries = (variables.API_KEYS ?? "").split(",").map((entry) => entry.trim()).filter(Boolean);
  if (variables.API_KEY_SECRET && knownKey && knownEntry && entries.includes(knownEntry)) {
    return { apiKey: knownKey, created: false };
  }

  const { key, entry } = createApiKeyAuthService({ secret, apiKeys: "" })
    .generateApiKey({ id: developmentKeyId, scopes: ["trade", "read", "admin"] });
  const others = entries.filter((other) => !other.startsWith(`${developmentKeyId}:`));
  const changed = setVariable(
    setVariable(text, "API_KEY_SECRET", secret),
    "API_KEYS",
    [entry, ...others].join(","),
  );
  await writePrivateFile(path, changed);
  await writePrivateFile(keyFile, `${key}\n${entry}\n`);
  return { apiKey: key, created: existing === null };
}

/** The variables of a `.env` file. Throws a StackError when it cannot be read. */
export async function readFunctionEnv(path: string): Promise<Record<string, string>> {
  try {
    return readDotenv(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof StackError) throw error;
    throw new StackError(
      `${path} cannot be read: ${errorText(error)}`,
      "Delete it and start again; it is written anew.",
    );
  }
}
