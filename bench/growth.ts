/**
 * `deno task bench growth [fills…]`: what a long history costs. Two databases side by side: one has no history, in the
 * other the same account's grows (100,000, then 1,000,000, then 10,000,000 fills, unless told otherwise; the last takes
 * a quarter of an hour to write). Both get the same load in turn, so that the ratio holds on a noisy machine.
 */
import { inRepository } from "../local/paths.ts";
import { fillHistory } from "../tests/support/history.ts";
import { bookAlone, connect, openAccount } from "./database.ts";
import { runLoad } from "./load.ts";
import { keep, Report, say } from "./report.ts";
import { benchKey, serve, startStackProcess } from "./servers.ts";

const CHUNK = 250_000;
const sizes = Deno.args.map(Number).filter((size) => size > 0);
const steps = sizes.length > 0 ? sizes : [100_000, 1_000_000, 10_000_000];
const rounds = 3;
const seconds = 4;
const report = new Report();

async function openSite() {
  const dataDir = await Deno.makeTempDir({ prefix: "bench-" });
  const stack = await startStackProcess(dataDir);
  const sql = connect(stack);
  return { dataDir, stack, sql, account: await openAccount(sql) };
}
type GrowthSite = Awaited<ReturnType<typeof openSite>>;

async function measure(name: string, { stack, sql, account }: GrowthSite): Promise<void> {
  const servers = await serve(stack, inRepository("supabase", "functions", "alerts", "index.ts"), 1);
  try {
    const run = crypto.randomUUID().slice(0, 8);
    const load = {
      ports: servers.ports,
      senders: 64,
      symbols: 20,
      warmup: 2,
      seconds,
      key: benchKey,
      account,
      run,
    };
    report.add(`${name}: over HTTP`, "alerts/s", (await runLoad(load)).rate);
  } finally {
    await servers.stop();
  }
  report.add(
    `${name}: process_alerts`,
    "alerts/s",
    await bookAlone(sql, account, { size: 256, symbols: 20, seconds }),
  );
}

/** What a database has done by itself after a while, and the pages warm. */
async function settle({ sql, account }: GrowthSite): Promise<void> {
  await sql`vacuum analyze`;
  // Who may not ask for a checkpoint measures with the full pages that follow one, on both sides.
  await sql`checkpoint`.catch(() => say("  without a checkpoint"));
  await bookAlone(sql, account, { size: 256, symbols: 20, seconds });
}

const without = await openSite();
const grown = await openSite();
let fills = 0;
for (const size of steps) {
  while (fills < size) {
    const more = Math.min(CHUNK, size - fills);
    await fillHistory(grown.sql, grown.account, { fills: more });
    fills += more;
    say(`  ${fills} fills written`);
  }
  for (const site of [grown, without]) await settle(site);
  const many = size.toLocaleString("en");
  const name = `${many} fills behind it`;
  for (let round = 1; round <= rounds; round++) {
    await measure(name, grown);
    await measure(`none, beside ${many}`, without);
  }
  for (const way of ["over HTTP", "process_alerts"]) {
    report.ratio(
      `${many} fills / none, ${way}`,
      `${name}: ${way}`,
      `none, beside ${many}: ${way}`,
      ">= 0.85",
    );
  }
}
Deno.stdout.writeSync(new TextEncoder().encode(`${report}`));
await keep(report);
for (const { dataDir, stack, sql } of [without, grown]) {
  await sql.end();
  await stack.stop();
  await Deno.remove(dataDir, { recursive: true });
}
