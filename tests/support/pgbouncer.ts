import { freePort } from "../../local/ports.ts";
import { pause } from "./locks.ts";
import { stack } from "./stack.ts";

/** Where Debian puts the program: not on the PATH of an ordinary user. */
const places = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];

/** The program, or null when it is not installed. With CI=true that is an error. */
export const pgbouncerPath: string | null = await find();

async function find(): Promise<string | null> {
  for (const place of places) {
    if ((await Deno.stat(place).catch(() => null))?.isFile) return place;
  }
  if (Deno.env.get("CI") === "true") {
    throw new Error("pgbouncer is not installed: apt-get install -y pgbouncer");
  }
  return null;
}

/** A PgBouncer in transaction mode in front of the stack's Postgres. */
export async function startPgBouncer(poolSize: number): Promise<{ url: string; stop(): Promise<void> }> {
  const port = freePort();
  const target = new URL(stack.db_url);
  const directory = await Deno.makeTempDir({ prefix: "supabase-automation-pgbouncer-" });
  await Deno.chmod(directory, 0o755);
  const config = `${directory}/pgbouncer.ini`;
  await Deno.writeTextFile(
    config,
    [
      "[databases]",
      `postgres = host=${target.hostname} port=${target.port} user=${target.username} password=${target.password}`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${port}`,
      "unix_socket_dir =",
      "auth_type = any",
      "pool_mode = transaction",
      `default_pool_size = ${poolSize}`,
    ].join("\n"),
  );
  // It refuses to run as root.
  const identity = Deno.uid() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = new Deno.Command(pgbouncerPath ?? "pgbouncer", {
    args: ["--quiet", config],
    cwd: "/",
    stdin: "null",
    stdout: "null",
    stderr: "null",
    ...identity,
  }).spawn();
  for (let tries = 0;; tries++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      break;
    } catch (error) {
      if (tries === 200) throw error;
      await pause(10);
    }
  }
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(directory, { recursive: true });
    },
  };
}
