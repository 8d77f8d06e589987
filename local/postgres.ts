import { join } from "node:path";
import postgres from "postgres";
import { delay } from "../supabase/functions/_shared/time/delay.ts";
import { StackError } from "./errors.ts";
import { exists } from "./paths.ts";
import { loopback } from "./ports.ts";
import type { PostgresHome } from "./postgres-home.ts";
import { SupervisedProcess, type Supervision } from "./process.ts";

/** The cluster's superuser. Only the stack itself uses it; migrations and functions are `postgres`. */
export const superuser = "supabase_admin";

const settings: Record<string, string> = {
  listen_addresses: loopback,
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "256MB",
  // As durable as production: an alert answered 200 has reached the disk.
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  max_wal_size: "2GB",
  wal_compression: "on",
  checkpoint_timeout: "15min",
  log_line_prefix: "",
  // Errors of statements reach their callers, who log them if they matter; this leaves the server's own affairs.
  log_min_messages: "log",
  log_checkpoints: "off",
  timezone: "UTC",
};

/** Creates the cluster. The superuser's password travels in a file, not on a command line. */
export async function createCluster(home: PostgresHome, password: string): Promise<void> {
  await Deno.mkdir(home.data, { recursive: true, mode: 0o700 });
  const passwordFile = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(passwordFile, password);
    if (home.user !== undefined) {
      await Deno.chown(home.data, home.user.uid, home.user.gid);
      await Deno.chown(passwordFile, home.user.uid, home.user.gid);
    }
    const { success, stderr } = await new Deno.Command(join(home.bin, "initdb"), {
      args: [
        `--pgdata=${home.data}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        // Built in: the same order of text on every machine, whatever locales it has.
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
      ],
      cwd: "/",
      ...home.user,
    }).output();
    if (success) return;
    throw new StackError(
      `The database could not be created: ${new TextDecoder().decode(stderr).trim()}`,
      `Look at the message above; ${home.data} must be on a disk with space, writable by its user.`,
    );
  } finally {
    await Deno.remove(passwordFile);
  }
}

/** Postgres on `port`, serving the cluster of `home`. */
export async function postgresProcess(
  home: PostgresHome,
  port: number,
  adminUrl: string,
  supervision: Supervision,
  onReady?: () => void,
): Promise<SupervisedProcess> {
  return new SupervisedProcess({
    name: "postgres",
    command: join(home.bin, "postgres"),
    options: {
      args: ["-D", home.data, "-p", String(port), ...await settingArguments(home.bin)],
      cwd: "/",
      ...home.user,
    },
    // Fast shutdown: clients are disconnected, nothing committed is lost.
    stopSignal: "SIGINT",
    probe: () => probe(adminUrl),
    onReady,
    advice: "If its files are damaged or from another version, start again with --reset.",
  }, supervision);
}

/**
 * Ends a Postgres that an earlier stack, killed without a chance to clean up, left behind on this cluster.
 * Call it only with the data directory's lock held: otherwise that stack may be alive and well.
 */
export async function removeLeftover(home: PostgresHome): Promise<void> {
  const lockFile = join(home.data, "postmaster.pid");
  if (!await exists(lockFile)) return;
  const pid = Number((await Deno.readTextFile(lockFile)).split("\n")[0]);
  if (await serves(pid, home.data)) {
    Deno.kill(pid, "SIGINT");
    const giveUp = AbortSignal.timeout(10_000);
    while (!giveUp.aborted && await serves(pid, home.data)) await delay(50);
    return;
  }
  // The number may belong to some other process by now, which Postgres would take for its twin.
  await Deno.remove(lockFile).catch(() => {});
}

async function serves(pid: number, data: string): Promise<boolean> {
  try {
    const words = (await Deno.readTextFile(`/proc/${pid}/cmdline`)).split("\0");
    return words.includes(data);
  } catch {
    return false;
  }
}

async function settingArguments(bin: string): Promise<string[]> {
  const library = "pg_stat_statements";
  const preload = await exists(join(bin, "..", "lib", "postgresql", `${library}.so`))
    ? { shared_preload_libraries: library }
    : {};
  return Object.entries({ ...settings, ...preload }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function probe(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    await sql`select 1`;
  } finally {
    await sql.end({ timeout: 0 });
  }
}
