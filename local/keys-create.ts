import { relative } from "node:path";
import { createApiKeyAuthService, parseScopes } from "../supabase/functions/_shared/auth/api-keys.ts";
import { SHORTEST_SECRET } from "../supabase/functions/_shared/config/config.ts";
import { runCommand } from "./command.ts";
import { StackError } from "./errors.ts";
import { readFlags } from "./flags.ts";
import { functionEnvPath, readFunctionEnv } from "./function-env.ts";
import { standardError } from "./log.ts";
import { repositoryRoot } from "./paths.ts";
import { randomText } from "./secrets.ts";

const usage =
  "deno task keys:create <id> [--scopes trade+read+admin] [--account <name>] [--expires <ISO 8601 date>] [--data-dir <path>]";

/** `deno task keys:create <id>`: prints a new API key and its `API_KEYS` entry. */
async function main(args: string[]): Promise<void> {
  const read = readOptions(args);
  if (read === null) return standardError(usage);
  const { dataDir, ...options } = read;
  const path = functionEnvPath(dataDir);
  const keys = createApiKeyAuthService({ secret: await findSecret(path, dataDir), apiKeys: "" });
  const { key, entry } = keys.generateApiKey(options);
  standardError([
    `Key, shown only now:   ${key}`,
    `Entry for API_KEYS:    ${entry}`,
    "",
    `Add the entry to API_KEYS, after a comma, in ${
      relative(repositoryRoot, path)
    }, or for a hosted project with`,
    "`supabase secrets set`. Give the key to the sender. An older key of this id stays good until its entry is removed.",
  ].join("\n"));
}

/** What the key is to be; null: help is asked for. Throws when the arguments say nothing that an entry can hold. */
function readOptions(args: string[]) {
  const texts = ["scopes", "account", "expires", "data-dir"] as const;
  const { flags: values, positionals } = readFlags("keys:create", args, { texts, takesArguments: true });
  if (values.help) return null;
  const [id, ...others] = positionals;
  if (id === undefined) throw new StackError("The key needs an id.", usage);
  if (others.length > 0) throw new StackError("One key at a time.", usage);
  const scopes = values.scopes === undefined ? undefined : parseScopes(values.scopes);
  if (scopes === null) throw new StackError("The scopes are trade, read and admin, joined by +.", usage);
  const expiresAt = values.expires === undefined ? undefined : new Date(values.expires);
  if (expiresAt !== undefined && !(expiresAt.getTime() > Date.now())) {
    throw new StackError("--expires is no date to come.", usage);
  }
  return { id, scopes, account: values.account, expiresAt, dataDir: values["data-dir"] ?? null };
}

/** The secret of the stack whose data directory is named, else of the environment, as for a hosted project, or the local `.env`. */
async function findSecret(path: string, dataDir: string | null): Promise<string> {
  const secret = (dataDir === null ? Deno.env.get("API_KEY_SECRET") : "") ||
    (await readFunctionEnv(path).catch(() => ({ API_KEY_SECRET: "" }))).API_KEY_SECRET;
  if (!secret) {
    throw new StackError(
      "API_KEY_SECRET is not set.",
      `Run deno task start once, which writes ${
        relative(repositoryRoot, path)
      }; or, for a hosted project, set the variable here\n` +
        `  and there, to something random: API_KEY_SECRET=${randomText(32)}`,
    );
  }
  if (secret.length < SHORTEST_SECRET) {
    throw new StackError(
      `API_KEY_SECRET is too short: the functions refuse fewer than ${SHORTEST_SECRET} characters.`,
      "Set a longer one. Every key made with the old one stops working.",
    );
  }
  return secret;
}

if (import.meta.main) await runCommand(main, () => usage);
