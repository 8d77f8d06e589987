import type { Sql } from "postgres";
import { deepEqual, equal } from "node:assert/strict";
import { Desk, newSymbol } from "../support/desk.ts";
import { Rational } from "../support/rational.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

interface PositionCase {
  id: string;
  title: string;
  multiplier: string;
  initial: { cash: string; qty: string; avg_price: string };
  steps: { fill: { side: string; qty: string; price: string; fee: string }; expect: Expected }[];
}

interface Expected {
  qty: string;
  side: string;
  avg_price: string;
  closed_qty: string;
  opened_qty: string;
  realized_gross_delta: string;
  realized_gross_total: string;
  fees_total: string;
  realized_net_total: string;
  cycle_realized_net: string;
  cash: string;
  cost_basis: string;
  closed_cycle?: { realized_gross: string; fees: string; realized_net: string };
}

interface SizingCase {
  id: string;
  mode: string;
  value: string;
  cash: string;
  qty: string;
  price: string;
  expect: { side: string; order_qty: string; qty: string; cash: string };
}

const { position_cases, sizing_cases } = JSON.parse(
  await Deno.readTextFile(new URL("../fixtures/positions.json", import.meta.url)),
) as { position_cases: PositionCase[]; sizing_cases: SizingCase[] };

/** Opens a desk whose first fill makes the initial position and leaves the initial cash. */
async function deskHolding(
  { multiplier, initial }: PositionCase,
  sql: Sql,
): Promise<Desk> {
  const quantity = Rational.of(initial.qty);
  const paid = quantity.times(Rational.of(initial.avg_price)).times(Rational.of(multiplier));
  const cash = Rational.of(initial.cash).plus(paid).exact();
  const desk = await Desk.open({ instrument: { multiplier }, cash }, sql);
  if (quantity.sign !== 0) {
    const action = quantity.sign > 0 ? "buy" : "sell";
    await desk.send({ action, quantity: quantity.abs().exact(), price: initial.avg_price });
  }
  return desk;
}

/** The position, what the last alert's fill did to it, and the round trip that this fill closed. */
async function state(desk: Desk, alertId: string): Promise<Expected> {
  const [row] = await desk.sql`
    select trading.decimal(p.quantity) as qty,
      case sign(p.quantity) when 1 then 'long' when -1 then 'short' else 'flat' end as side,
      case when p.quantity = 0 then '0'
        else trading.decimal(trading.quotient(p.cost_basis, p.quantity * f.multiplier)) end as avg_price,
      trading.decimal(f.realized_pnl) as realized_gross_delta,
      trading.decimal(p.realized_pnl) as realized_gross_total,
      trading.decimal(p.fees) as fees_total,
      trading.decimal(p.realized_pnl - p.fees) as realized_net_total,
      trading.decimal(p.trade_pnl - p.trade_fees) as cycle_realized_net,
      trading.decimal(a.cash) as cash,
      trading.decimal(p.cost_basis) as cost_basis,
      case when t.id is not null then jsonb_build_object('realized_gross', trading.decimal(t.gross_pnl),
        'fees', trading.decimal(t.fees), 'realized_net', trading.decimal(t.net_pnl)) end as closed_cycle
    from trading.positions p
    join trading.accounts a on a.id = p.account_id and a.name = ${desk.account}
    join trading.fills f on f.alert_id = ${alertId} and f.symbol = p.symbol
    left join trading.trades t on t.closing_fill_id = f.id
    where p.symbol = ${desk.symbol}`;
  if (row === undefined) throw new Error("nothing was booked");
  const { closed_cycle, ...rest } = row;
  return { ...rest, ...closed_cycle === null ? {} : { closed_cycle } } as Expected;
}

