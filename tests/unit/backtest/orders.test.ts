import assert from "node:assert/strict";
import {
  type BacktestOrder,
  type Plan,
  planOrders,
} from "../../../supabase/functions/_shared/backtest/orders.ts";
import { checkProfits } from "../../../supabase/functions/_shared/backtest/check.ts";
import { readCommission } from "../../../supabase/functions/_shared/backtest/commission.ts";
import { scaled } from "../../../supabase/functions/_shared/validators/decimal.ts";
import { csvOf, HEADERS, makeTrades, rowsOf } from "../../support/backtests.ts";
import { readable } from "../../support/exports.ts";

/** A trade: number, side, size, then time, signal and price of its entry and its exit. */
type Line = [number, "long" | "short", string, [string, string, string], [string, string, string]];

async function planOf(...lines: Line[]): Promise<Plan> {
  const rows = lines.flatMap(([number, side, size, entry, exit]) =>
    ([["Exit", exit], ["Entry", entry]] as const).map(([end, [time, signal, price]]) =>
      [number, `${end} ${side}`, `2025-04-01 ${time}`, signal, price, size, "", "1", "", number].map(String)
    )
  );
  return planOrders(await readable(csvOf([HEADERS, ...rows])));
}

/** "09:00 buy 2 @ 10 -> 2" */
const told = ({ time, side, quantity, price, position }: BacktestOrder): string =>
  `${time.slice(11, 16)} ${side} ${quantity} @ ${price} -> ${position}`;

Deno.test("an entry that was closed in parts is one order, and so is a close of several entries", async () => {
  const plan = await planOf(
    [1, "long", "1", ["09:00", "in", "10"], ["10:00", "half", "11"]],
    [2, "long", "1", ["09:00", "in", "10"], ["11:00", "flat", "12"]],
    [3, "long", "0.5", ["10:30", "more", "11"], ["11:00", "flat", "12"]],
  );
  assert.deepEqual(plan.orders.map(told), [
    "09:00 buy 2 @ 10 -> 2",
    "10:00 sell 1 @ 11 -> 1",
    "10:30 buy 0.5 @ 11 -> 1.5",
    "11:00 sell 1.5 @ 12 -> 0",
  ]);
});

Deno.test("a reversal is one order", async () => {
  const plan = await planOf(
    [1, "long", "2", ["09:00", "long", "10"], ["10:00", "short", "11"]],
    [2, "short", "3", ["10:00", "short", "11"], ["11:00", "out", "9"]],
  );
  assert.deepEqual(plan.orders.map(told), [
    "09:00 buy 2 @ 10 -> 2",
    "10:00 sell 5 @ 11 -> -3",
    "11:00 buy 3 @ 9 -> 0",
  ]);
  assert.deepEqual(plan.flats.map(({ roundTrips }) => roundTrips), [2]);
});

Deno.test("orders of one time by other signals are orders of their own, exits before entries", async () => {
  const plan = await planOf(
    [1, "long", "1", ["09:00", "in", "10"], ["10:00", "out", "11"]],
    [2, "long", "1", ["10:00", "in", "11"], ["11:00", "out", "12"]],
  );
  assert.deepEqual(plan.orders.map(told), [
    "09:00 buy 1 @ 10 -> 1",
    "10:00 sell 1 @ 11 -> 0",
    "10:00 buy 1 @ 11 -> 1",
    "11:00 sell 1 @ 12 -> 0",
  ]);
  assert.deepEqual(plan.flats.map(({ profit }) => profit), ["1", "2"]);
});

Deno.test("a trade that ends in the bar of its entry is entered first", async () => {
  const plan = await planOf(
    [1, "long", "1", ["09:00", "in", "10"], ["09:00", "stop", "9"]],
    [2, "short", "1", ["09:00", "in", "9"], ["09:00", "stop", "10"]],
  );
  assert.deepEqual(plan.orders.map(told), [
    "09:00 buy 1 @ 10 -> 1",
    "09:00 sell 1 @ 9 -> 0",
    "09:00 sell 1 @ 9 -> -1",
    "09:00 buy 1 @ 10 -> 0",
  ]);
});

Deno.test("two orders of one time that each end what the other began come to nothing held", async () => {
  const plan = await planOf(
    [1, "long", "1", ["09:00", "a", "10"], ["09:00", "b", "10"]],
    [2, "short", "1", ["09:00", "b", "10"], ["09:00", "a", "10"]],
  );
  assert.deepEqual(plan.orders.map(({ position }) => position), ["2", "0"]);
});

