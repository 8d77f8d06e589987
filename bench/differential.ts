/**
 * `deno task bench differential --before DIR [batches] [seed]`: the same random batches through the engine of this checkout and
 * that of another one (`DIR`), for a change of booking that is to change no result. Every answer must be the same, ids apart,
 * and so must what the tables hold at the end. Ends with 1 where they are not.
 */
import { join } from "node:path";
import process from "node:process";
import postgres from "postgres";
import { random as noise } from "../tests/support/retention.ts";
import { say } from "./report.ts";
import { startStackProcess } from "./servers.ts";

const at = Deno.args.indexOf("--before");
if (at === -1) throw new Error("say which checkout to compare with: --before DIR");
const before = await Deno.realPath(Deno.args[at + 1] ?? "");
const [batches = 2_000, seed = 1] = Deno.args.slice(at + 2).map(Number);
let drawn = seed * 1_000_000;
const random = {
  chance: (part: number): boolean => noise(drawn++) < part,
  integer: (least: number, most: number): number => least + Math.floor(noise(drawn++) * (most - least + 1)),
  pick: <T>(from: readonly T[]): T => from[Math.floor(noise(drawn++) * from.length)] as T,
};

const ACCOUNTS = [
  {
    name: "limits",
    settings: {
      leverage: "3",
      fee_bps: "2",
      slippage_bps: "1",
      max_daily_loss: "5000",
      max_resting_orders: "40",
      max_strategies: 2,
    },
  },
  {
    name: "margin",
    settings: { leverage: "20", margin_call: "close", max_orders_per_minute: "30", bar_path: "worst" },
  },
  { name: "clock", settings: { clock: "alert", price_wait: "60", max_mark_age: "20", allow_short: false } },
];
const SYMBOLS = ["AAPL", "MSFT", "ES", "SAP", "EURUSD"];
const START = Date.UTC(2026, 0, 5);

/** What a batch is made of: every kind of alert and order, prices that meet each other, and messages that come again. */
const sent: Record<string, unknown>[] = [];
let seconds = 0;
function randomAlert(): Record<string, unknown> {
  const { pick, chance, integer } = random;
  const last = sent.at(-1 - integer(0, 20));
  if (last !== undefined && chance(0.06)) return last;
  const price = () => (100 + integer(-800, 800) / 100).toFixed(2);
  const alert: Record<string, unknown> = {
    account: pick(ACCOUNTS).name,
    strategy: pick(["", "s1", "s2"]),
    symbol: pick(SYMBOLS),
    action: pick(["buy", "sell", "buy", "sell", "buy", "sell", "close", "cancel", "mark", "mark", "modify"]),
    quantity_type: "units",
    order_type: "market",
    hash: `${sent.length}`.padStart(64, "0"),
    received_at: new Date(START + seconds * 1_000).toISOString(),
    ...chance(0.9) ? { price: price() } : {},
    ...chance(0.3) ? { time: new Date(START + (seconds - integer(0, 3)) * 1_000).toISOString() } : {},
    ...chance(0.3) ? { idempotency_key: `key ${integer(0, 1e6)}` } : {},
    ...chance(0.1) ? { exchange: pick(["NYSE", "XETR"]) } : {},
  };
  if (chance(0.02)) alert.action = pick(["halt", "resume"]);
  const isTrade = alert.action === "buy" || alert.action === "sell";
  if (isTrade || alert.action === "close" && chance(0.5)) alert.quantity = `${integer(1, 9)}`;
  if (alert.action === "cancel" && chance(0.2)) alert.symbol = "";
  if (isTrade && chance(0.2)) {
    alert.target = pick([{ side: "long", quantity: "5" }, { side: "flat", quantity: "0" }, {
      side: "short",
      quantity: "3",
    }, { side: "long" }]);
  }
  if (isTrade && chance(0.35)) {
    alert.order_type = pick(["limit", "stop", "stop_limit", "trailing_stop"]);
    if (alert.order_type !== "stop" && alert.order_type !== "trailing_stop") alert.limit_price = price();
    if (alert.order_type === "stop" || alert.order_type === "stop_limit") alert.stop_price = price();
    if (alert.order_type === "trailing_stop") alert.trail_amount = "1.5";
    alert.time_in_force = pick(["gtc", "gtc", "day", "ioc"]);
  }
  if (isTrade && chance(0.3)) {
    alert.stop_loss = pick([{ type: "stop", percent: "2" }, { type: "trailing_stop", trail_amount: "1" }, {
      type: "stop",
      stop_price: price(),
    }]);
    if (chance(0.5)) alert.take_profit = { percent: "3" };
    else alert.take_profits = [{ percent: "1", close_percent: "50" }, { percent: "2" }];
  }
  if (alert.action === "modify") alert[pick(["stop_loss", "take_profit"])] = { percent: `${integer(1, 4)}` };
  if (isTrade && chance(0.15)) {
    alert.quantity_type = pick(["notional", "percent_of_equity", "percent_of_position"]);
    alert.quantity = alert.quantity_type === "notional" ? "1000" : "10";
  }
  if (alert.action === "mark" && alert.price !== undefined && chance(0.6)) {
    const close = Number(alert.price);
    Object.assign(alert, {
      open: (close + integer(-200, 200) / 100).toFixed(2),
      high: (close + 3).toFixed(2),
      low: (close - 3).toFixed(2),
    });
    if (chance(0.5)) alert.interval = pick(["1", "5"]);
  }
  sent.push(alert);
  return alert;
}