for (const position of position_cases) {
  Deno.test(`position case ${position.id}: ${position.title}`, async () => {
    await onSharedConnection(async (sql) => {
      const desk = await deskHolding(position, sql);
      let held = Rational.of(position.initial.qty);
      for (const { fill, expect } of position.steps) {
        const { qty, ...rest } = fill;
        const answer = await desk.send({
          action: rest.side,
          quantity: qty,
          price: rest.price,
          fee: rest.fee,
        });
        const { closed_qty, opened_qty, ...expected } = expect;
        equal(answer.status, "filled");
        assertFields(await state(desk, answer.alert_id), expected);

        const after = Rational.of(answer.position.quantity);
        const opposed = held.sign * (rest.side === "buy" ? 1 : -1) < 0;
        const closed = opposed ? Rational.least(held.abs(), Rational.of(qty)) : Rational.zero;
        equal(closed.exact(), closed_qty);
        equal(Rational.of(qty).minus(closed).exact(), opened_qty);
        held = after;
        equal(answer.position.average_price, expect.avg_price);
        equal(answer.cash, expect.cash);
      }
      deepEqual(await desk.differences(), []);
    });
  });
}

/** Every expected field; the others (those of a case without a closed cycle) are not there. */
function assertFields(actual: Expected, expected: Omit<Expected, "closed_qty" | "opened_qty">): void {
  for (const [field, value] of Object.entries(expected)) {
    const shown = actual[field as keyof Expected];
    if (typeof value === "string") equal(shown, value, field);
    else {for (const [part, text] of Object.entries(value)) {
        equal((shown as never)?.[part], text, `${field}.${part}`);
      }}
  }
  equal(actual.closed_cycle === undefined, expected.closed_cycle === undefined, "closed_cycle");
}

/** How an alert says what a sizing case means. */
function sized({ mode, value, price, cash }: SizingCase) {
  const wanted = mode === "target_amount" ? value : Rational.of(value)
    .times(mode === "target_percent" ? Rational.of(cash) : Rational.of("1")).over(Rational.of(price)).exact();
  const side = wanted.startsWith("-") ? "short" : "long";
  if (mode === "value") return { action: "buy", quantity: value, quantity_type: "notional" };
  if (mode === "target_percent") {
    return {
      ...{ action: "buy", target: { side } },
      ...{
        quantity: Rational.of(value).times(Rational.of("100")).exact(),
        quantity_type: "percent_of_equity",
      },
    };
  }
  return { target: { side, quantity: wanted.replace("-", "") } };
}

for (const sizing of sizing_cases) {
  Deno.test(`sizing case ${sizing.id}: ${sizing.value} at ${sizing.price} becomes ${sizing.expect.qty} units`, async () => {
    await onSharedConnection(async (sql) => {
      const desk = await Desk.open({ cash: sizing.cash, settings: {} }, sql);
      const answer = await desk.send({ price: sizing.price, ...sized(sizing) });
      equal(
        answer.fills.map(({ side, quantity }) => `${side} ${quantity}`).join(),
        `${sizing.expect.side} ${sizing.expect.order_qty}`,
      );
      equal(answer.position.quantity, sizing.expect.qty);
      equal(answer.cash, sizing.expect.cash);
    });
  });
}

Deno.test("the model of rational.ts agrees with every position case", async () => {
  const { ModelAccount } = await import("../support/rational.ts");
  for (const { initial, multiplier, steps, id } of position_cases) {
    const account = new ModelAccount(Rational.of(initial.cash));
    const position = account.position(newSymbol(), "", Rational.of(multiplier));
    [position.quantity, position.average] = [Rational.of(initial.qty), Rational.of(initial.avg_price)];
    for (const { fill, expect } of steps) {
      const delta = fill.side === "buy" ? Rational.of(fill.qty) : Rational.of(fill.qty).negated();
      if (initial.qty !== "0") continue; // what was entered before is not told
      const before = account.trades.length;
      const realized = account.fill(position, delta, Rational.of(fill.price), Rational.of(fill.fee));
      equal(realized.rounded(), expect.realized_gross_delta, id);
      equal(position.average.rounded(), expect.avg_price, id);
      equal(position.costBasis.rounded(), expect.cost_basis, id);
      equal(account.cash.exact(), expect.cash, id);
      equal(account.trades.length > before, expect.closed_cycle !== undefined, id);
      if (expect.closed_cycle) {
        equal(account.trades.at(-1)?.gross.rounded(), expect.closed_cycle.realized_gross, id);
        equal(account.trades.at(-1)?.fees.rounded(), expect.closed_cycle.fees, id);
      }
    }
  }
});
