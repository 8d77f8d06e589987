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
const WARM_ROUNDS = 2;
const quick = Deno.args.includes("quick");
const [rounds, seconds] = quick ? [1, 2] : [9, 4];
const at = Deno.args.indexOf("--before");
const checkouts = [{ suffix: "", root: repositoryRoot }];
if (at !== -1) {
  // A row's name with this at its end is the other one's: the documents put them side by side.
  checkouts.push({ suffix: ", before", root: await Deno.realPath(Deno.args[at + 1] ?? "") });
}
let report = new Report();

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

/** One load, on an account of its own. */
async function load(
  { sql }: CostSite,
  to: { ports: number[]; target?: string; key: string; senders: number },
): Promise<Measured> {
  const account = await openAccount(sql);
  const run = crypto.randomUUID().slice(0, 8);
  return await runLoad({ ...to, symbols: 20, warmup: 0, seconds, account, run });
}

async function costByProcess(site: CostSite): Promise<void> {
  const { stack, suffix } = site;
  const ports = [gatewayPort(stack)];
  const before = cpuTimes(stack.pid);
  const { answered } = await load(site, {
    ports,
    target: "/functions/v1/alerts",
    key: stack.api_key,
    senders: 64,
  });
  for (const [part, nanoseconds] of Object.entries(spent(before, cpuTimes(stack.pid)))) {
    report.add(`CPU per alert, ${part}${suffix}`, "µs", nanoseconds / 1_000 / answered);
  }
}

async function loneAlerts(site: CostSite): Promise<void> {
  const { isolates: { ports }, suffix } = site;
  const { rate, p50, p99, others } = await load(site, { ports, key: benchKey, senders: ISOLATES });
  const name = `${ISOLATES} isolates with a lone alert each, one account`;
  report.add(`${name}${suffix}`, "alerts/s", rate, { p50, p99 });
  for (const [status, count] of Object.entries(others)) say(`  ${count} answers were ${status}`);
}

const sites: CostSite[] = [];
try {
  for (const checkout of checkouts) sites.push(await openSite(checkout));
  for (let round = 1 - WARM_ROUNDS; round <= rounds; round++) {
    // What the first rounds measure is how code and caches warm up.
    if (round === 1) report = new Report();
    say(round < 1 ? "warming up" : `round ${round} of ${rounds}`);
    // In another order each round: none is always the first.
    sites.reverse();
    for (const section of [costByProcess, loneAlerts]) for (const site of sites) await section(site);
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`${report}`));
  if (!quick) await keep(report);
} finally {
  for (const site of sites) await site.close();
}
