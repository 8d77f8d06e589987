import assert from "node:assert/strict";
import { post } from "../support/alerts.ts";
import { newSymbol } from "../support/desk.ts";
import { Rational } from "../support/rational.ts";
import { asService, newAccount, unique } from "../support/stack.ts";

interface Expected {
  qty: string;
  side: string;
  avg_price: string;
  realized_gross_delta: string;
  realized_gross_total: string;
  fees_total: string;
  realized_net_total: string;
  cash: string;
  cost_basis: string;
  closed_cycle?: { realized_gross: string; fees: string; realized_net: string };
}

interface PositionCase {
  id: string;
  title: string;
  multiplier: string;
  initial: { cash: string; qty: string; avg_price: string };
  steps: { fill: { side: string; qty: string; price: string; fee: string }; expect: Expected }[];
}

const { position_cases }: { position_cases: PositionCase[] } = JSON.parse(
  await Deno.readTextFile(new URL("../fixtures/positions.json", import.meta.url)),
);
const service = asService();

/** The rows that an RPC answers. */
async function rows<T>(
  call: PromiseLike<{ data: unknown; error: { message: string } | null }>,
): Promise<T[]> {
  const { data, error } = await call;
  if (error !== null) throw new Error(error.message);
  return (Array.isArray(data) ? data : [data]) as T[];
}

/** A fresh account and instrument that hold the case's position, made by a first fill, and its cash. */
async function open({ multiplier, initial: { cash, qty, avg_price } }: PositionCase) {
  const symbol = newSymbol();
  const terms = { symbol, multiplier } as unknown as { symbol: string; multiplier: number };
  await rows(service.rpc("upsert_instrument", terms));
  const held = Rational.of(qty);
  const paid = held.times(Rational.of(avg_price)).times(Rational.of(multiplier));
  const account = await newAccount({ initial_cash: Rational.of(cash).plus(paid).exact() });
  if (held.sign !== 0) {
    await book({ account, symbol }, {
      side: held.sign > 0 ? "buy" : "sell",
      qty: held.abs().exact(),
      price: avg_price,
      fee: "0",
    });
  }
  return { account, symbol };
}

async function book(
  where: { account: string; symbol: string },
  { side, qty, price, fee }: PositionCase["steps"][number]["fill"],
) {
  const { status, body } = await post({
    ...where,
    id: unique("fill"),
    action: side,
    quantity: qty,
    price,
    fee,
  });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.status, "filled");
  return body;
}

/** What the RPCs of a dashboard say after the last fill, in the words of the cases. */
async function readBack(account: string): Promise<Omit<Expected, "closed_cycle"> & { trades: Trade[] }> {
  const [positions, [summary], fills, trades] = await Promise.all([
    rows<Record<string, string>>(service.rpc("list_positions", { account })),
    rows<Record<string, string>>(service.rpc("portfolio_summary", { account })),
    rows<Record<string, string>>(service.rpc("list_fills", { account, limit: 1 })),
    rows<Trade>(service.rpc("list_trades", { account })),
  ]);
  assert.equal(positions.length, 1);
  const [position = {}] = positions;
  const net = Rational.of(position.realized_pnl ?? "").minus(Rational.of(position.fees ?? ""));
  return {
    qty: position.quantity ?? "",
    side: position.side ?? "",
    avg_price: position.average_price ?? "",
    realized_gross_delta: fills[0]?.realized_pnl ?? "",
    realized_gross_total: position.realized_pnl ?? "",
    fees_total: position.fees ?? "",
    realized_net_total: net.exact(),
    cash: summary?.cash ?? "",
    cost_basis: position.cost_basis ?? "",
    trades,
  };
}

interface Trade {
  gross_pnl: string;
  fees: string;
  net_pnl: string;
}

for (const position of position_cases) {
  Deno.test(`position case ${position.id} over HTTP: ${position.title}`, async () => {
    const where = await open(position);
    let closed = 0;
    for (const { fill, expect } of position.steps) {
      const answer = await book(where, fill);
      const { trades, ...state } = await readBack(where.account);
      for (const [name, value] of Object.entries(state)) {
        assert.equal(value, expect[name as keyof Expected], `${name} after ${fill.side} ${fill.qty}`);
      }
      assert.equal(answer.position.quantity, expect.qty);
      assert.equal(answer.position.average_price, expect.avg_price);
      assert.equal(answer.cash, expect.cash);
      if (expect.closed_cycle !== undefined) {
        closed += 1;
        const { realized_gross, fees, realized_net } = expect.closed_cycle;
        const [last] = trades;
        assert.deepEqual([last?.gross_pnl, last?.fees, last?.net_pnl], [realized_gross, fees, realized_net]);
      }
      assert.equal(trades.length, closed, "closed round trips");
    }
    assert.deepEqual(await rows(service.rpc("verify_account", { account: where.account })), []);
  });
}
