/**
 * `deno task bench warm-up [quick]`: what the first alert on a new connection costs Postgres, after the warm-up that the
 * clock of a project asks for and without, beside an alert on a connection that has booked before; and what keeping one warm
 * costs. CPU by the counters of the operating system, each call right after the one before it: no silence is waited for.
 */
import type { Sql } from "postgres";
import { connect, openAccount } from "./database.ts";
import { cpuTimes, nanosecondsOf, spent } from "./processes.ts";
import { keep, Report } from "./report.ts";
import { startStackProcess } from "./servers.ts";

const COLD = "warm-up: first alert on a new connection";
const WARM = "warm-up: first alert after warm_up";
const USED = "warm-up: alert on a used connection";
const CALLS = 200;
const quick = Deno.args.includes("quick");
const report = new Report();
const dataDir = await Deno.makeTempDir({ prefix: "bench-" });
const stack = await startStackProcess(dataDir);
const owner = connect(stack);

/** Adds the CPU that a connection's process has for a call. */
async function measure(name: string, sql: Sql, call: () => Promise<unknown>): Promise<void> {
  const [row] = await sql`select pg_backend_pid() as pid`;
  const before = nanosecondsOf(row?.pid);
  await call();
  report.add(name, "ms of CPU", (nanosecondsOf(row?.pid) - before) / 1e6);
}

async function onNewConnection(body: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = connect(stack);
  try {
    await sql`set role service_role`;
    await body(sql);
  } finally {
    await sql.end();
  }
}

try {
  const account = await openAccount(owner);
  let booked = 0;
  const book = (sql: Sql) => {
    const hash = (++booked).toString(16).padStart(32, "0");
    const order = {
      action: "buy",
      quantity: "1",
      quantity_type: "units",
      order_type: "market",
      price: "100",
    };
    const batch = JSON.stringify([{
      account,
      strategy: "",
      symbol: "ACME",
      idempotency_key: hash,
      hash,
      ...order,
    }]);
    return sql`select public.process_alerts(${batch}::text::jsonb, within_ms => '{2000}')`;
  };
  for (let round = 1; round <= (quick ? 2 : 15); round++) {
    await onNewConnection(async (sql) => {
      await measure(COLD, sql, () => book(sql));
      for (let nr = 0; nr < 5; nr++) await book(sql);
      await measure(USED, sql, () => book(sql));
    });
    await onNewConnection(async (sql) => {
      await measure("warm-up: warm_up on a new connection", sql, () => sql`select public.warm_up()`);
      await measure(WARM, sql, () => book(sql));
    });
    const before = cpuTimes(stack.pid);
    for (let nr = 0; nr < CALLS; nr++) {
      const response = await fetch(`${stack.api_url}/rest/v1/rpc/warm_up`, {
        method: "POST",
        headers: { apikey: stack.secret_key },
      });
      if (!response.ok) throw new Error(`warm_up was answered ${response.status}`);
      await response.body?.cancel();
    }
    const { Postgres = 0, PostgREST = 0 } = spent(before, cpuTimes(stack.pid));
    report.add("warm-up: warm_up by REST, when ready", "ms of CPU", (Postgres + PostgREST) / CALLS / 1e6);
  }
  report.ratio("first alert after warm_up / on a used connection, CPU", WARM, USED, "<= 2.5");
  Deno.stdout.writeSync(new TextEncoder().encode(`${report}`));
  if (!quick) await keep(report);
} finally {
  await owner.end();
  await stack.stop();
  await Deno.remove(dataDir, { recursive: true });
}
