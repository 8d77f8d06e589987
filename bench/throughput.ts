import { inRepository } from "../local/paths.ts";
import { bookAlone, createPgBench, openAccount, resetTextbook } from "./database.ts";
import { runLoad } from "./load.ts";
import type { Report } from "./report.ts";
import { benchKey, gatewayPort, serve } from "./servers.ts";
import type { Site } from "./site.ts";

/** The alerts function itself, the same with one RPC per alert, and the flow of the textbooks. */
const OURS = inRepository("supabase", "functions", "alerts", "index.ts");
const ONE_RPC = inRepository("bench", "peers", "one-rpc.ts");
const TEXTBOOK = inRepository("bench", "peers", "textbook.ts");

interface Scenario {
  senders: number;
  symbols: number;
  isolates: number;
}

const SCENARIOS: Scenario[] = [
  { senders: 64, symbols: 20, isolates: 1 },
  { senders: 64, symbols: 1, isolates: 1 },
  { senders: 64, symbols: 20, isolates: 2 },
  { senders: 16, symbols: 20, isolates: 1 },
  { senders: 16, symbols: 1, isolates: 1 },
  { senders: 1, symbols: 20, isolates: 1 },
];

const nameOf = (design: string, { senders, symbols, isolates }: Scenario) =>
  `${design}, ${senders} senders, ${symbols} symbols${isolates === 1 ? "" : `, ${isolates} isolates`}`;

/** Alerts a second over HTTP, ours and its peers, round after round. */
export async function throughput(report: Report, site: Site): Promise<void> {
  const { stack, sql, rounds, seconds } = site;
  const pgbench = await createPgBench(stack, sql);

  /** One design under one load. */
  async function measure(design: string, module: string, scenario: Scenario): Promise<void> {
    const servers = await serve(stack, module, scenario.isolates);
    try {
      if (module === TEXTBOOK) await resetTextbook(sql);
      const { rate, p50, p99, others } = await runLoad({
        ports: servers.ports,
        ...scenario,
        warmup: 2,
        seconds,
        key: benchKey,
        account: await openAccount(sql),
        run: crypto.randomUUID().slice(0, 8),
      });
      const name = nameOf(design, scenario);
      report.add(name, "alerts/s", rate, { p50, p99 });
      for (const [status, count] of Object.entries(others)) {
        report.add(`${name}: ${status}`, "answers", count);
      }
    } finally {
      await servers.stop();
    }
  }

  for (let round = 1; round <= rounds; round++) {
    report.add(pgbench.name, "tx/s", await pgbench.measure(seconds));
    const alone = await bookAlone(sql, await openAccount(sql), { size: 256, symbols: 20, seconds });
    report.add("process_alerts alone, batches of 256", "alerts/s", alone);
    for (const scenario of SCENARIOS) {
      await measure("ours", OURS, scenario);
      if (scenario.isolates > 1) continue;
      await measure("(a) textbook", TEXTBOOK, scenario);
      await measure("(b) one RPC per alert", ONE_RPC, scenario);
    }
    const bare = await runLoad({
      ports: [gatewayPort(stack)],
      senders: 1,
      symbols: 20,
      warmup: 1,
      seconds,
      key: stack.secret_key,
      account: await openAccount(sql),
      run: crypto.randomUUID().slice(0, 8),
      bareRpc: true,
    });
    report.add("bare RPC through PostgREST, 1 sender", "alerts/s", bare.rate, bare);
  }

  const [many, one] = SCENARIOS as [Scenario, Scenario];
  const lone: Scenario = { senders: 1, symbols: 20, isolates: 1 };
  const ours = nameOf("ours", many);
  report.ratio("ours / (a), 20 symbols", ours, nameOf("(a) textbook", many), ">= 6");
  report.ratio("ours / (a), 1 symbol", nameOf("ours", one), nameOf("(a) textbook", one), ">= 12");
  report.ratio("ours / (b), 20 symbols", ours, nameOf("(b) one RPC per alert", many), ">= 8");
  report.ratio("ours over HTTP / pgbench -N", ours, pgbench.name, ">= 1");
  report.ratio(
    "process_alerts / pgbench -N",
    "process_alerts alone, batches of 256",
    pgbench.name,
    ">= 4",
  );
  report.ratio(
    "lone alert / bare RPC, p50",
    nameOf("ours", lone),
    "bare RPC through PostgREST, 1 sender",
    "<= 1.5",
    "p50",
  );
}
