import { inRepository } from "../local/paths.ts";
import { openAccount } from "./database.ts";
import { runLoad } from "./load.ts";
import type { Report } from "./report.ts";
import { benchKey, serve } from "./servers.ts";
import type { Site } from "./site.ts";

const ALERTS = 400;

/** A bar's close: many different alerts on one symbol, within a second or all at once; and one that is sent again. */
export async function burst(report: Report, { stack, sql, rounds, resendPauseMs }: Site): Promise<void> {
  const servers = await serve(stack, inRepository("supabase", "functions", "alerts", "index.ts"), 1);
  const load = async (account: string, overMs: number, alerts: number) =>
    await runLoad({
      ports: servers.ports,
      senders: 0,
      symbols: 1,
      warmup: 0,
      seconds: 0,
      burst: { alerts, overMs },
      key: benchKey,
      account,
      run: crypto.randomUUID().slice(0, 8),
    });
  try {
    await load(await openAccount(sql), 200, 50);
    for (let round = 1; round <= rounds; round++) {
      for (const [when, overMs] of [["within a second", 1_000], ["at once", 0]] as const) {
        const account = await openAccount(sql);
        const { answered, rate, p50, p99, others } = await load(account, overMs, ALERTS);
        const [row] = await sql`
          select count(*)::int as booked from trading.fills f join trading.accounts a on a.id = f.account_id
          where a.name = ${account}`;
        const name = `${ALERTS} alerts ${when}, one symbol`;
        report.add(name, "alerts/s", rate, { p50, p99 });
        report.add(`${name}: answered 200, of ${ALERTS}`, "alerts", answered);
        report.add(`${name}: booked`, "fills", row?.booked);
        for (const [status, count] of Object.entries(others)) {
          report.add(`${name}: ${status}`, "answers", count);
        }
      }
    }
    await resend(report, servers.ports[0] ?? 0, await openAccount(sql), resendPauseMs);
  } finally {
    await servers.stop();
  }
}

/** The same alert four times, five seconds apart, as TradingView sends what it takes for lost. */
async function resend(report: Report, port: number, account: string, pauseMs: number): Promise<void> {
  const body = JSON.stringify({ symbol: "AGAIN", action: "buy", quantity: "1", price: "10", account });
  const numbers = new Set<string>();
  for (let nr = 0; nr < 4; nr++) {
    if (nr > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const sent = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/alerts`, {
      method: "POST",
      headers: { "x-api-key": benchKey },
      body,
    });
    numbers.add((await response.json()).alert_id);
    report.add("the same alert again", "ms", performance.now() - sent);
  }
  report.add("the same alert 4 times: booked", "times", numbers.size);
}