/** What is compared of an answer, which has more. */
interface Answer {
  symbol: string;
  orders: unknown[];
}

/** An answer without its ids; the orders that a cancel of everything ends are named in no promised order. */
function plain(answer: Answer): string {
  const orders = answer.orders.map((order) => JSON.stringify(order).replace(/"id":"\d+"/, ""));
  if (answer.symbol === "") orders.sort();
  return JSON.stringify({ ...answer, orders }).replace(/"(id|order_id|alert_id)":"\d+"/g, '"$1":""');
}

/** A database with its accounts and instruments, as the service role sees it. */
async function engine(directory: string) {
  const home = await Deno.makeTempDir();
  const stack = await startStackProcess(join(home, "data"), directory);
  const sql = postgres(stack.db_url, { max: 1, onnotice: () => {} });
  await sql`select public.upsert_instrument('ES', ${"50"}, ${"1"}, ${"0.25"})`;
  await sql`select public.upsert_instrument('SAP', quote_currency => 'EUR')`;
  for (const { name, settings } of ACCOUNTS) {
    await sql`select public.create_account(${name}, 100000, settings => ${
      JSON.stringify(settings)
    }::text::jsonb)`;
  }
  return {
    async book(alerts: unknown[], wait: boolean): Promise<string[]> {
      const [row] = await sql`select public.process_alerts(${
        JSON.stringify(alerts)
      }::text::jsonb, ${wait}) as answers`;
      return (row?.answers as Answer[]).map(plain);
    },
    /** Numbers that are equal are the same, however many zeros they end with. */
    async table(name: string): Promise<string> {
      const [row] = await sql.unsafe(`
        select count(*) || ' rows, ' || coalesce(md5(string_agg(x, '|' order by x)), '') as sum from (
          select regexp_replace((to_jsonb(t) - '{id,alert_id,order_id,closing_fill_id,bracket_id,answer,created_at,compacted_at,dedupe_key,role}'::text[])::text, '(\\.\\d*[1-9])0+(?=[,}])|\\.0+(?=[,}])', '\\1', 'g') as x
          from trading.${name} t) rows`);
      return row?.sum;
    },
    async end(): Promise<void> {
      await sql.end();
      await stack.stop();
      await Deno.remove(home, { recursive: true });
    },
  };
}

const [old, now] = await Promise.all([engine(before), engine(join(import.meta.dirname ?? "", ".."))]);
const outcomes = new Map<string, number>();
let differences = 0;
for (let batch = 0; batch < batches; batch++) {
  seconds += random.integer(0, 40);
  const alerts = Array.from({ length: random.integer(1, 8) }, randomAlert);
  const wait = random.chance(0.5);
  const [one, other] = await Promise.all([old.book(alerts, wait), now.book(alerts, wait)]);
  one.forEach((answer, nr) => {
    const { status, code, duplicate } = JSON.parse(answer);
    const outcome = [status, code, duplicate ? "again" : undefined].filter((word) => word !== undefined).join(
      " ",
    );
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (answer === other[nr]) return;
    if (differences++ < 3) {
      say(`different: ${JSON.stringify(alerts)}
${answer}
${other[nr]}`);
    }
  });
}
for (
  const name of [
    "alerts",
    "duplicates",
    "orders",
    "fills",
    "trades",
    "positions",
    "marks",
    "mark_bars",
    "equity_bars",
    "accounts",
  ]
) {
  const [one, other] = await Promise.all([old.table(name), now.table(name)]);
  if (one !== other) differences++;
  say(`${name}: ${one}${one === other ? ", the same" : ` and ${other}`}`);
}
say(`${batches} batches of seed ${seed}, ${differences} differences`);
for (const [outcome, count] of [...outcomes].sort(([, a], [, b]) => b - a)) say(`${count} ${outcome}`);
await Promise.all([old.end(), now.end()]);
if (differences > 0) process.exitCode = 1;
