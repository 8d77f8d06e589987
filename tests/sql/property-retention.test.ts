/**
 * Random lives of an account, compacted at random moments between their alerts, beside one that never is: what is booked,
 * answered, proved and replayed is the same.
 */
import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { Desk, newSymbol } from "../support/desk.ts";
import type { Alert } from "../support/engine.ts";
import { storedRows, withoutIds } from "../support/ledger.ts";
import { answers, compact, kept, same } from "../support/retention.ts";
import { unique } from "../support/stack.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

// A failure names its seed: SEED=… runs it again, RUNS=… runs more.
const seed = Number(Deno.env.get("SEED") ?? Date.now() % 2 ** 31);
const numRuns = Number(Deno.env.get("RUNS") ?? 5);
const begin = Date.UTC(2026, 2, 2);
const at = (minute: number, second = 0) => new Date(begin + minute * 60_000 + second * 1_000).toISOString();

/** Once in so many times. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>, times: number) =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const price = fc.integer({ min: 90, max: 110 }).map(String);
const quantity = fc.integer({ min: 1, max: 30 }).map(String);
const distance = fc.constantFrom("1", "3", "8");
/** Of a stock, of one in another currency, and of the pair that brings its rate. */
const symbol = fc.constantFrom("home", "foreign", "pair");
const exits = fc.record({
  stop_loss: fc.oneof(
    fc.record({ percent: distance }),
    fc.record({ type: fc.constant("trailing_stop"), trail_amount: distance }),
  ),
  take_profits: fc.constant([{ percent: "2", close_percent: "50" }, { percent: "5", close_percent: "50" }]),
}, { requiredKeys: [] });
const order = fc.oneof(
  fc.record({ order_type: fc.constant("market") }, { requiredKeys: [] }),
  fc.record({ order_type: fc.constant("limit"), limit_price: price }),
  fc.record({ order_type: fc.constant("stop"), stop_price: price }),
);
const trade = fc.tuple(
  ...[order, exits, fc.record({ price }, { requiredKeys: [] })],
  fc.record({
    action: fc.constantFrom("buy", "sell"),
    quantity,
    symbol: fc.constantFrom("home", "foreign"),
    strategy: fc.constantFrom("", "b"),
    time_in_force: fc.constantFrom("gtc", "gtc", "day"),
  }),
).map((parts) => Object.assign({}, ...parts) as Alert);
const mark = fc.tuple(
  fc.oneof(
    price.map((price): Alert => ({ price })),
    fc.tuple(price, price, price, price).map((all): Alert => {
      const sorted = all.toSorted((a, b) => Number(a) - Number(b));
      return { open: all[0], high: sorted[3], low: sorted[0], price: all[3] };
    }),
  ),
  fc.record({ interval: fc.constantFrom("1", "60", "1D") }, { requiredKeys: [] }),
  fc.record({ symbol, action: fc.constant("mark") }),
).map((parts) => Object.assign({}, ...parts) as Alert);
const other = fc.constantFrom<Alert>(
  { action: "close", symbol: "home", price: "100" },
  { action: "cancel", symbol: "home" },
  { action: "modify", symbol: "home", stop_loss: { percent: "4" } },
  { action: "halt", symbol: "home" },
  { action: "resume", symbol: "home" },
);
const step = fc.record({
  alert: fc.oneof(
    { weight: 12, arbitrary: mark },
    { weight: 4, arbitrary: trade },
    { weight: 1, arbitrary: other },
  ),
  /** Minutes since the one before. */
  after: fc.constantFrom(0, 0, 1, 1, 7, 59, 240, 1_500),
  /** By how many minutes an alert's own time is behind its arrival; null: it has none. */
  late: fc.constantFrom(0, 0, 0, 3, 90, null),
  event: seldom(fc.constantFrom("deposit", "split", "dividend", "reset"), 30),
  /** Compacts as if so many days had passed. */
  compacted: seldom(fc.constantFrom(1, 8, 100), 12),
});
const life = fc.record({
  steps: fc.array(step, { minLength: 120, maxLength: 120 }),
  clock: fc.constantFrom("arrival", "alert"),
  time_zone: fc.constantFrom("UTC", "Asia/Kolkata"),
  rows: fc.constantFrom(3, 20, 500),
});
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

let archived = 0;
let filled = 0;

async function happen(desk: Desk, event: string, minute: number): Promise<void> {
  const { sql, account } = desk;
  const when = at(minute, 2);
  if (event === "deposit") await sql`select trading.move_cash(${account}, 'deposit', 500, null, ${when})`;
  if (event === "dividend") {
    await sql`select public.record_cash(${account}, 'dividend', 5, ${desk.symbol}, '', null, ${when})`;
  }
  if (event === "split") {
    await sql`select trading.split_account(trading.lock_account(${account}), ${desk.symbol}, 2, 1, ${when})`;
  }
  if (event === "reset") await sql`select public.reset_account(${account})`;
}

async function holds({ steps, clock, time_zone, rows }: Life, sql: Desk["sql"]): Promise<void> {
  const currency = newSymbol().slice(0, 6);
  const names: Record<string, string> = { home: newSymbol(), foreign: newSymbol(), pair: `${currency}USD` };
  await sql`select public.upsert_instrument(${names.foreign ?? ""}, quote_currency => ${currency})`;
  const settings = { leverage: null, fee_bps: 5, time_zone, ...clock === "alert" ? { clock } : {} };
  const [whole, old] = [await Desk.open({ settings }, sql), await Desk.open({ settings }, sql)];
  let minute = 0;
  for (const { alert, after, late, event, compacted } of steps) {
    minute += after;
    const arrives = {
      ...alert,
      symbol: names[String(alert.symbol)],
      received_at: at(minute, 1),
      ...late === null ? {} : { time: at(minute - late) },
    };
    const [one, two] = [await whole.send(arrives), await old.send(arrives)];
    deepEqual(withoutIds(two), withoutIds(one));
    filled += one.fills?.length ?? 0;
    if (event !== null) { for (const desk of [whole, old]) await happen(desk, event, minute); }
    if (compacted !== null) await compact(sql, old.account, at(minute + compacted * 1_440), rows);
  }
  await compact(sql, old.account, at(minute + 200 * 1_440), rows);
  archived += (await kept(sql, old.account)).archived;
  const asked = { midnight: at(1_440), symbols: [names.home, names.foreign] as [string, string] };
  same(await answers(sql, old.account, asked), await answers(sql, whole.account, asked));
  deepEqual([await whole.differences(), await old.differences()], [[], []]);
  const copies = [];
  for (const { account } of [whole, old]) {
    const copy = unique("copy");
    await sql`select public.replay_account(${account}, ${copy})`;
    copies.push(await storedRows(sql, copy));
  }
  const [first = {}, second = {}] = copies;
  same(second, first);
}

Deno.test("a random life comes to the same, compacted at whatever moments", async () => {
  await onSharedConnection(async (sql) => {
    await fc.assert(fc.asyncProperty(life, (each) => holds(each, sql)), {
      seed,
      numRuns,
      endOnFailure: true,
    });
    ok(archived > numRuns * 10, `${archived} archived`);
    ok(filled > numRuns * 5, `${filled} fills`);
  });
});
