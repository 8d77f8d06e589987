import { parseEnv } from "node:util";
import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";
import { SHORTEST_SECRET } from "../../supabase/functions/_shared/config/config.ts";
import { StackError } from "../errors.ts";
import { inRepository, readTextIfAny, writePrivateFile } from "../paths.ts";
import { randomText } from "../secrets.ts";

/** The settings of a project's functions by name, as `supabase secrets set` takes them. */
export type Settings = Readonly<Record<string, string>>;

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
  const settings: Settings = { ...text === null ? {} : parse(text), ...Object.fromEntries(given) };
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
  const settings = { ...before === null ? {} : parse(before), API_KEY_SECRET: secret, API_KEYS: entry };
  await writePrivateFile(file, asText(settings));
  return { settings, key };
}

/**
 * A .env file of these variables, which Node and the Supabase CLI read alike.
 *
 * @throws StackError for a value that no quotes can hold
 */
export const asText = (variables: Settings): string =>
  Object.entries(variables).map(([name, value]) => `${name}=${quoted(name, value)}\n`).join("");

function quoted(name: string, value: string): string {
  if (/^[\w.,:;+/@=-]*$/.test(value)) return value;
  // Not double quotes: in them \n is a line end.
  const quote = ["'", "`"].find((each) => !value.includes(each));
  if (quote !== undefined) return quote + value + quote;
  throw new StackError(`${name} holds both ' and \`, which a .env file cannot.`, "Leave one of them out.");
}

/** A whole line NAME=value, its value in quotes (over any number of lines) or bare, with a comment after it. */
const LINE =
  /^[ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*=[ \t]*(?:(['"`])[^]*?\1[ \t]*(?:#.*)?|[^'"`#\n][^#\n]*)?$/gm;

/**
 * The variables of a .env file.
 *
 * @throws StackError for what a reader of such files would leave out without a word: a second line, what follows a #
 */
function parse(text: string): Record<string, string> {
  const lost = text.replaceAll("\r", "").replaceAll(LINE, (line) => line.replaceAll(/[^\n]/g, "")).split("\n")
    .findIndex((line) => !/^\s*(#.*)?$/.test(line));
  if (lost !== -1) {
    throw new StackError(
      `Line ${lost + 1} of the settings would be read in part only.`,
      "Put a value that has a # or several lines into single quotes: NAME='value'.",
    );
  }
  const entries = Object.entries(parseEnv(text));
  return Object.fromEntries(entries.flatMap(([name, value]) => value ? [[name, value]] : []));
}

/** What may be set: the names in .env.example. Those that begin with SUPABASE_ are the platform's own. */
async function settableNames(): Promise<Set<string>> {
  const example = await Deno.readTextFile(inRepository("supabase", "functions", ".env.example"));
  return new Set([...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = ""]) => name));
}
