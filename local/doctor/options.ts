import { UsageError } from "../errors.ts";
import { readFlags } from "../flags.ts";
import { defaultOptions } from "../options.ts";

/** What the command line asked for. */
export interface DoctorOptions {
  remote: boolean;
  /** URL of the deployed project; null for SUPABASE_URL. */
  url: string | null;
  json: boolean;
  help: boolean;
  port: number;
  dbPort: number;
  redisPort: number;
  dataDir: string | null;
  redis: boolean;
}

/** The text of `--help`. */
export const usage = `deno task doctor [options]

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
  const { flags: values } = readFlags(usage, args, {
    ...{ remote: "switch", url: "url", json: "switch" },
    ...{ port: "port", "db-port": "port", "redis-port": "port", "data-dir": "text", "no-redis": "switch" },
  });
  if (values.url !== undefined && !values.remote) throw new UsageError("--url is for --remote only.", usage);
  return {
    remote: values.remote ?? false,
    url: values.url ?? null,
    json: values.json ?? false,
    help: values.help ?? false,
    port: values.port ?? defaultOptions.port,
    dbPort: values["db-port"] ?? defaultOptions.dbPort,
    redisPort: values["redis-port"] ?? defaultOptions.redisPort,
    dataDir: values["data-dir"] ?? null,
    redis: !(values["no-redis"] ?? false),
  };
}
