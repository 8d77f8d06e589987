/**
 * `TEST_STACK=… deno run -A bench/history.ts [fills] [minutes]`: how long the dashboard's RPCs take, over HTTP as a signed-in
 * user, on an account with a long history (1,000,000 fills and a year of minutes, unless told otherwise) beside nine others.
 */
import { fillHistory } from "../tests/support/history.ts";
import { asUser, connect, newAccount } from "../tests/support/stack.ts";

const localUser = "00000000-0000-4000-8000-000000000001";
const [fills = 1_000_000, minutes = 525_600] = Deno.args.map(Number);
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

const sql = connect(1);
const account = await newAccount({ owner_id: localUser });
const started = performance.now();
await fillHistory(sql, account, { fills, minutes });
for (let other = 0; other < 9; other++) {
  await fillHistory(sql, await newAccount(), { fills: fills / 20, minutes: minutes / 20 });
}
await sql`vacuum analyze`;
await sql.end();
say(
  `${fills} fills, ${minutes} minutes, nine accounts with a twentieth of it: written in ${
    ((performance.now() - started) / 1000).toFixed(0)
  } s\n`,
);

const lastMonth = new Date(Date.now() - 30 * 86_400_000).toISOString();
const calls: [name: string, args: Record<string, unknown>][] = [
  ["performance", {}],
  ["performance", { from_time: lastMonth }],
  ["performance", { only_symbol: "SYM3" }],
  ["compare_strategies", {}],
  ["equity_curve", {}],
  ["equity_curve", { bucket: "day" }],
  ["equity_curve", { from_time: lastMonth }],
  ["list_marks", { symbol: "SYM0" }],
  ["portfolio_summary", {}],
  ["list_alerts", {}],
  ["list_alerts", { only_status: "rejected" }],
  ["list_orders", { only_status: "open" }],
  ["list_orders", { only_strategy: "rare" }],
  ["list_fills", { only_symbol: "RARE" }],
  ["list_trades", { only_symbol: "SYM3", limit: 1000 }],
];

const user = asUser();
say(`${"RPC".padEnd(50)} ${"median ms".padStart(10)} ${"slowest ms".padStart(11)}`);
for (const [name, args] of calls) {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const asked = performance.now();
    const { error } = await user.rpc(name as "performance", { account, ...args });
    if (error) throw new Error(`${name}: ${error.message}`);
    times.push(performance.now() - asked);
  }
  times.sort((a, b) => a - b);
  const call = `${name} ${Object.entries(args).map(([key, value]) => `${key}=${value}`).join(" ")}`;
  say(
    `${call.slice(0, 50).padEnd(50)} ${times[2]?.toFixed(1).padStart(10)} ${
      times[4]?.toFixed(1).padStart(11)
    }`,
  );
}
