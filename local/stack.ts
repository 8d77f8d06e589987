import { Assembly } from "./assembly.ts";
import { startClocks } from "./clocks.ts";
import { startDashboard } from "./dashboard.ts";
import { buildDashboard, isDashboardStale } from "./dashboard-build.ts";
import { takeDataDirectory } from "./data-directory.ts";
import { resolveDeno } from "./deno-program.ts";
import { ensureFunctionEnv, functionEnvPath } from "./function-env.ts";
import { startGateway } from "./gateway.ts";
import { defaultOptions, type StackOptions } from "./options.ts";
import { loopback, requireFreePort } from "./ports.ts";
import { createPostgRest } from "./postgrest.ts";
import { startRedis } from "./redis.ts";
import { loadSecrets } from "./secrets.ts";
import { startDatabase } from "./start-database.ts";
import { startFunctions } from "./functions.ts";

export type Stack = Awaited<ReturnType<typeof assemble>>;

/** Addresses and keys of a running stack: the line of `--json`. */
export type StackInfo = Stack["info"];

/**
 * Starts the whole stack and resolves once it serves. When anything fails, what had started is stopped first.
 *
 * @param wanted what differs from {@link defaultOptions}
 * @param signal aborts the start
 * @throws StackError with what to do about it
 */
export async function startStack(wanted: Partial<StackOptions> = {}, signal?: AbortSignal): Promise<Stack> {
  const options = { ...defaultOptions, ...wanted };
  checkPorts(options);
  const assembly = new Assembly(options.sink, signal);
  return await assembly.finish(assemble(assembly, options));
}

async function assemble(assembly: Assembly, options: StackOptions) {
  const directory = await takeDataDirectory(assembly, options.dataDir);
  const secrets = await loadSecrets(directory);
  const envPath = functionEnvPath(options.dataDir);
  const { apiKey, created } = await ensureFunctionEnv(envPath, directory);
  if (created) assembly.log.say(`  wrote ${envPath}: a new secret and a development key`);

  let onPostgresReady = () => {};
  const { process: postgres, urls } = await startDatabase(assembly, {
    directory,
    secrets,
    port: options.dbPort,
    reset: options.reset,
    onReady: () => onPostgresReady(),
  });

  const rest = await createPostgRest(urls.authenticator, secrets.jwtSecret, assembly);
  await assembly.start("Starting PostgREST", rest.process);
  onPostgresReady = () => void rest.reconnect().catch(assembly.onFatal);

  const redis = options.redis ? await startRedis(assembly, options.redisPort, secrets.redisToken) : null;
  const apiUrl = `http://${loopback}:${options.port}`;
  const pools = await startFunctions(assembly, {
    deno: await resolveDeno(options.deno),
    isolates: options.isolates,
    envPath,
    hosted: {
      SUPABASE_URL: apiUrl,
      SUPABASE_DB_URL: urls.owner,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: secrets.publishableKey }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: secrets.secretKey }),
      SUPABASE_JWKS: secrets.jwks,
      SUPABASE_ANON_KEY: secrets.anonJwt,
      SUPABASE_SERVICE_ROLE_KEY: secrets.serviceRoleJwt,
    },
    redis: redis?.variables ?? {},
    hosts: [options.port, options.dbPort, options.redisPort].map((port) => `${loopback}:${port}`),
  }, options.watch);

  const gateway = startGateway(options.port, {
    isolate: (name) => pools.get(name)?.pick(),
    rest: () => rest.process.ready ? rest.upstream : null,
  }, secrets);
  assembly.onStop(gateway.stop);
  for (const stop of startClocks(apiUrl, secrets, pools)) assembly.onStop(stop);
  if (await isDashboardStale()) await assembly.step("Building the dashboard", buildDashboard);
  const dashboard = startDashboard(options.dashboardPort, {
    url: apiUrl,
    publishable_key: secrets.publishableKey,
    user_jwt: secrets.userJwt,
    alert_key: apiKey,
  });
  assembly.onStop(dashboard.stop);

  const noRedis = options.redis ? "redis-server is not on PATH" : "--no-redis";
  return {
    info: {
      ready: true as const,
      api_url: apiUrl,
      /** Postgres as the role `postgres`, which owns what migrations make and is not a superuser. */
      db_url: urls.owner,
      dashboard_url: dashboard.url,
      /** An alert key with every scope. */
      api_key: apiKey,
      publishable_key: secrets.publishableKey,
      secret_key: secrets.secretKey,
      service_role_jwt: secrets.serviceRoleJwt,
      /** Token of the user that owns the default account. */
      user_jwt: secrets.userJwt,
      /** Upstash-REST address of Redis and its token; null without Redis. */
      redis_url: redis?.variables.UPSTASH_REDIS_REST_URL ?? null,
      redis_token: redis?.variables.UPSTASH_REDIS_REST_TOKEN ?? null,
    },
    postgres,
    postgrest: rest.process,
    /** Null without Redis. */
    redis: redis?.process ?? null,
    /** Every process of the stack now; a reload replaces those of a function. */
    get components() {
      const single = [postgres, rest.process, ...(redis === null ? [] : [redis.process])];
      return [...single, ...[...pools.values()].flatMap((pool) => pool.processes)];
    },
    /** Names of the functions being served. */
    functions: [...pools.keys()],
    /** What is not running, as sentences for the reader. */
    off: [
      ...(redis === null ? [`Redis: ${noRedis}, so the cache is in memory only.`] : []),
      ...(pools.size === 0 ? ["Functions: there are none in supabase/functions yet."] : []),
    ],
    /** Resolves when a part is lost for good; the rest still runs, and is for the caller to stop. */
    failure: assembly.failure,
    stop: () => assembly.stop(),
  };
}

function checkPorts(options: StackOptions): void {
  requireFreePort(options.port, "the API", "--port");
  requireFreePort(options.dbPort, "Postgres", "--db-port");
  requireFreePort(options.dashboardPort, "the dashboard", "--dashboard-port");
  if (options.redis) requireFreePort(options.redisPort, "the Redis bridge", "--redis-port");
}
