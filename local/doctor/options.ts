import { readCommand } from "../command.ts";
import { UsageError } from "../errors.ts";
import { defaultOptions, type StackOptions } from "../options.ts";

/** What the command line asked for. */
export interface DoctorOptions
  extends Pick<StackOptions, "port" | "dbPort" | "redisPort" | "dataDir" | "redis"> {
  remote: boolean;
  /** URL of the deployed project; null for SUPABASE_URL. */
  url: string | null;
  json: boolean;
}

const usage = `deno task doctor [options]

Checks the stack of deno task start (give the same flags), or with --remote a deployed project, against the production
checklist. Exit code 1 when a check fails.

  --remote            a deployed project, by the environment: SUPABASE_URL, API_KEY_SECRET, API_KEYS, and where set
                      UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN and SUPABASE_DB_URL (the connection string)
  --url <url>         the project's URL, instead of SUPABASE_URL
  --json              one line of JSON: { "ok", "checks": [{ "name", "status", "said", "fix"? }] }
  --port --db-port --redis-port --data-dir --no-redis
                      as for deno task start`;

/** Reads the command line. Throws a UsageError on what makes no sense. */
export function parseOptions(args: string[]): DoctorOptions {
  const { noRedis, ...flags } = readCommand(usage, args, {
    ...{ remote: "switch", url: "url", json: "switch" },
    ...{ port: "port", dbPort: "port", redisPort: "port", dataDir: "text", noRedis: "switch" },
  }).flags;
  if (flags.url !== undefined && !flags.remote) throw new UsageError("--url is for --remote only.", usage);
  const { port, dbPort, redisPort, dataDir } = defaultOptions;
  const fallback = { port, dbPort, redisPort, dataDir, remote: false, url: null, json: false };
  return { ...fallback, ...flags, redis: !noRedis };
}
