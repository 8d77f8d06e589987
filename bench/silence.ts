/**
 * `deno task bench silence [rounds]`: what TradingView's normal case costs, a lone alert after a minute in which none came,
 * beside one that follows another at once. Through the gateway, as senders call it; a minute a round.
 */
import { connect, openAccount } from "./database.ts";
import { keep, Report, say } from "./report.ts";
import { startStackProcess } from "./servers.ts";

const SILENCE_MS = 60_000;
const WARM = "lone alert, warm";
const COLD = "lone alert after a minute of silence";
const rounds = Number(Deno.args.find((arg) => /^\d+$/.test(arg)) ?? 5);
const report = new Report();
const dataDir = await Deno.makeTempDir({ prefix: "bench-" });
const stack = await startStackProcess(dataDir);
const sql = connect(stack);

async function milliseconds(account: string, price: number): Promise<number> {
  const started = performance.now();
  const response = await fetch(`${stack.api_url}/functions/v1/alerts`, {
    method: "POST",
    headers: { "x-api-key": stack.api_key },
    body: JSON.stringify({ account, symbol: "ACME", action: "buy", quantity: "1", price }),
  });
  await response.body?.cancel();
  if (response.status !== 200) throw new Error(`the alert was answered ${response.status}`);
  return performance.now() - started;
}

try {
  const account = await openAccount(sql);
  let price = 0;
  for (let round = 1; round <= rounds; round++) {
    for (let nr = 0; nr < 20; nr++) await milliseconds(account, ++price);
    for (let nr = 0; nr < 20; nr++) report.add(WARM, "ms", await milliseconds(account, ++price));
    say(`round ${round} of ${rounds}: a minute of silence`);
    await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
    report.add(COLD, "ms", await milliseconds(account, ++price));
  }
  report.ratio("lone alert after a minute of silence / warm", COLD, WARM, "at most 2.5");
  Deno.stdout.writeSync(new TextEncoder().encode(`${report}`));
  await keep(report);
} finally {
  await sql.end();
  await stack.stop();
  await Deno.remove(dataDir, { recursive: true });
}
