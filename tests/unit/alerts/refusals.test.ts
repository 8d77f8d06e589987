import assert from "node:assert/strict";
import { alertOf, buy, problemsOf, read } from "./reading.ts";

/** Kinds of what cannot be done: fields beside a plain buy that say so, and what the sender is told to send. */
const REFUSED: [kind: string, fields: Record<string, unknown>[], says: RegExp][] = [
  ["what the exits of a template are", [
    { atm_strategy: "MyATM" },
    { atmTemplate: "MyATM" },
  ], /send take_profit and stop_loss/],
  ["a condition on what is held", [
    { require_market_position: "flat" },
    { max_positions: 1 },
    { only_if: "flat" },
    { long_only: true },
    { max: "500" },
  ], /send the position wanted as position_size/],
  ["not to add to what is held", [{ pyramid: false }, { allow_pyramiding: "no" }], /position_size/],
  ["never to go short", [{ allow_short: false }, { allowLong: "false" }], /sell_to_close/],
  ["an order that ends by itself", [
    { cancel_after: 60 },
    { gtd_in_second: 60 },
    { timeToLive: 5 },
  ], /send time_in_force, or later a cancel/],
  ["a wait before the order", [{ delay: 5 }, { delaySeconds: "30" }], /send it when it is to trade/],
  ["an order that is none", [{ ticker: "AAPL", test: true }, { isTest: "true" }], /\?dry_run=1/],
  ["a position that is an action", [{ position: "sell" }], /send action, or the position wanted/],
  ["a cancel beside an order", [
    { cancel: true },
    { cancelAllOrders: true },
    { cancel_orders: "True" },
  ], /send a cancel as an alert of its own/],
  ["a factor or part of the size", [
    { leverage_factor: 0.5 },
    { sizing: "percent" },
    { perc: 50 },
    { portion: 0.5 },
    { fraction: "1/2" },
    { scale: 0.5 },
    { ratio: 0.5 },
  ], /send quantity and quantity_type/],
  ["a distance from the price", [{ orderPriceOffset: "0.1" }, { offset: 5 }], /send the price itself/],
  ["exits by offset", [{ slOffset: 5 }, { stop_out: 8 }, { invalidation: 8 }], /send stop_loss as a price/],
  ["several entries", [{ entries: [9, 8] }, { entry_min: 8, entry_max: 9 }], /limit_price/],
  ["several accounts", [{ accounts: ["a", "b"] }], /an alert for each account/],
  ["further orders", [
    { orders: [{ action: "sell", quantity: 1 }, { action: "buy", quantity: 1 }] },
  ], /each order as an alert of its own, in one JSON array/],
  ["what is done to all symbols at once", [
    { command: "FLATTENEVERYTHING" },
    { task: "close everything" },
  ], /for each symbol as an alert of its own/],
  ["a square off in points", [{ squareoff: 10 }], /send action/],
  [
    "a mode that changes the order",
    [{ mode: "overflow" }, { order_class: "oco" }],
    /say it by action|each order/,
  ],
  ["ccxt's prices that make the order wait", [
    { params: { stopLossPrice: 8 } },
    { params: { takeProfitPrice: 12 } },
  ], /"order_type": "stop"/],
];
for (const [kind, several, says] of REFUSED) {
  Deno.test(`a message says what to send instead of ${kind}`, () => {
    for (const fields of several) {
      const problems = problemsOf(buy(fields));
      assert.ok(problems.every(({ code }) => code === "unknown_field"), JSON.stringify(problems));
      assert.match(problems[0]?.message ?? "", says, JSON.stringify(fields));
    }
  });
}

Deno.test("a field that would change the order and is not set changes nothing", () => {
  for (
    const fields of [
      { pyramid: true },
      { allow_short: true },
      { cancel: false, cancel_after: 0, max_positions: "0" },
      { leverage_factor: 1 },
      { test: false, delay: 0 },
      { accounts: [], entries: [] },
      { params: { stopLossPrice: 0 } },
      { duration: "15 minutes", leverage: 5 },
    ]
  ) assert.deepEqual(alertOf(buy(fields)), alertOf(buy()), JSON.stringify(fields));
});

