/**
 * Random fills against a model on exact fractions (tests/support/rational.ts): after every step of every sequence the
 * position, the realized profit and the cash are the model's, to the last digit; booked in batches the result is the same.
 */
import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import type { Answer } from "../support/alerts.ts";
import { Desk, newSymbol } from "../support/desk.ts";
import { type Alert, canonical } from "../support/engine.ts";
import { storedRows, withoutIds } from "../support/ledger.ts";
import { ModelAccount, type ModelPosition, Rational } from "../support/rational.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

const STEPS = 200;
// A failure names its seed: SEED=… runs it again, RUNS=… runs more.
const seed = Number(Deno.env.get("SEED") ?? Date.now() % 2 ** 31);
const numRuns = Number(Deno.env.get("RUNS") ?? 4);

const digits = (most: number) => fc.bigInt({ min: 1n, max: 10n ** BigInt(most) - 1n });
/** A positive decimal; mostly everyday ones, sometimes with 18 decimals, huge or tiny. */
const decimal = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 500 }).map(String) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 99_999 }).map((cents) => shifted(BigInt(cents), 2)) },
  { weight: 2, arbitrary: digits(20).map((units) => shifted(units, 18)) },
  { weight: 1, arbitrary: digits(32).map((units) => shifted(units, 18)) },
  { weight: 1, arbitrary: fc.constant("0.000000000000000001") },
);
function shifted(units: bigint, decimals: number): string {
  const text = units.toString().padStart(decimals + 1, "0");
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`.replace(/\.?0+$/, "");
}

const side = fc.constantFrom("long", "short", "flat");
/** What a step does; a `part` is of the position that is held then. */
const intent = fc.oneof(
  fc.record({
    kind: fc.constant("trade" as const),
    action: fc.constantFrom("buy", "sell"),
    quantity: decimal,
  }),
  fc.record({
    kind: fc.constant("trade" as const),
    action: fc.constantFrom("buy", "sell"),
    quantity: decimal,
  }),
  fc.record({
    kind: fc.constant("part" as const),
    percent: fc.constantFrom("10", "33.3", "50", "99.99", "100"),
  }),
  fc.record({ kind: fc.constant("flip" as const), factor: fc.constantFrom("1.5", "2", "3.1415") }),
  fc.record({ kind: fc.constant("close" as const) }),
  fc.record({ kind: fc.constant("target" as const), side, quantity: decimal }),
  fc.record({
    kind: fc.constant("side" as const),
    side,
    action: fc.constantFrom("buy", "sell"),
    quantity: decimal,
  }),
  fc.record({ kind: fc.constant("mark" as const) }),
);
const step = fc.record({
  intent,
  price: decimal,
  fee: fc.option(fc.tuple(fc.constantFrom("", "-"), decimal).map(([sign, fee]) => sign + fee), { freq: 2 }),
  symbol: fc.integer({ min: 0, max: 2 }),
  strategy: fc.constantFrom("", "b"),
});
const run = fc.record({
  steps: fc.array(step, { minLength: STEPS, maxLength: STEPS }),
  cuts: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: STEPS, maxLength: STEPS }),
  multipliers: fc.tuple(
    fc.constant("1"),
    fc.constantFrom("50", "168", "0.1"),
    decimal.filter((text) => text.length < 22 && !/^\d{9}/.test(text)),
  ),
  fees: fc.record({
    fee_per_trade: fc.constantFrom("0", "0.35"),
    fee_per_unit: fc.constantFrom("0", "0.0005"),
    fee_bps: fc.constantFrom("0", "1.23456789", "7"),
    fee_minimum: fc.constantFrom("0", "1"),
  }),
});
type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;
type Step = Run["steps"][number];

/** The alert of a step, and the signed units that come of it (docs/orders.md). */
function alertOf({ intent }: Step, held: Rational): { alert: Alert; delta: Rational } {
  const signed = (action: string, quantity: string) =>
    action === "buy" ? Rational.of(quantity) : Rational.of(quantity).negated();
  switch (intent.kind) {
    case "trade":
      return {
        alert: { action: intent.action, quantity: intent.quantity },
        delta: signed(intent.action, intent.quantity),
      };
    case "part": {
      const quantity = held.abs().times(Rational.of(intent.percent)).over(Rational.of("100")).rounded();
      if (quantity === "0") return { alert: { action: "close" }, delta: held.negated() };
      return {
        alert: { action: "close", quantity },
        delta: signed(held.sign > 0 ? "sell" : "buy", quantity),
      };
    }
    case "flip": {
      const quantity = held.abs().times(Rational.of(intent.factor)).rounded();
      if (quantity === "0") return { alert: { action: "close" }, delta: held.negated() };
      const action = held.sign > 0 ? "sell" : "buy";
      return { alert: { action, quantity }, delta: signed(action, quantity) };
    }
    case "close":
      return { alert: { action: "close" }, delta: held.negated() };
    case "target": {
      const quantity = intent.side === "flat" ? "0" : intent.quantity;
      const wanted = signed(intent.side === "short" ? "sell" : "buy", quantity);
      return { alert: { target: { side: intent.side, quantity } }, delta: wanted.minus(held) };
    }
    case "side": {
      const { action, quantity, side } = intent;
      const free = held.plus(signed(action, quantity));
      const wanted = side === "flat"
        ? Rational.zero
        : side === "long"
        ? Rational.greatest(free, Rational.zero)
        : Rational.least(free, Rational.zero);
      return { alert: { action, quantity, target: { side } }, delta: wanted.minus(held) };
    }
    case "mark":
      return { alert: { action: "mark" }, delta: Rational.zero };
  }
}

function feeOf(
  named: string | null,
  fees: Run["fees"],
  delta: Rational,
  price: Rational,
  multiplier: Rational,
): Rational {
  if (named !== null) return Rational.of(named);
  const quantity = delta.abs();
  return Rational.greatest(
    Rational.of(fees.fee_minimum),
    Rational.of(fees.fee_per_trade).plus(Rational.of(fees.fee_per_unit).times(quantity))
      .plus(
        Rational.of(fees.fee_bps).times(quantity).times(price).times(multiplier).over(Rational.of("10000")),
      ),
  );
}

function assertAnswer(
  answer: Answer,
  model: ModelAccount,
  position: ModelPosition,
  expected: Record<string, string> | null,
) {
  equal(answer.status, expected === null ? "ignored" : "filled", answer.code);
  deepEqual(
    answer.fills.map(({ id: _, order_id: __, ...fill }) => fill),
    expected === null ? [] : [expected],
  );
  equal(answer.position.quantity, position.quantity.exact());
  equal(answer.position.average_price, position.average.rounded());
  equal(answer.position.realized_pnl, position.realized.rounded());
  equal(answer.position.fees, position.fees.rounded());
  equal(answer.cash, model.cash.rounded());
  equal(answer.equity, model.equity.rounded());
  equal(model.equity.minus(model.deposits).equals(model.profit), true, "the model's identity");
}

/** What the database holds, exactly: cash, and whether equity - deposits = realized - fees + unrealized. */
async function assertExact({ sql, account }: Desk, model: ModelAccount): Promise<void> {
  const [row] = await sql`
    select trim_scale(a.cash)::text as cash,
      a.cash + sum(coalesce(p.quantity * m.price * coalesce(i.multiplier, 1), 0)) - a.deposits
        = sum(p.realized_pnl - p.fees + coalesce(p.quantity * m.price * coalesce(i.multiplier, 1), 0) - p.cost_basis) as identity
    from trading.accounts a
    left join trading.positions p on p.account_id = a.id
    left join trading.marks m on m.account_id = a.id and m.symbol = p.symbol
    left join trading.instruments i on i.symbol = p.symbol
    where a.name = ${account} group by a.id`;
  equal(row?.cash, model.cash.exact());
  equal(row?.identity ?? true, true, "equity - deposits = realized - fees + unrealized");
}

async function holds({ steps, cuts, multipliers, fees }: Run): Promise<void> {
  await onSharedConnection(async (sql) => {
    const symbols = multipliers.map(newSymbol);
    for (const [place, symbol] of symbols.entries()) {
      await sql`select public.upsert_instrument(${symbol}, ${multipliers[place] ?? "1"}::text::numeric)`;
    }
    const settings = { leverage: null, ...fees };
    const [single, batched] = [await Desk.open({ settings }, sql), await Desk.open({ settings }, sql)];
    const model = new ModelAccount(Rational.of("100000"));
    const alerts: Alert[] = [];
    const answers: Answer[] = [];

    for (const [nr, step] of steps.entries()) {
      const symbol = symbols[step.symbol] ?? "";
      const multiplier = Rational.of(multipliers[step.symbol] ?? "1");
      const position = model.position(symbol, step.strategy, multiplier);
      const { alert, delta } = alertOf(step, position.quantity);
      const price = Rational.of(step.price);
      model.marks.set(symbol, price);
      let expected: Record<string, string> | null = null;
      if (delta.sign !== 0) {
        const fee = feeOf(step.fee, fees, delta, price, multiplier);
        const realized = model.fill(position, delta, price, fee);
        expected = {
          ...{ side: delta.sign > 0 ? "buy" : "sell", quantity: delta.abs().exact(), price: step.price },
          ...{ fee: fee.rounded(), realized_pnl: realized.rounded() },
        };
      }
      const received_at = new Date(Date.UTC(2026, 2, 2) + nr * 7_000).toISOString();
      const sent = canonical({
        symbol,
        strategy: step.strategy,
        price: step.price,
        fee: step.fee,
        received_at,
        ...alert,
      });
      alerts.push(sent);
      const answer = await single.send({ ...sent, account: single.account });
      answers.push(answer);
      assertAnswer(answer, model, position, expected);
      await assertExact(single, model);
      if (nr % 20 === 19) deepEqual(await single.differences(), []);
    }

    deepEqual(
      await tradesOf(single),
      model.trades.map((trade) => ({
        side: trade.side,
        quantity: trade.quantity.exact(),
        entry_price: trade.entryPrice.rounded(),
        exit_price: trade.exitPrice.rounded(),
        gross_pnl: trade.gross.rounded(),
        fees: trade.fees.rounded(),
      })),
    );

    const inBatches: Answer[] = [];
    for (let from = 0, cut = 0; from < alerts.length; from += cuts[cut++] ?? 1) {
      const batch = alerts.slice(from, from + (cuts[cut] ?? 1));
      inBatches.push(...await batched.batch(batch.map((alert) => ({ ...alert, account: batched.account }))));
    }
    deepEqual(inBatches.map(withoutIds), answers.map(withoutIds));
    const [stored, other] = [await storedRows(sql, single.account), await storedRows(sql, batched.account)];
    for (const table of Object.keys(stored)) deepEqual(other[table], stored[table], table);
    deepEqual(await batched.differences(), []);
  });
}

const tradesOf = async ({ sql, account }: Desk) => [
  ...await sql`
    select t.side, trading.decimal(t.quantity) as quantity, trading.decimal(t.entry_price) as entry_price,
      trading.decimal(t.exit_price) as exit_price, trading.decimal(t.gross_pnl) as gross_pnl, trading.decimal(t.fees) as fees
    from trading.trades t join trading.accounts a on a.id = t.account_id where a.name = ${account} order by t.id`,
];

Deno.test(`sequences of ${STEPS} random fills are booked as exact fractions say, one by one and in batches`, async () => {
  await fc.assert(fc.asyncProperty(run, holds), { seed, numRuns, endOnFailure: true });
});
