import assert from "node:assert/strict";
import { alertOf, ignoredOf, pathsOf, problemsOf } from "./reading.ts";

const order = { symbol: "A", price: 100, quantity: 5 };
type Message = Record<string, unknown>;

/** What an order becomes: its action, and the side of the position that it may not leave. */
function clamped(message: Message): [action: string | null, side: string | null] {
  const { action, target } = alertOf({ ...order, ...message });
  return [action, target?.quantity === null ? target.side : null];
}

function assertRefused(messages: readonly Message[], path: RegExp, says: RegExp): void {
  for (const message of messages) {
    const problems = problemsOf({ ...order, ...message });
    assert.ok(
      problems.some((problem) => path.test(problem.path) && says.test(problem.message)),
      JSON.stringify({ message, problems }),
    );
  }
}

Deno.test("what only reduces never opens: it is clamped to the side that it takes from", () => {
  for (const flag of ["reduce_only", "reduceOnly", "close_only", "is_exit", "exit_only"]) {
    assert.deepEqual(clamped({ action: "sell", [flag]: true }), ["sell", "long"]);
    assert.deepEqual(clamped({ action: "buy", [flag]: "yes" }), ["buy", "short"]);
    assert.deepEqual(clamped({ action: "sell", [flag]: true, market_position: "long" }), ["sell", "long"]);
    assert.deepEqual(clamped({ side: "sell", positionSide: "LONG", [flag]: true }), ["sell", "long"]);
    assert.deepEqual(clamped({ action: "sell_to_close", [flag]: true }), ["sell", "long"]);
    assert.deepEqual(clamped({ action: "sell", direction: "short", [flag]: true }), ["sell", "long"]);
    assert.deepEqual(clamped({ action: "sell", [flag]: false }), ["sell", null]);
  }
});

Deno.test("what only reduces is refused where the rest of the message opens", () => {
  assertRefused(
    [
      { side: "buy", positionSide: "LONG", reduceOnly: "true" },
      { action: "sell", reduce_only: true, market_position: "short" },
      { action: "sell", reduce_only: true, sentiment: "bearish" },
      { action: "long", reduce_only: true },
      { action: "enter_long", reduce_only: true },
      { action: "buy_to_open", is_exit: true },
      { action: "open", side: "long", close_only: true },
      { action: "add", side: "short", exit_only: true },
      { action: "increase", position_side: "long", reduce_only: true },
      { action: "reverse", side: "long", reduce_only: true },
      { action: "buy", mode: "reverse", reduce_only: true },
    ],
    /^action$/,
    /only reduces, but the rest opens.*send close/,
  );
  assertRefused([{ action: "sell", reduce_only: true, position_size: -10 }], /^target.side$/, /another side/);
});

Deno.test("a side beside an exit's flag is that of the position", () => {
  for (const flag of ["is_exit", "exit_only"]) {
    assert.deepEqual(clamped({ side: "long", [flag]: true }), ["close", "long"]);
    assert.deepEqual(clamped({ direction: "Short", [flag]: "1" }), ["close", "short"]);
  }
  assertRefused([{ side: "long", reduce_only: true }], /^action$/, /only reduces/);
});

Deno.test("an exit closes as much as it says, and not what is left of the position wanted, which it might have to buy", () => {
  for (const exit of [{ action: "exit" }, { action: "close_long" }, { action: "sell", is_exit: true }]) {
    const left = { market_position: "long", market_position_size: "5" };
    const { target, quantity } = alertOf({ ...order, ...exit, ...left });
    assert.deepEqual([target, quantity], [{ side: "long", quantity: null }, "5"]);
    assert.deepEqual(alertOf({ ...order, ...exit, position_size: 5 }).target, {
      side: "long",
      quantity: null,
    });
    assert.deepEqual(pathsOf({ symbol: "A", ...exit, ...left }), ["quantity"]);
    const flat = alertOf({ symbol: "A", ...exit, position_size: 0 });
    assert.deepEqual(flat.target, { side: "flat", quantity: "0" });
  }
  assert.deepEqual(alertOf({ ...order, action: "sell", position_size: 5 }).target, {
    side: "long",
    quantity: "5",
  }, "a sell without a flag is no exit: the position wanted decides");
});

