import { readCommand } from "./command.ts";
import type { Sink } from "./log.ts";

/** How a stack is to run. Every field has a default; see {@link defaultOptions}. */
export interface StackOptions {
  /** Port of the gateway: functions and REST. */
  port: number;
  dbPort: number;
  dashboardPort: number;
  /** Port of the Upstash-REST bridge in front of Redis. */
  redisPort: number;
  /** Directory for the database, keys and passwords; null for `.local` in the checkout. */
  dataDir: string | null;
  /** Processes per function. */
  isolates: number;
  /** False runs without Redis even when `redis-server` is there. */
  redis: boolean;
  /** True deletes the data of the earlier runs first. */
  reset: boolean;
  /** Deno that runs the functions, a path or a command line such as `npx -y deno@2.1.4`; null for this one. */
  deno: string | null;
  /** True reloads a function when its files change. */
  watch: boolean;
  /** Receives every line of output; the default is standard error. */
  sink?: Sink;
}

/** The ports are those of the Supabase CLI, so that the URLs in its documentation work here too. */
export const defaultOptions: StackOptions = {
  port: 54321,
  dbPort: 54322,
  dashboardPort: 54323,
  redisPort: 54379,
  dataDir: null,
  isolates: 2,
  redis: true,
  reset: false,
  deno: null,
  watch: true,
};

const usage = `deno task start [options]

  --port <n>            gateway: functions and REST (${defaultOptions.port})
  --db-port <n>         Postgres (${defaultOptions.dbPort})
  --dashboard-port <n>  dashboard (${defaultOptions.dashboardPort})
  --redis-port <n>      Upstash-REST bridge (${defaultOptions.redisPort})
  --data-dir <path>     database, keys and .env of this stack (.local)
  --isolates <n>        processes per function (${defaultOptions.isolates})
  --no-redis            memory cache only
  --no-watch            do not reload functions when their files change
  --deno <command>      Deno that runs the functions, e.g. "npx -y deno@2.1.4"
  --reset               delete the data of earlier runs first
  --json                once ready, print one line of JSON on standard output`;

/**
 * Reads the command line of `deno task start`; `json`: print one line of JSON once ready, and nothing else.
 *
 * @throws UsageError for an unknown flag or a value that makes no sense
 */
export function parseCommand(args: string[]): { options: StackOptions; json: boolean } {
  const { json = false, noRedis, noWatch, ...flags } = readCommand(usage, args, {
    ...{ port: "port", dbPort: "port", dashboardPort: "port", redisPort: "port" },
    ...{ dataDir: "text", isolates: "count", deno: "text" },
    ...{ noRedis: "switch", noWatch: "switch", reset: "switch", json: "switch" },
  }).flags;
  return { json, options: { ...defaultOptions, ...flags, redis: !noRedis, watch: !noWatch } };
}
