/**
 * Random fills in three currencies while their rates move, against a model on exact fractions (tests/support/currencies.ts):
 * every answer is the model's, to the last digit; the ledger agrees; batches and replays come to the same rows.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Answer } from "../support/alerts.ts";
import { ForeignAccount, type Terms } from "../support/currencies.ts";
import { Desk, newSymbol } from "../support/desk.ts";
import { canonical } from "../support/engine.ts";
import { storedRows, withoutIds } from "../support/ledger.ts";
import { Rational } from "../support/rational.ts";
import { unique } from "../support/stack.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

const STEPS = 15;
// A failure names its seed: SEED=… runs it again, RUNS=… runs more.
const seed = Number(Deno.env.get("SEED") ?? Date.now() % 2 ** 31);
const numRuns = Number(Deno.env.get("RUNS") ?? 300);
const start = Date.UTC(2026, 2, 2);

const decimal = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 300 }).map(String) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 99_999 }).map((cents) => String(cents / 100)) },
  { weight: 1, arbitrary: fc.constantFrom("0.000000000000000001", "123456789.123456789123456789") },
);
/** ACME in USD, a stock and the pair's own contract in the first currency, a future in the second; then the pairs alone. */
const SYMBOLS = ["home", "stock", "contract", "future"] as const;
const step = fc.record({
  action: fc.constantFrom("buy", "buy", "sell", "sell", "close", "mark", "pair", "pair"),
  symbol: fc.constantFrom(...SYMBOLS),
  strategy: fc.constantFrom("", "b"),
  quantity: decimal,
  price: decimal,
  pair: fc.integer({ min: 0, max: 3 }),
  /** Seconds by which a mark comes late. */
  late: fc.constantFrom(0, 0, 0, 7, 7, 20),
});
const run = fc.record({
  steps: fc.array(step, { minLength: STEPS, maxLength: STEPS }),
  cut: fc.integer({ min: 1, max: STEPS }),
  multiplier: fc.constantFrom("1", "50", "0.01"),
  fee_bps: fc.constantFrom("0", "7"),
});
type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;

let filled = 0;
let refused = 0;

interface Market {
  pairs: string[];
  names: Record<(typeof SYMBOLS)[number], string>;
  terms: Map<string, Terms>;
}
const markets = new Map<string, Market>();

/** The instruments of a multiplier, written once: each write waits for the bookings of every account. */
async function marketOf(multiplier: string, sql: Desk["sql"]): Promise<Market> {
  const known = markets.get(multiplier);
  if (known !== undefined) return known;
  const [first, second] = [newSymbol().slice(0, 7), newSymbol().slice(0, 8)];
  const names = { home: newSymbol(), stock: newSymbol(), contract: `USD${first}`, future: newSymbol() };
  const currencies = { home: null, stock: first, contract: first, future: second };
  const terms = new Map<string, Terms>();
  for (const name of SYMBOLS) {
    const scale = name === "future" ? multiplier : "1";
    terms.set(names[name], { multiplier: Rational.of(scale), currency: currencies[name] });
    await sql`select public.upsert_instrument(${names[name]}, ${scale}::text::numeric,
      quote_currency => ${currencies[name]})`;
  }
  const market = { names, terms, pairs: [`${first}USD`, `USD${first}`, `${second}USD`, `USD${second}`] };
  markets.set(multiplier, market);
  return market;
}