Deno.test("a percentage of what only takes from a position is of the position", () => {
  const typeOf = (message: Message) => {
    const { quantity, quantity_type } = alertOf({ symbol: "A", price: 100, ...message });
    return `${quantity} ${quantity_type}`;
  };
  const percent = { quantity: "50", quantity_type: "percent" };
  for (
    const message of [
      { action: "sell_to_close", ...percent },
      { action: "cover", quantity_percent: "50" },
      { side: "sell", positionSide: "LONG", ...percent },
      { action: "sell", market_position: "long", ...percent },
      { action: "sell", market_position: "long", quantity: "50%" },
      { action: "sell", reduce_only: true, quantity: "50%" },
      { action: "sell", direction: "long", ...percent },
      { action: "close", ...percent },
    ]
  ) assert.equal(typeOf(message), "50 percent_of_position", JSON.stringify(message));
  for (
    const message of [
      { action: "buy", ...percent },
      { action: "long", ...percent },
      { action: "sell", market_position: "short", ...percent },
      { action: "buy", positionSide: "LONG", ...percent },
    ]
  ) assert.equal(typeOf(message), "50 percent_of_equity", JSON.stringify(message));
  assert.deepEqual(pathsOf({ symbol: "A", action: "buy", quantity: "50%", market_position: "long" }), [
    "quantity",
  ]);
});

Deno.test("a percentage to close takes from a position only, and of 0 it is refused", () => {
  for (const name of ["close_percent", "closePercentage", "close_pct"]) {
    const read = (message: Message) => alertOf({ symbol: "A", [name]: "50", ...message });
    assert.deepEqual(read({ action: "buy" }).target, { side: "short", quantity: null });
    assert.deepEqual(read({ action: "sell" }).target, { side: "long", quantity: null });
    assert.equal(read({ action: "sell" }).quantity_type, "percent_of_position");
    assert.deepEqual(read({ side: "long" }).action, "close");
    assert.deepEqual(pathsOf({ symbol: "A", action: "close", [name]: "0" }), ["quantity"]);
    assert.deepEqual(pathsOf({ symbol: "A", action: "long", [name]: "50" }), ["action"]);
    assert.equal(alertOf({ ...order, action: "buy", [name]: 0 }).target, null);
    assert.equal(alertOf({ ...order, action: "close", [name]: 0 }).quantity, "5");
  }
});

Deno.test("a side under any name of the action says which position a buy or sell takes from", () => {
  for (const name of ["side", "direction", "trade_type", "signal", "type", "position_side"]) {
    assert.deepEqual(clamped({ action: "buy", [name]: "short" }), ["buy", "short"], name);
    assert.deepEqual(clamped({ action: "sell", [name]: "LONG" }), ["sell", "long"], name);
  }
  assert.deepEqual(clamped({ action: "buy", position: { type: "short" } }), ["buy", "short"]);
  assert.deepEqual(clamped({ action: "sell", signal: "sell_to_close" }), ["sell", "long"]);
  assert.deepEqual(clamped({ action: "buy", position_side: "net", direction: "short" }), ["buy", "short"]);
  assert.deepEqual(clamped({ action: "buy", position_side: "both" }), ["buy", null]);
  assert.deepEqual(
    clamped({ action: "buy", signal: "long" }),
    ["buy", null],
    "the same side says nothing more",
  );
  assertRefused([{ action: "buy", signal: "flat" }], /^action$/, /two values/);
});

Deno.test("Bitget's close is of the side that it names, in whatever words", () => {
  for (
    const [side, closes] of [["buy", "long"], ["long", "long"], ["sell", "short"], ["short", "short"], [
      "close_short",
      "short",
    ]]
  ) {
    assert.deepEqual(clamped({ tradeSide: "close", side }), ["close", closes]);
  }
  assert.deepEqual(clamped({ tradeSide: "open", side: "buy" }), ["buy", null]);
});

