import { relative } from "node:path";
import {
  type ApiKeyAuthService,
  createApiKeyAuthService,
  parseScopes,
} from "../supabase/functions/_shared/auth/api-keys.ts";
import { SHORTEST_SECRET } from "../supabase/functions/_shared/config/config.ts";
import { createDatabase } from "../supabase/functions/_shared/database/client.ts";
import { readCommand, runCommand } from "./command.ts";
import { StackError, UsageError } from "./errors.ts";
import { functionEnvPath, readFunctionEnv } from "./function-env.ts";
import { standardError } from "./log.ts";
import { defaultOptions } from "./options.ts";
import { repositoryRoot } from "./paths.ts";
import { loopback } from "./ports.ts";
import { localKeys, randomText } from "./secrets.ts";

const usage = `deno task keys:create <id> [options]

  --scopes <scopes>   what it may do: trade, read, admin, joined by + (trade+read)
  --account <name>    the only account that it is good for (any)
  --expires <date>    its end, as 2027-01-31 or with a time (none)
  --port <n>          gateway of the local stack (${defaultOptions.port})
  --data-dir <path>   data directory of the local stack (.local)

Prints the key, shown only now, and its entry for API_KEYS. They are made with API_KEY_SECRET of the environment, as for
a hosted project, or else with that of the local stack.`;

/** `deno task keys:create <id>`: prints a new API key and its `API_KEYS` entry. */
async function main(args: string[]): Promise<void> {
  const { dataDir, port, ...options } = readOptions(args);
  const path = functionEnvPath(dataDir);
  const hosted = dataDir === undefined ? Deno.env.get("API_KEY_SECRET") : undefined;
  const secret = checkSecret(hosted || await readLocalSecret(path), path);
  const { key, entry } = generate(secret, options);
  await Deno.stdout.write(new TextEncoder().encode(
    `Key, shown only now:   ${key}\nEntry for API_KEYS:    ${entry}\n`,
  ));
  standardError([
    "",
    `Add the entry to API_KEYS, after a comma, in ${
      relative(repositoryRoot, path)
    }, or for a hosted project with`,
    "`supabase secrets set`. Give the key to the sender. An older key of this id stays good until its entry is removed.",
  ].join("\n"));
  if (options.account === undefined) return;
  const doubt = await doubtOf(options.account, hosted ? null : { dataDir, port });
  if (doubt !== null) {
    standardError(`\n${doubt} Until there is one, whatever is sent with this key is refused.`);
  }
}

/** Why there may be no such account in the local stack, or with null in a hosted project; null: there is one. */
async function doubtOf(
  account: string,
  stack: { dataDir?: string; port: number } | null,
): Promise<string | null> {
  if (stack === null) return `Make sure that the project has an account ${account}.`;
  const keys = await localKeys(stack.dataDir);
  const supabaseUrl = `http://${loopback}:${stack.port}`;
  const database = keys && createDatabase({ supabaseUrl, serviceKeys: [keys.secretKey] });
  const found = await database?.rpc("portfolio_overview", { account });
  if (found?.error === null) return null;
  return found?.error.code === "PT404"
    ? `There is no account ${account} yet: create_account makes it.`
    : `Make sure that there is an account ${account}: the local stack does not answer at ${supabaseUrl}.`;
}

/** What the key is to be. Throws when the arguments say nothing that an entry can hold. */
function readOptions(args: string[]) {
  const { flags: values, positionals } = readCommand(
    usage,
    args,
    { scopes: "text", account: "text", expires: "text", port: "port", dataDir: "text" },
    { takesArguments: true },
  );
  const [id, ...others] = positionals;
  if (id === undefined) throw new UsageError("The key needs an id, a name for its sender.", usage);
  if (others.length > 0) throw new UsageError("One key at a time.", usage);
  const scopes = values.scopes === undefined ? undefined : parseScopes(values.scopes);
  if (scopes === null) throw new UsageError("The scopes are trade, read and admin, joined by +.", usage);
  const expiresAt = values.expires === undefined ? undefined : new Date(values.expires);
  if (expiresAt !== undefined && !(expiresAt.getTime() > Date.now())) {
    throw new UsageError(`--expires ${values.expires} is not a date in the future.`, usage);
  }
  const { account, port = defaultOptions.port, dataDir } = values;
  return { id, scopes, account, expiresAt, port, dataDir };
}

/** Makes the key, or says which argument no entry can hold. */
function generate(secret: string, options: Parameters<ApiKeyAuthService["generateApiKey"]>[0]) {
  try {
    return createApiKeyAuthService({ secret, apiKeys: "" }).generateApiKey(options);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${error.message}.`, usage);
    throw error;
  }
}

const readLocalSecret = (path: string): Promise<string> =>
  readFunctionEnv(path).then(({ API_KEY_SECRET }) => API_KEY_SECRET ?? "", () => "");

function checkSecret(secret: string, path: string): string {
  if (secret === "") {
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

if (import.meta.main) await runCommand(main);