async function holds({ steps, cut, multiplier, fee_bps }: Run, sql: Desk["sql"]): Promise<void> {
  const { names, pairs, terms } = await marketOf(multiplier, sql);
  const model = new ForeignAccount(Rational.of("100000"), terms);
  const settings = { leverage: null, fee_bps };
  const [single, batched] = [await Desk.open({ settings }, sql), await Desk.open({ settings }, sql)];
  const alerts = steps.map(({ action, symbol, strategy, quantity, price, pair, late }, nr) => {
    const at = start + nr * 7_000;
    return canonical({
      symbol: action === "pair" ? pairs[pair] : names[symbol],
      strategy,
      action: action === "pair" ? "mark" : action,
      price,
      ...action === "buy" || action === "sell" ? { quantity } : {},
      ...action === "pair" || action === "mark" ? { time: new Date(at - late * 1_000).toISOString() } : {},
      received_at: new Date(at).toISOString(),
    });
  });

  const answers: Answer[] = [];
  for (const [nr, alert] of alerts.entries()) {
    const answer = await single.send({ ...alert, account: single.account });
    answers.push(answer);
    assertAnswer(answer, alert as Record<string, string>, model, fee_bps, `step ${nr}`);
  }
  deepEqual(await single.differences(), []);

  const inBatches = [];
  for (const batch of [alerts.slice(0, cut), alerts.slice(cut)].filter(({ length }) => length > 0)) {
    inBatches.push(...await batched.batch(batch.map((alert) => ({ ...alert, account: batched.account }))));
  }
  deepEqual(inBatches.map(withoutIds), answers.map(withoutIds));
  const replayed = unique("replay");
  await sql`select public.replay_account(${single.account}, ${replayed})`;
  const stored = await storedRows(sql, single.account);
  for (const account of [batched.account, replayed]) deepEqual(await storedRows(sql, account), stored);
}

/** A half of the 18th decimal, and what 1/6 differs by from its first 60 ones: where halves are rounded to, that decides. */
const half = Rational.of("0.0000000000000000005000000000000001");
const assertRounded = (actual: string | undefined, exact: Rational, step: string) =>
  ok(
    !Rational.of(actual ?? "").minus(exact).abs().exceeds(half),
    `${step}: ${actual} is ${exact.rounded(30)}`,
  );

/** Plays one alert in the model, and compares what the engine answered. */
function assertAnswer(
  answer: Answer,
  { symbol = "", strategy = "", ...alert }: Record<string, string>,
  model: ForeignAccount,
  fee_bps: string,
  step: string,
) {
  const price = Rational.of(alert.price ?? "");
  model.mark(symbol, price, Date.parse(alert.time ?? alert.received_at ?? ""));
  const held = model.position(symbol, strategy);
  const quantity = Rational.of(alert.quantity ?? "0");
  const delta = alert.action === "buy"
    ? quantity
    : alert.action === "sell"
    ? quantity.negated()
    : alert.action === "close"
    ? held.quantity.negated()
    : undefined;
  if (delta !== undefined && model.rate(symbol) === null) {
    equal(answer.code, "no_rate", step);
    refused++;
  } else if (delta !== undefined && delta.sign !== 0) {
    const bps = Rational.of(fee_bps).over(Rational.of("10000"));
    const fee = bps.times(delta.abs()).times(price).times(model.scale(symbol));
    const realized = model.fill(symbol, strategy, delta, price, fee);
    const [fill] = answer.fills;
    equal(fill?.quantity, delta.abs().exact(), step);
    assertRounded(fill?.fee, fee, step);
    assertRounded(fill?.realized_pnl, realized, step);
    filled++;
  } else equal(answer.status, "ignored", step);
  equal(answer.position.quantity, held.quantity.exact(), step);
  assertRounded(answer.position.average_price, held.average, step);
  assertRounded(answer.position.realized_pnl, held.realized, step);
  assertRounded(answer.cash, model.cash, step);
  assertRounded(answer.equity, model.equity, step);
}

Deno.test(`books of ${STEPS} random fills in three currencies come to what exact fractions say, one by one, in batches and replayed`, async () => {
  await onSharedConnection(async (sql) => {
    await fc.assert(fc.asyncProperty(run, (book) => holds(book, sql)), { seed, numRuns, endOnFailure: true });
    // 6 fills and 2 refusals a book were measured.
    ok(filled > numRuns * 3 && refused > numRuns / 2, `${filled} alerts were filled, ${refused} refused`);
  });
});
