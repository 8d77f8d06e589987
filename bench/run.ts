/**
 * `deno task bench [quick]`: our designs and their peers, in one run on one database, round after round, so that ratios
 * hold on a noisy machine; prints one table of medians with their spread, and the ratios that the project promises.
 */
import { inRepository } from "../local/paths.ts";
import { bookAlone, connect, openAccount, PgBench, resetTextbook } from "./database.ts";
import { type Measured, runLoad } from "./load.ts";
import { benchKey, serve, startStackProcess } from "./servers.ts";
import { median, row, spread, table } from "./table.ts";

const quick = Deno.args.includes("quick");
const rounds = quick ? 1 : 3;
const seconds = quick ? 2 : 4;

const dataDir = await Deno.makeTempDir({ prefix: "bench-" });
const stack = await startStackProcess(dataDir);
const sql = connect(stack);
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
const say = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
const figures = new Map<string, Measured[]>();
const rates = new Map<string, number[]>();
const record = <T>(map: Map<string, T[]>, name: string, value: T) =>
  map.set(name, [...map.get(name) ?? [], value]);

const ours = inRepository("supabase", "functions", "alerts", "index.ts");
const oneRpc = inRepository("bench", "peers", "one-rpc.ts");
const textbook = inRepository("bench", "peers", "textbook.ts");

/** One design under one load. */
async function measure(
  name: string,
  module: string,
  isolates: number,
  senders: number,
  symbols: number,
): Promise<void> {
  const servers = await serve(stack, module, isolates);
  try {
    if (module === textbook) await resetTextbook(sql);
    const measured = await runLoad({
      ports: servers.ports,
      senders,
      symbols,
      warmup: 1,
      seconds,
      key: benchKey,
      account: await openAccount(sql),
      run: crypto.randomUUID().slice(0, 8),
    });
    record(figures, name, measured);
    say(`  ${name}: ${measured.rate.toFixed(0)}/s ${JSON.stringify(measured.others)}`);
  } finally {
    await servers.stop();
  }
}

try {
  const pgbench = await PgBench.create(stack, sql);
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    if (pgbench !== null) record(rates, "pgbench -N, 16 clients", await pgbench.measure(seconds));
    record(
      rates,
      "process_alerts alone, batches of 256",
      await bookAlone(sql, { size: 256, symbols: 20, seconds }),
    );
    for (const symbols of [20, 1]) {
      const on = symbols === 1 ? "1 symbol" : "20 symbols";
      await measure(`ours, 64 senders, ${on}`, ours, 1, 64, symbols);
      await measure(`(a) textbook, 64 senders, ${on}`, textbook, 1, 64, symbols);
      await measure(`(b) one RPC per alert, 64 senders, ${on}`, oneRpc, 1, 64, symbols);
    }
    await measure("ours, 64 senders, 20 symbols, 2 isolates", ours, 2, 64, 20);
    await measure("ours, 16 senders, 20 symbols", ours, 1, 16, 20);
    await measure("ours, 1 sender", ours, 1, 1, 20);
    await measure("(b) one RPC per alert, 1 sender", oneRpc, 1, 1, 20);
  }

  const rate = (name: string) => median((figures.get(name) ?? []).map((measured) => measured.rate));
  const alone = median(rates.get("process_alerts alone, batches of 256") ?? []);
  const bare = median(rates.get("pgbench -N, 16 clients") ?? []);
  const p50 = (name: string) => median((figures.get(name) ?? []).map((measured) => measured.p50));
  const ratios: [string, number, string][] = [
    [
      "ours / (a) textbook, 20 symbols",
      rate("ours, 64 senders, 20 symbols") / rate("(a) textbook, 64 senders, 20 symbols"),
      ">= 6",
    ],
    [
      "ours / (a) textbook, 1 symbol",
      rate("ours, 64 senders, 1 symbol") / rate("(a) textbook, 64 senders, 1 symbol"),
      ">= 12",
    ],
    [
      "ours / (b) one RPC per alert, 20 symbols",
      rate("ours, 64 senders, 20 symbols") / rate("(b) one RPC per alert, 64 senders, 20 symbols"),
      ">= 8",
    ],
    ["ours over HTTP / pgbench -N", rate("ours, 64 senders, 20 symbols") / bare, ">= 1"],
    ["process_alerts alone / pgbench -N", alone / bare, ">= 4"],
    [
      "lone alert p50 / one RPC p50",
      p50("ours, 1 sender") / p50("(b) one RPC per alert, 1 sender"),
      "<= 1.5",
    ],
  ];

  const lines = [...rates].map(([name, values]) =>
    row(name, `${median(values).toFixed(0)}`, spread(values), "", "")
  );
  for (const [name, values] of figures) {
    lines.push(row(
      name,
      median(values.map((each) => each.rate)).toFixed(0),
      spread(values.map((each) => each.rate)),
      median(values.map((each) => each.p50)).toFixed(1),
      median(values.map((each) => each.p99)).toFixed(1),
    ));
  }
  print(table(["design", "alerts/s", "spread", "p50 ms", "p99 ms"], lines));
  print(
    table(
      ["ratio", "measured", "promised"],
      ratios.map(([name, value, promised]) => row(name, value.toFixed(2), promised)),
    ),
  );
} finally {
  await sql.end();
  await stack.stop();
  await Deno.remove(dataDir, { recursive: true });
}
