import { join } from "node:path";
import { databaseUrls } from "../database.ts";
import { dataDirectory } from "../data-directory.ts";
import { StackError } from "../errors.ts";
import { functionEnvPath, readFunctionEnv } from "../function-env.ts";
import type { StackOptions } from "../options.ts";
import { exists } from "../paths.ts";
import { loopback } from "../ports.ts";
import { loadSecrets } from "../secrets.ts";
import { readConfigFacts } from "./facts/config.ts";
import { readDatabaseFacts } from "./facts/database.ts";
import { readHttpFacts } from "./facts/http.ts";
import { readRedisFacts } from "./facts/redis.ts";

/** What is to be examined. */
export interface Target {
  /** A stack of `deno task start`, rather than a deployed project. */
  isLocal: boolean;
  apiUrl: string;
  /** Null without one. */
  dbUrl: string | null;
  redis: { url: string; token: string } | null;
  /** The functions' variables: their own `.env`, or for a deployed project this process's environment. */
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * The stack that `deno task start` runs with the same flags.
 *
 * @throws StackError when there never was one
 */
export async function localTarget(options: StackOptions): Promise<Target> {
  const dataDir = dataDirectory(options.dataDir);
  if (!await exists(join(dataDir, "secrets.json"))) {
    throw new StackError(
      `There is no stack in ${dataDir}.`,
      "Run deno task start once, or give its --data-dir.",
    );
  }
  const secrets = await loadSecrets(dataDir);
  const own = await readFunctionEnv(functionEnvPath(options.dataDir));
  const bridge = {
    UPSTASH_REDIS_REST_URL: `http://${loopback}:${options.redisPort}`,
    UPSTASH_REDIS_REST_TOKEN: secrets.redisToken,
  };
  const env = { ...options.redis ? bridge : {}, ...own };
  return {
    isLocal: true,
    apiUrl: `http://${loopback}:${options.port}`,
    dbUrl: databaseUrls(options.dbPort, secrets).owner,
    redis: redisOf(env),
    env,
  };
}

/**
 * The deployed project that the environment describes, as `supabase secrets` does for its functions.
 *
 * @throws StackError when it says no URL
 */
export function remoteTarget(url: string | null, env: Target["env"]): Target {
  const apiUrl = url ?? env.SUPABASE_URL;
  if (apiUrl === undefined || !URL.canParse(apiUrl)) {
    throw new StackError(
      "Which project? SUPABASE_URL is not set.",
      "Set it to https://<ref>.supabase.co, or give it: deno task doctor --remote --url https://<ref>.supabase.co",
    );
  }
  return { isLocal: false, apiUrl, dbUrl: env.SUPABASE_DB_URL || null, redis: redisOf(env), env };
}

function redisOf(env: Target["env"]): Target["redis"] {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = env;
  return url && token ? { url, token } : null;
}

/** All that the checks judge, gathered at one moment. Where something could not be asked: why; null: no URL to ask by. */
export type Facts = Awaited<ReturnType<typeof gather>>;

/** Asks everybody, at the same time. */
export async function gather({ isLocal, env, apiUrl, dbUrl, redis: at }: Target) {
  const [config, database, redis, functions] = await Promise.all([
    readConfigFacts(),
    dbUrl === null ? null : readDatabaseFacts(dbUrl),
    at === null ? null : readRedisFacts(at),
    readHttpFacts(apiUrl, env.ALLOWED_ALERT_IPS ?? ""),
  ]);
  return { isLocal, env, config, dbUrl, database, redis, functions };
}
