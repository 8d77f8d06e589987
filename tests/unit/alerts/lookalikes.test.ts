import assert from "node:assert/strict";
import { alertOf, problemsOf, read } from "./reading.ts";

/** What looks like a kind of spellings.test.ts and is none. */
const NOT_SO: [what: string, message: unknown, path: string][] = [
  ["a long_stop is no order to buy: it tells that a long was left", {
    symbol: "A",
    action: "long_stop",
    qty: 1,
    price: 9,
  }, "action"],
  ["a stop_loss is no type of an order: it may tell that one was hit", {
    symbol: "A",
    side: "sell",
    qty: 1,
    type: "stop_loss",
    price: 9,
  }, "order_type"],
  ["a side in one word with a type contradicts another side", {
    symbol: "A",
    action: "sell",
    order_type: "buy_limit",
    qty: 1,
    price: 9,
  }, "action"],
  ["a type in one word with a side contradicts another type", {
    symbol: "A",
    action: "buy_limit",
    order_type: "market",
    qty: 1,
    price: 9,
  }, "order_type"],
  ["a market that is no pair is no symbol", { market: "USDT-FUTURES", side: "buy", qty: 1 }, "symbol"],
  ["several orders are not one", {
    orders: [{ symbol: "A", side: "buy", quantity: 1 }, { symbol: "B", side: "buy", quantity: 1 }],
  }, "orders[0].quantity"],
  [
    "a part of a position without how much is not all of it",
    { symbol: "A", action: "reduce", side: "long" },
    "quantity",
  ],
  ["a part of 0 is not all of it", { symbol: "A", action: "close_partial", qty: 0 }, "quantity"],
  [
    "a percentage of a half may be a fraction",
    { symbol: "A", action: "close", close_percent: 0.5 },
    "quantity",
  ],
  [
    "a percentage of 1 may be all",
    { symbol: "A", action: "reduce", side: "long", position_percentage: 1 },
    "quantity",
  ],
  ["a close of 0 percent is no close", { symbol: "A", action: "close", qty: "0%" }, "quantity"],
  ["a part of 0 percent is no close", { symbol: "A", action: "reduce", qty: "0%" }, "quantity"],
  ["a sell of 0 closes nothing", { symbol: "A", action: "sell", qty: 0 }, "quantity"],
  [
    "a negative take profit is none",
    { symbol: "A", action: "buy", qty: 1, price: 9, tp: "-3%" },
    "take_profit.percent",
  ],
  ["a price of exit beside an entry is an exit that is wanted", {
    symbol: "A",
    action: "buy",
    qty: 1,
    exit_price: 20,
  }, "exit_price"],
  ["a stock is no option", { symbol: "AAPL", action: "buy", qty: 1, class: "option" }, "class"],
  ["a reversal by an amount of money knows no position", {
    stub: "dev",
    symbol: "A",
    direction: "short",
    size: "50",
    mode: "reverse",
  }, "quantity"],
];
for (const [what, message, path] of NOT_SO) {
  Deno.test(`the reading knows that ${what}`, () => {
    const problems = problemsOf(message);
    assert.ok(problems.some((problem) => problem.path === path), JSON.stringify(problems));
  });
}

Deno.test("a position size is money only for the sender who counts it so", () => {
  const message = { symbol: "A", type: "buy", position_size: 3 };
  assert.deepEqual(alertOf(message).target, { side: "long", quantity: "3" });
});

Deno.test("a signal of an entry that has an action says the position wanted by its size", () => {
  const message = { symbol: "A", type: "entry", signal_id: "1", pair: "A", action: "buy", position_size: 3 };
  assert.deepEqual(alertOf(message).target, { side: "long", quantity: "3" });
});

Deno.test("a command to an instrument is CrossTrade's only in its words", () => {
  const message = { command: "buy", instrument: "A", qty: 1, strategy: "mine" };
  assert.equal(alertOf(message).strategy, "mine");
});

Deno.test("close as a price is a price, and as a flag that is not set nothing", () => {
  assert.equal(alertOf({ symbol: "A", action: "buy", qty: 1, close: 1 }).price, "1");
  const flagged = alertOf({ symbol: "A", action: "buy", qty: 1, price: 9, close: false });
  assert.deepEqual([flagged.action, flagged.price], ["buy", "9"]);
});

Deno.test("what a close does not need is listed", () => {
  const result = read({ symbol: "A", action: "close", quantity: 0, tp: 12, exitPrice: 9, cancel: true });
  assert.ok(result.ok);
  assert.deepEqual(result.alerts[0]?.ignored.toSorted(), ["cancel", "exitPrice", "quantity", "tp"]);
});

Deno.test("names for one thing that say two are refused", () => {
  const order = { symbol: "A", action: "sell", qty: 1, price: 9 };
  for (
    const twice of [
      { ticker: "B" },
      { position_size: 2, target_position: -1 },
      { position_side: "short", posSide: "long" },
      { reduce_only: false, close_only: true },
    ]
  ) {
    const problems = problemsOf({ ...order, ...twice });
    assert.deepEqual(problems.map(({ code }) => code), ["duplicate_field"], JSON.stringify(twice));
    assert.match(problems[0]?.message ?? "", /leave one of them out/);
  }
});