Deno.test("advice is of the words of a name, not of letters within them", () => {
  const advice = (name: string, value: unknown = 2) => problemsOf(buy({ [name]: value }))[0]?.message ?? "";
  assert.match(advice("closeCurrentPosition", true), /send action/);
  assert.match(advice("preventPyramiding", true), /position_size/);
  assert.match(advice("amountPerTrade"), /send quantity/);
  assert.match(advice("positionSizePercentage"), /send quantity/);
  assert.match(advice("contract_month"), /contract's own symbol/);
  assert.match(advice("tp_level"), /send take_profit/);
  assert.match(advice("MYTAKEPROFITLEVEL"), /send take_profit/);
  assert.match(advice("sl_level"), /send stop_loss/);
});

Deno.test("every field that is refused says what to send, whatever its name speaks of", () => {
  for (
    const name of ["my_side", "delta_x", "hedge", "multiplier", "right_x", "volx_vol", "require", "x_max"]
  ) {
    const [problem] = problemsOf(buy({ [name]: "7" }));
    assert.match(problem?.message ?? "", /: (send|say|an alert)/, name);
  }
});

/** What is wrong with a field that is known, and what the message then says to send. */
const SAYS: [what: string, message: unknown, path: string, says: RegExp][] = [
  ["a size below 0", { contract: "A", size: -10 }, "quantity", /without its sign, and "action": "sell"/],
  ["a price of 0", { symbol: "A", action: "buy", qty: 1, price: 0 }, "price", /leave it out/],
  ["an entry without a side", { symbol: "A", type: "entry", qty: 1 }, "action", /buy or sell, or side long/],
  ["ticks", buy({ take_profit: "20 ticks" }), "take_profit.limit_price", /take_profit\.amount/],
  [
    "a limit price that has another name",
    { symbol: "A", type: "BUY_LIMIT", qty: 1, openPrice: 9 },
    "limit_price",
    /not understood: openPrice/,
  ],
  [
    "a list of stop losses",
    buy({ stop_loss: [{ price: 8 }, { price: 9 }] }),
    "stop_loss.stop_price",
    /a list/,
  ],
  [
    "an object in place of a number",
    { symbol: "A", action: "buy", open: { amount: 1 } },
    "open",
    /quantity and price/,
  ],
  ["an exit that says nothing known", buy({ stop_loss: { cool: 3 } }), "stop_loss", /stop_loss\.percent/],
  [
    "a stop price of a market order",
    buy({ type: "market", stop_price: 9 }),
    "stop_price",
    /"order_type": "stop"/,
  ],
  ["a trail of a market order", buy({ type: "market", trail_percent: 9 }), "trail_percent", /trailing_stop/],
  ["lines of which one is no pair", "hello\nsymbol=A", "", /send for example/],
];
for (const [what, message, path, says] of SAYS) {
  Deno.test(`a message says what to send instead of ${what}`, () => {
    const problem = problemsOf(message).find((each) => each.path === path);
    assert.match(problem?.message ?? "", says, JSON.stringify(problemsOf(message)));
  });
}

Deno.test("of one field no two things are said", () => {
  const paths = problemsOf({ symbol: "A", action: "reverse", side: "short", quote_amount: 50 })
    .map(({ path }) => path);
  assert.deepEqual(paths, ["quantity"]);
});

Deno.test("a sender's own meaning is refused in its messages only", () => {
  const template = "command=PLACE;instrument=A;action=BUY;qty=1;strategy=MyATM";
  assert.match(problemsOf(template)[0]?.message ?? "", /ATM/);
  const synchronized = `${template};market_position=long`;
  assert.equal(alertOf(synchronized).strategy, "MyATM", "the position wanted is known");
  assert.equal(alertOf({ symbol: "A", action: "buy", qty: 1, strategy: "MyATM" }).strategy, "MyATM");

  const towerflow = { symbol: "A", side: "BUY", size: 500, dilution: false };
  assert.match(problemsOf(towerflow)[0]?.message ?? "", /quote_quantity where it is money/);
  assert.equal(alertOf({ symbol: "A", side: "BUY", size: 500 }).quantity, "500");
});

Deno.test("an owner may accept what is refused by its name, too", () => {
  const settingsOf = () => ({
    unknown_fields: "ignore" as const,
    default_quantity: null,
    default_quantity_type: "units",
    nonpositive_symbols: [],
  });
  const result = read(buy({ pyramid: false }), { settingsOf });
  assert.ok(result.ok);
  assert.deepEqual(result.alerts[0]?.ignored, ["pyramid"]);
});