Deno.test("an entry goes to the one side that all of the message says", () => {
  for (const action of ["entry", "open", "enter", "add", "scale_in"]) {
    assert.deepEqual(clamped({ action, side: "long" }), ["buy", "long"]);
    assert.deepEqual(clamped({ action, side: "sell", position_side: "short" }), ["sell", "short"]);
    assert.deepEqual(clamped({ action, side: "sell" }), ["sell", null]);
    assert.deepEqual(clamped({ action, signal: "buy" }), ["buy", null]);
    assertRefused(
      [
        { action, side: "buy", position_side: "short" },
        { action, side: "buy", direction: "short" },
        { action, signal: "sell", side: "long" },
        { action, side: "buy", signal: "sell" },
        { action, direction: "long", market_position: "short" },
        { action, side: "long", type: "short" },
        { action, side: "long", market_position: "flat" },
      ],
      /^target.side$/,
      /another side|two values/,
    );
    assertRefused([{ action, side: "long", type: "close" }], /^action$/, /two values/);
  }
  assertRefused(
    [
      { action: "long", position_side: "short" },
      { action: "enter_long", market_position: "short" },
      { action: "buy", position_side: "long", market_position: "short" },
      { action: "reverse", side: "long", market_position: "short" },
      { action: "buy", mode: "reverse", side: "short" },
    ],
    /^target.side$/,
    /another side/,
  );
});

Deno.test("a side that a close overrules, and a position wanted beside a cancel, are listed", () => {
  assert.deepEqual(ignoredOf({ symbol: "A", action: "close_long", side: "short" }), ["side"]);
  assert.deepEqual(ignoredOf({ symbol: "A", action: "close_long", market_position: "short" }), [
    "market_position",
  ]);
  assert.deepEqual(ignoredOf({ symbol: "A", action: "close_long", side: "sell", position_side: "long" }), []);
  assert.deepEqual(ignoredOf({ symbol: "A", action: "cancel", market_position: "long" }), [
    "market_position",
  ]);
  assert.deepEqual(ignoredOf({ symbol: "A", action: "cancel", position_size: 3 }), ["position_size"]);
});

Deno.test("a close is of the side that it names in one word, before all that stands beside it", () => {
  for (
    const beside of [
      { side: "short" },
      { position_side: "short" },
      { market_position: "short" },
      { close_position: "true" },
      { side: "sell" },
    ]
  ) assert.deepEqual(clamped({ action: "close_long", ...beside }), ["close", "long"], JSON.stringify(beside));
  assert.deepEqual(clamped({ action: "close", side: "buy", direction: "short" }), ["close", "short"]);
  assert.deepEqual(clamped({ action: "close", signal: "close_short" }), ["close", "short"]);
  assert.deepEqual(clamped({ action: "sell", intent: "close_long" }), ["close", "long"]);
  assertRefused(
    [
      { action: "close_long", close_side: "short" },
      { action: "close_long", market_position: "short", market_position_size: 10 },
      { action: "close_long", position_size: -10 },
      { action: "close_long", signal: "close_short" },
      { action: "buy", intent: "close_long" },
    ],
    /^(target.side|action)$/,
    /another side|two values/,
  );
});

Deno.test("a current position that the order contradicts may be the one before it, and is refused", () => {
  for (const name of ["current_position", "currentPosition"]) {
    assertRefused(
      [
        { action: "buy", [name]: "flat" },
        { action: "buy", [name]: "short" },
        { action: "sell", [name]: "long" },
      ],
      /^target.side$/,
      /before the order/,
    );
    assert.deepEqual(clamped({ action: "buy", [name]: "long" }), ["buy", "long"]);
    const after = alertOf({ ...order, action: "sell", [name]: "flat", prev_position: "long" });
    assert.deepEqual(after.target, { side: "flat", quantity: "0" });
    assert.equal(alertOf({ symbol: "A", [name]: "flat" }).target?.side, "flat");
  }
});

Deno.test("a close beside a reversal is refused, a reversal alone is the position wanted", () => {
  assertRefused(
    [{ action: "close", reverse: true, side: "long" }, { action: "exit_long", mode: "reverse" }],
    /^action$/,
    /close beside a reversal/,
  );
  assert.deepEqual(alertOf({ ...order, action: "buy", reverse: true }).target, {
    side: "long",
    quantity: "5",
  });
});
