/**
 * `deno task bench cost [quick] [--before DIR]`: what an alert costs each process on its way, at 64 senders through the
 * gateway; and how many lone alerts of one account get through 16 isolates, which combine in no isolate's memory. `DIR` is a
 * checkout of another commit, whose stack is measured in turn with this one's: a noisy machine is as noisy to both.
 */
import { join } from "node:path";
import { repositoryRoot } from "../local/paths.ts";
import { connect, openAccount } from "./database.ts";
import { type Measured, runLoad } from "./load.ts";
import { cpuTimes, spent } from "./processes.ts";
import { keep, Report, say } from "./report.ts";
import { benchKey, gatewayPort, serve, startStackProcess } from "./servers.ts";

const ISOLATES = 16;
const quick = Deno.args.includes("quick");
const [rounds, seconds] = quick ? [1, 2] : [9, 4];
const at = Deno.args.indexOf("--before");
const checkouts = [{ suffix: "", root: repositoryRoot }];
if (at !== -1) {
  // A row's name with this at its end is the other one's: the documents put them side by side.
  checkouts.push({ suffix: ", before", root: await Deno.realPath(Deno.args[at + 1] ?? "") });
}
const report = new Report();

async function openSite({ suffix, root }: typeof checkouts[number]) {
  const dataDir = await Deno.makeTempDir({ prefix: "bench-" });
  const stack = await startStackProcess(dataDir, root);
  const sql = connect(stack);
  const module = join(root, "supabase", "functions", "alerts", "index.ts");
  const isolates = await serve(stack, module, ISOLATES, root);
  async function close(): Promise<void> {
    await isolates.stop();
    await sql.end();
    await stack.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
  return { suffix, stack, sql, isolates, close };
}
type CostSite = Awaited<ReturnType<typeof openSite>>;

/** One load on one account of its own, after the same load unmeasured. */
async function load(
  { sql }: CostSite,
  to: { ports: number[]; target?: string; key: string; senders: number },
  measured: (run: () => Promise<Measured>) => Promise<void>,
): Promise<void> {
  const account = await openAccount(sql);
  const run = (seconds: number) =>
    runLoad({ ...to, symbols: 20, warmup: 0, seconds, account, run: crypto.randomUUID().slice(0, 8) });
  await run(1);
  await measured(() => run(seconds));
}

async function costByProcess(site: CostSite): Promise<void> {
  const { stack, suffix } = site;
  const to = {
    ports: [gatewayPort(stack)],
    target: "/functions/v1/alerts",
    key: stack.api_key,
    senders: 64,
  };
  await load(site, to, async (run) => {
    const before = cpuTimes(stack.pid);
    const { answered } = await run();
    const costs = Object.entries(spent(before, cpuTimes(stack.pid)));
    for (const [part, nanoseconds] of costs) {
      report.add(`CPU per alert, ${part}${suffix}`, "µs", nanoseconds / 1_000 / answered);
    }
  });
}

async function loneAlerts(site: CostSite): Promise<void> {
  const { isolates: { ports }, suffix } = site;
  await load(site, { ports, key: benchKey, senders: ISOLATES }, async (run) => {
    const { rate, p50, p99, others } = await run();
    const name = `${ISOLATES} isolates with a lone alert each, one account`;
    report.add(`${name}${suffix}`, "alerts/s", rate, { p50, p99 });
    for (const [status, count] of Object.entries(others)) say(`  ${count} answers were ${status}`);
  });
}

const sites: CostSite[] = [];
try {
  for (const checkout of checkouts) sites.push(await openSite(checkout));
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    // In another order each time: none is always the first.
    for (const section of [costByProcess, loneAlerts]) {
      for (const site of sites.reverse()) await section(site);
    }
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`${report}`));
  if (!quick) await keep(report);
} finally {
  for (const site of sites) await site.close();
}