Deno.test("what had not ended is held", async () => {
  const plan = await planOf([1, "short", "4", ["09:00", "in", "10"], ["10:00", "Open", "11"]]);
  assert.deepEqual(plan.orders.map(told), ["09:00 sell 4 @ 10 -> -4"]);
  assert.deepEqual([plan.open, plan.flats], [1, []]);
});

/** Net profit of each position from flat to flat or to a reversal, at average cost, in 10^-18. */
function averageCostProfits(orders: readonly BacktestOrder[]): bigint[] {
  const profits: bigint[] = [];
  let [position, cash] = [0n, 0n];
  for (const { side, quantity, price } of orders) {
    const [size, sign] = [scaled(quantity), side === "buy" ? 1n : -1n];
    const next = position + sign * size;
    const isTurn = position !== 0n && next !== 0n && next > 0n !== position > 0n;
    const part = isTurn ? (position < 0n ? -position : position) : size;
    const value = (units: bigint) => units * scaled(price) / 10n ** 18n;
    cash -= sign * value(part);
    if (position !== 0n && (next === 0n || isTurn)) {
      profits.push(cash);
      cash = isTurn ? -sign * value(size - part) : 0n;
    }
    position = next;
  }
  return profits;
}

for (let seed = 1; seed <= 40; seed++) {
  Deno.test(`the orders of export ${seed} make what its trades made, at every flat point`, async () => {
    const trades = makeTrades(seed, 60);
    const plan = planOrders(await readable(csvOf(rowsOf(trades))));
    assert.equal(plan.orders.at(-1)?.position, "0");
    let [position, before] = [0n, ""];
    for (const { side, quantity, position: after, time } of plan.orders) {
      position += (side === "buy" ? 1n : -1n) * scaled(quantity);
      assert.equal(position, scaled(after));
      assert.ok(time >= before, "in the order of time");
      before = time;
    }
    const check = checkProfits(plan, averageCostProfits(plan.orders));
    assert.deepEqual([check.equal, check.flat_points], [true, plan.flats.length]);
    assert.equal(scaled(check.profit), scaled(check.file_profit), "prices are exact: so is the profit");
  });
}

// The check ------------------------------------------------------------------------------------------

const flats = (...points: [profit: string, room: string, stepRoom: string][]) =>
  points.map(([profit, room, stepRoom], index) => ({
    ...{ profit, room, stepRoom, roundTrips: index + 1, time: `2025-04-0${index + 1}T00:00:00Z` },
  }));
const money = (...amounts: string[]) => amounts.map(scaled);

Deno.test("a profit that is off by more than the file rounds is reported with its first place", () => {
  const plan = { flats: flats(["10", "0.01", "0.01"], ["25", "0.02", "0.01"], ["20", "0.03", "0.01"]) };
  assert.equal(checkProfits(plan, money("10.005", "15", "-5")).equal, true);
  const check = checkProfits(plan, money("10", "15.5", "-5"));
  assert.deepEqual([check.equal, check.differing], [false, 2]);
  assert.deepEqual(check.first_difference, { time: "2025-04-02T00:00:00Z", account: "25.5", file: "25" });
});

Deno.test("a step that is off is seen where the whole still leaves room for it", () => {
  const plan = { flats: flats(["1000", "4", "4"], ["1001", "4", "0.01"]) };
  assert.equal(checkProfits(plan, money("1000", "1")).equal, true);
  assert.equal(checkProfits(plan, money("1000", "2")).differing, 1);
});

Deno.test("an account that closed fewer trades than the file does not equal it, whatever it made", () => {
  assert.equal(checkProfits({ flats: flats(["0", "1", "1"], ["0", "1", "1"]) }, money("0")).equal, false);
});

Deno.test("a commission is read as TradingView's properties say it, exactly", () => {
  assert.deepEqual(readCommission("0.075%"), { fee_bps: "7.5" });
  assert.deepEqual(readCommission("0.05 per contract"), { fee_per_unit: "0.05" });
  assert.deepEqual(readCommission("1 Per Order"), { fee_per_trade: "1" });
  assert.deepEqual(readCommission("0.1 percent"), { fee_bps: "10" });
  assert.deepEqual(readCommission("0.05/contract"), { fee_per_unit: "0.05" });
  assert.deepEqual(readCommission("cash_per_contract 0.05"), { fee_per_unit: "0.05" });
  assert.deepEqual(readCommission("strategy.commission.cash_per_order: 2"), { fee_per_trade: "2" });
  for (const wrong of ["", "0.1", "-1%", "1,5%", "a per order", "1 per lot", "1 constructor", "percent"]) {
    assert.equal(readCommission(wrong), null);
  }
});
