import { standardError } from "./log.ts";

/** How a stack is to run. */
export type StackOptions = typeof defaultOptions;

/** The ports are those of the Supabase CLI, so that the URLs in its documentation work here too. */
export const defaultOptions = {
  /** Port of the gateway: functions and REST. */
  port: 54321,
  dbPort: 54322,
  dashboardPort: 54323,
  /** Port of the Upstash-REST bridge in front of Redis. */
  redisPort: 54379,
  /** Directory for the database, keys and passwords; `.local` in the checkout if not given. */
  dataDir: undefined as string | undefined,
  /** Processes per function. */
  isolates: 2,
  /** False runs without Redis even when `redis-server` is there. */
  redis: true,
  /** True deletes the data of the earlier runs first. */
  reset: false,
  /** Deno that runs the functions, a path or a command line such as `npx -y deno@2.1.4`; this one if not given. */
  deno: undefined as string | undefined,
  /** True reloads a function when its files change. */
  watch: true,
  /** Receives every line of output. */
  sink: standardError,
};
