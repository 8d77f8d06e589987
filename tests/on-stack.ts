/**
 * `deno run -A tests/on-stack.ts <program> [argument …]`: starts a stack, runs the program with its addresses and keys in
 * `TEST_STACK`, and ends as the program does. The stack's functions run on the hosted Deno.
 */
import postgres from "postgres";
import { startStack } from "../local/stack.ts";
import { hostedDeno } from "./hosted-deno.ts";
import { freePorts, setFunctionEnv, withDataDir } from "./support/own-stack.ts";
import { copyPreparedData } from "./support/prepared-data.ts";

/** Spares the connections of the tests a wait for the disk at each commit: nothing here kills this Postgres. */
async function commitInMemory(url: string): Promise<void> {
  const sql = postgres(url, { max: 1 });
  await sql`alter database postgres set synchronous_commit = off`;
  await sql.end();
}

/** The program's exit code. */
const code = await withDataDir(async (dataDir) => {
  await copyPreparedData(dataDir);
  // Receivers of notifications are on this machine. Tests of the metrics wait for reports.
  await setFunctionEnv(dataDir, { NOTIFY_ALLOW_PRIVATE: "1", METRICS_INTERVAL_MS: "1000" });
  using log = await Deno.open(`${dataDir}/stack.log`, { create: true, write: true });
  const stack = await startStack({
    ...freePorts(),
    dataDir,
    isolates: 2,
    redis: true,
    reset: false,
    deno: hostedDeno,
    watch: false,
    sink: (line) => log.writeSync(new TextEncoder().encode(`${line}\n`)),
  });
  try {
    if (stack.info.redis_url === null) {
      Deno.stderr.writeSync(
        new TextEncoder().encode("redis-server is not on PATH: its tests are skipped.\n"),
      );
      if (Deno.env.get("CI") === "true") return 1;
    }
    await commitInMemory(stack.info.db_url);
    const [program = "", ...args] = Deno.args;
    const env = { TEST_STACK: JSON.stringify(stack.info) };
    return (await new Deno.Command(program, { args, env, stdin: "null" }).spawn().status).code;
  } finally {
    await stack.stop();
  }
});
Deno.exit(code);
