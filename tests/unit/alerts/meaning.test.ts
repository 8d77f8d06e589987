import assert from "node:assert/strict";
import { alertOf, pathsOf, problemsOf, read } from "./reading.ts";

const base = { symbol: "A", action: "buy", qty: 1, price: 10 };

/** Messages, each with what its sender meant: fields of the canonical alert. */
const MEANT: [what: string, message: unknown, meant: Record<string, unknown>][] = [
  ["reduce_only on a sell closes a long", { symbol: "A", action: "sell", qty: 2, reduceOnly: true }, {
    action: "sell",
    target: { side: "long", quantity: null },
  }],
  ["reduce_only on a buy closes a short", { symbol: "A", action: "buy", qty: 2, reduce_only: "true" }, {
    action: "buy",
    target: { side: "short", quantity: null },
  }],
  ["a false flag changes nothing", {
    symbol: "A",
    action: "buy",
    qty: 2,
    reduce_only: false,
    closePosition: "no",
  }, {
    action: "buy",
    target: null,
  }],
  ["close_position closes all of it", { symbol: "A", side: "sell", qty: 2, close_position: "True" }, {
    action: "close",
    quantity: null,
    target: null,
  }],
  ["close_side closes one side", { symbol: "A", close_side: "short" }, {
    action: "close",
    target: { side: "short", quantity: null },
  }],
  ["mode reverse turns the position over", { symbol: "A", action: "sell", qty: 2, mode: "reverse" }, {
    action: "sell",
    quantity: null,
    target: { side: "short", quantity: "2" },
  }],
  ["position is a target by its word", { symbol: "A", action: "buy", qty: 1, position: "long" }, {
    target: { side: "long", quantity: null },
  }],
  ["position is a target by its number", { symbol: "A", position: "-3" }, {
    target: { side: "short", quantity: "3" },
  }],
  ["open and a side", { symbol: "A", action: "open", side: "short", qty: 1 }, {
    action: "sell",
    target: { side: "short", quantity: null },
  }],
  [
    "a market order's price of 0 is none",
    { symbol: "A", action: "buy", qty: 1, pricetype: "MKT", price: 0 },
    {
      price: null,
    },
  ],
  ["exits of 0 are none", { symbol: "A", action: "buy", qty: 1, tp: "0", sl: 0, trail_percent: 0 }, {
    take_profit: null,
    stop_loss: null,
    order_type: "market",
  }],
  ["SL is a stop with a limit", {
    symbol: "A",
    action: "buy",
    qty: 1,
    pricetype: "SL",
    price: 11,
    trigger_price: 10,
  }, {
    order_type: "stop_limit",
    limit_price: "11",
    stop_price: "10",
    price: null,
  }],
  ["SL-M is a stop", { symbol: "A", action: "buy", qty: 1, pricetype: "SL-M", price: 0, trigger_price: 10 }, {
    order_type: "stop",
    stop_price: "10",
  }],
  ["an amount of money", { symbol: "A", action: "buy", quote_amount: "100", price: 5 }, {
    quantity: "100",
    quantity_type: "notional",
  }],
  ["half of a position", { symbol: "A", action: "close", size: "50%" }, {
    quantity: "50",
    quantity_type: "percent_of_position",
  }],
  ["percent of a purchase is of equity", {
    symbol: "A",
    action: "buy",
    qty: 5,
    qty_type: "percent",
    price: 1,
  }, {
    quantity_type: "percent_of_equity",
  }],
  ["one numbered take profit is the take profit", { symbol: "A", action: "buy", qty: 1, tp1: 12 }, {
    take_profit: { limit_price: "12" },
  }],
  ["one leg is the order", {
    secret: "not-a-key-of-ours",
    alertType: "multi_leg_order",
    order_legs: [{
      transactionType: "B",
      orderType: "MKT",
      quantity: "1",
      exchange: "NSE",
      symbol: "NIFTY1!",
      productType: "I",
      price: "0",
    }],
  }, { symbol: "NIFTY1!", exchange: "NSE", action: "buy", quantity: "1", order_type: "market", price: null }],
  ["a message in a message, as text", { alert: JSON.stringify({ symbol: "A", action: "buy", qty: 1 }) }, {
    symbol: "A",
    action: "buy",
    quantity: "1",
  }],
  [
    "TradingView's own text with a short",
    "Name (1, 2): order sell @ 1,000.5 filled on NASDAQ:AAPL. New strategy position is -1000.5",
    {
      symbol: "AAPL",
      exchange: "NASDAQ",
      action: "sell",
      quantity: "1000.5",
      target: { side: "short", quantity: "1000.5" },
    },
  ],
  ["an order's text beside its fields is its comment", {
    symbol: "A",
    action: "buy",
    qty: 1,
    message: "A: order buy @ 9 filled on B. New strategy position is 9",
  }, {
    symbol: "A",
    quantity: "1",
  }],
  ["Alpaca's bracket is its exits", {
    ...base,
    order_class: "bracket",
    take_profit: { limit_price: 12 },
    stop_loss: { stop_price: 9 },
  }, {
    take_profit: { limit_price: "12" },
    stop_loss: { type: "stop", stop_price: "9" },
  }],
  ["Bybit's order", {
    category: "linear",
    symbol: "A",
    side: "Buy",
    orderType: "Market",
    qty: "1",
    takeProfit: "12",
    stopLoss: "9",
    tpslMode: "Full",
    tpTriggerBy: "LastPrice",
    positionIdx: 0,
    reduceOnly: false,
  }, {
    action: "buy",
    quantity: "1",
    order_type: "market",
    take_profit: { limit_price: "12" },
  }],
  ["Bitget's order", {
    symbol: "A",
    productType: "USDT-FUTURES",
    marginMode: "isolated",
    size: "0.1",
    side: "buy",
    tradeSide: "open",
    orderType: "limit",
    price: "9",
    force: "gtc",
  }, {
    action: "buy",
    quantity: "0.1",
    order_type: "limit",
    limit_price: "9",
    time_in_force: "gtc",
  }],
  ["the words of options desks", { symbol: "A 240901C150", action: "STC", qty: 1 }, {
    action: "sell",
    target: { side: "long", quantity: null },
  }],
  ["a quantity in dollars, said by a flag", { ...base, usd_order: "true" }, { quantity_type: "notional" }],
  ["a flag that is not set leaves units", { ...base, usd_order: "false" }, { quantity_type: "units" }],
  ["a position after the order by another name", {
    symbol: "A",
    instruction: "sell",
    qty: 1,
    mar_pos: "flat",
    mar_pos_size: 0,
  }, {
    action: "sell",
    target: { side: "flat", quantity: "0" },
  }],
  ["an exit of a side in other order", { symbol: "A", signal: "long_exit" }, {
    action: "close",
    target: { side: "long", quantity: null },
  }],
  ["exits of a close have no use", { symbol: "A", action: "close", tp: 12, sl: 8, price: 10 }, {
    take_profit: null,
    stop_loss: null,
  }],
];
for (const [what, message, meant] of MEANT) {
  Deno.test(`the reading: ${what}`, () => {
    const alert: Record<string, unknown> = alertOf(message);
    for (const [field, value] of Object.entries(meant)) assert.deepEqual(alert[field], value, field);
  });
}

Deno.test("OctoBot's STOP_PRICE is where the position is left, everybody else's is where it is entered", () => {
  const lines = "SIGNAL=BUY\nSYMBOL=BTC/USDT\nVOLUME=0.1\nPRICE=100\nSTOP_PRICE=90";
  assert.equal(alertOf(lines).stop_loss?.stop_price, "90");
  assert.equal(alertOf({ symbol: "A", action: "buy", qty: 1, stop_price: 110 }).stop_price, "110");
});

Deno.test("force is a time in force, as Bitget has it", () => {
  assert.equal(alertOf({ ...base, force: "ioc" }).time_in_force, "ioc");
});

/** What is refused, where, and what the sender is told to do. */
const REFUSED: [what: string, message: unknown, path: string, says: RegExp][] = [
  ["option fields", { ...base, strike: 150, expiration: "+1 month" }, "strike", /contract's own symbol/],
  [
    "a value that speaks of an option",
    { ...base, instrument_kind: "CALL" },
    "instrument_kind",
    /not understood/,
  ],
  ["a buy beside a sell", { ...base, strategy: { order: { action: "sell" } } }, "action", /two values/],
  ["several legs", { ...base, legs: [{ symbol: "A" }, { symbol: "B" }] }, "legs[0].symbol", /one contract/],
  ["distances in pips", { ...base, sl_pips: 20 }, "sl_pips", /stop_loss.amount/],
  ["a size by risk", { ...base, risk: "2" }, "risk", /risk_percent/],
  ["several take profits", { ...base, tp1: 11, tp2: 12 }, "take_profit", /say how much each closes/],
  ["a target that is a price", { ...base, target: "1.16" }, "target", /is a number, which is a price/],
  ["a reversal without a side", { symbol: "A", action: "reverse", qty: 1 }, "action", /long or short/],
  ["two sizes", { ...base, quote_amount: 100 }, "quantity", /only one can be meant/],
  ["money with its sign", { symbol: "A", action: "buy", qty: "100$" }, "quantity", /currency sign/],
  ["a quantity of 0", { symbol: "A", action: "sell", quantity: "0" }, "quantity", /position_size/],
  [
    "a size under a name that nobody knows",
    { symbol: "A", action: "buy", how_many: "5" },
    "quantity",
    /how_many/,
  ],
  [
    "a bar's volume where a size is missing",
    { symbol: "A", action: "buy", price: 10, volume: 153000, timeframe: "60" },
    "quantity",
    /is missing/,
  ],
  [
    "a chart's volume, by its ticker and a time",
    { ticker: "A", action: "buy", time: "2026-11-23T01:00:00Z", volume: 400 },
    "quantity",
    /volume is the bar's here: send quantity/,
  ],
  ["an unquoted time", '{"symbol": "A", "time": 2026-11-27T01:00:00Z}', "", /quotes/],
  ["a semicolon at the end", '{"symbol": "A", "action": "buy", "quantity": 1};', "", /a ; stands after/],
  ["PineConnector's text", "10000000000,sell,GBPJPY,sl=50,risk=1", "", /PineConnector.*send for example/],
  ["Alertatron's text", "MyKeys(XBTUSD) { market(side=buy, amount=100); }", "", /Alertatron/],
  ["Autoview's text", "e=bitmex s=xbtusd b=long q=50%", "", /Autoview/],
  ["free text", "buy some now please", "", /neither JSON nor key=value.*send for example/],
];
for (const [what, message, path, says] of REFUSED) {
  Deno.test(`the reading refuses ${what}, and says what to send`, () => {
    const problems = problemsOf(message);
    assert.ok(
      problems.some((problem) => problem.path === path && says.test(problem.message)),
      JSON.stringify(problems),
    );
  });
}

Deno.test("a text that is neither JSON nor pairs has one problem", () => {
  assert.equal(problemsOf("🔔 BUY SIGNAL\nfor you\nand me").length, 1);
});

Deno.test("several take profits are listed where the message says the position wanted", () => {
  const result = read({ ...base, position_size: 1, tp1: 11, tp2: 12 });
  assert.ok(result.ok);
  assert.deepEqual(result.alerts[0]?.ignored, ["tp1", "tp2"]);
});

const settings = (changes: object) => () => ({
  unknown_fields: "refuse" as const,
  default_quantity: null,
  default_quantity_type: "units",
  nonpositive_symbols: [],
  ...changes,
});

Deno.test("an owner who accepts it has what is not understood ignored, and listed all the same", () => {
  const message = { ...base, my_risk_size: "2" };
  assert.deepEqual(pathsOf(message), ["my_risk_size"]);
  const result = read(message, { settingsOf: settings({ unknown_fields: "ignore" }) });
  assert.ok(result.ok);
  assert.deepEqual(result.alerts[0]?.ignored, ["my_risk_size"]);
});

Deno.test("the position before an alert is read from TradingView's placeholders, and left out where it cannot be", () => {
  const previous = (fields: Record<string, unknown>) => alertOf({ ...base, ...fields }).previous;
  assert.deepEqual(previous({ prev_market_position: "long", prev_market_position_size: 2001 }), {
    side: "long",
    quantity: "2001",
  });
  assert.deepEqual(previous({ prevMarketPosition: "flat", prevMarketPositionSize: "0" }), {
    side: "flat",
    quantity: "0",
  });
  assert.deepEqual(previous({ previous_position_size: "-3" }), { side: "short", quantity: "3" });
  assert.equal(previous({ prev_market_position: "long" }), null);
  assert.equal(previous({ prev_market_position_size: "{{x}}" }), null);
});

Deno.test("a trailing stop says from where on it trails, in one way; another order does not", () => {
  const trail = { ...base, trail_amount: "2", activation_price: "12" };
  assert.equal(alertOf(trail).activation_price, "12");
  assert.equal(alertOf({ ...base, trail_percent: "2", activationPrice: 12 }).activation_price, "12");
  const inside = { ...base, stop_loss: { trail_percent: "1", activation_percent: "5" } };
  assert.deepEqual(alertOf(inside).stop_loss, {
    type: "trailing_stop",
    trail_percent: "1",
    activation_percent: "5",
  });
  assert.deepEqual(pathsOf({ ...trail, activation_amount: "2" }), ["activation_price"]);
  assert.deepEqual(pathsOf({ ...base, activation_price: "12" }), ["activation_price"]);
  assert.deepEqual(pathsOf({ ...base, stop_loss: { percent: "1", activation_percent: "5" } }), [
    "stop_loss.activation_price",
  ]);
});

Deno.test("a modify says what it changes, and no quantity", () => {
  const modify = { symbol: "A", action: "modify" };
  assert.deepEqual(alertOf({ ...modify, stop_loss: { stop_price: "9" } }).stop_loss, {
    type: "stop",
    stop_price: "9",
  });
  assert.equal(alertOf({ ...modify, order_id: "12", limit_price: "9" }).order_id, "12");
  assert.equal(alertOf({ ...modify, stop_price: "9", price: "10" }).stop_price, "9");
  assert.equal(alertOf({ ...modify, sl: "9", price: "10" }).stop_loss?.stop_price, "9");
  assert.deepEqual(pathsOf(modify), ["action"]);
  assert.deepEqual(pathsOf({ ...modify, stop_price: "9", quantity: "2" }), ["quantity"]);
});

Deno.test("a name that is listed can be stored, whatever characters are in it or cut in two", () => {
  for (const name of ["my\u0000field", `${"a".repeat(63)}😀`, "a\ud800b"]) {
    const result = read({ ...base, [name]: "x" });
    assert.ok(result.ok);
    const [listed = ""] = result.alerts[0]?.ignored ?? [];
    assert.ok(listed.length > 0 && listed.isWellFormed() && !/\p{Cc}/u.test(listed), JSON.stringify(listed));
  }
});

Deno.test("a default size is for orders that do not say how much, and for no others", () => {
  const options = {
    settingsOf: settings({ default_quantity: "3", default_quantity_type: "percent_of_equity" }),
  };
  const sized = alertOf({ symbol: "A", action: "buy", price: 1 }, options);
  assert.deepEqual([sized.quantity, sized.quantity_type], ["3", "percent_of_equity"]);
  assert.equal(alertOf({ symbol: "A", action: "close", price: 1 }, options).quantity, null);
  assert.equal(alertOf({ symbol: "A", position_size: 5, action: "buy" }, options).quantity, null);
  assert.equal(alertOf({ symbol: "A", action: "buy", qty: 2, price: 1 }, options).quantity, "2");
  assert.equal(alertOf({ symbol: "A", action: "mark", price: 1 }, options).quantity, null);
});

Deno.test("a price of 0 or below is read where the instrument allows it, and refused elsewhere", () => {
  const options = { settingsOf: settings({ nonpositive_symbols: ["CL1!"] }) };
  const messages: [Record<string, unknown>, string][] = [
    [{ action: "buy", quantity: 1, price: "-37.63" }, "price"],
    [{ action: "sell", quantity: 1, order_type: "limit", limit_price: "-1" }, "limit_price"],
    [{ action: "mark", open: 1, high: 1, low: -2, close: 1 }, "low"],
    [{ action: "mark", price: 0 }, "price"],
    [{ action: "sell", quantity: 1, order_type: "trailing_stop", trail_amount: 1, price: -2 }, "price"],
  ];
  const exchanged = { settingsOf: settings({ nonpositive_symbols: ["NYMEX:CL1!"] }) };
  for (const [message, path] of messages) {
    assert.equal(read({ symbol: "nymex:cl1!", ...message }, options).ok, true, JSON.stringify(message));
    assert.equal(read({ symbol: "CL1!", exchange: "nymex", ...message }, exchanged).ok, true);
    const [problem] = problemsOf({ symbol: "ACME", ...message }, options);
    assert.deepEqual([problem?.path, problem?.code], [path, "invalid_price"]);
  }
  assert.equal(
    alertOf({ symbol: "CL1!", action: "buy", quantity: 1, price: "-37.63" }, options).price,
    "-37.63",
  );
});

Deno.test("a close at 0 is left to the booking, which knows whether it is a contract", () => {
  assert.equal(alertOf({ symbol: "XX", action: "close", price: "0" }).price, "0");
  assert.deepEqual(pathsOf({ symbol: "XX", action: "close", price: "-1" }), ["price"]);
  assert.equal(alertOf({ symbol: "XX", action: "close", order_type: "market", price: "0" }).price, null);
});

Deno.test("a size under a name that nobody knows is refused by its path: no default size takes its place", () => {
  for (const unknown_fields of ["refuse", "ignore"]) {
    const settingsOf = settings({ default_quantity: "3", unknown_fields });
    for (const name of ["order_sizing", "stakeUsd", "my_quantity", "number"]) {
      assert.deepEqual(pathsOf({ symbol: "A", action: "buy", [name]: 7 }, { settingsOf }), [name]);
    }
    const order = { symbol: "A", action: "buy", rsi: 7, stake: 0, strategy_name: "9", leverage: 5 };
    assert.equal(alertOf(order, { settingsOf }).quantity, "3");
  }
});

Deno.test("what settings may mend is told with the account, and only that", () => {
  const accountsOf = (message: unknown) => {
    const result = read(message);
    return result.ok ? null : result.accounts;
  };
  assert.deepEqual(accountsOf({ account: "mine", symbol: "A", action: "buy", price: 1 }), ["mine"]);
  assert.deepEqual(accountsOf({ symbol: "A", action: "buy", qty: 1, my_size: 2 }), ["default"]);
  assert.deepEqual(accountsOf({ symbol: "<b>", action: "buy", qty: 1 }), []);
});

Deno.test("a second name that says another thing is refused: which is meant nobody can tell", () => {
  const contradictions = [
    { action: "sell", command: "close" },
    { action: "buy", cmd: "REVERSE" },
    { side: "buy", operation: "cancel" },
    { action: "buy", order: "sell" },
    { action: "sell", event: "exit" },
    { action: "buy", type: "limit", ord_type: "market", limit_price: 1 },
    { action: "buy", tif: "day", time_in_force: "gtc" },
    { action: "sell", sentiment: "bearish", market_position: "flat" },
  ];
  for (const fields of contradictions) {
    const result = read({ symbol: "A", quantity: 1, price: 1, ...fields });
    assert.ok(!result.ok, JSON.stringify(fields));
    assert.deepEqual(result.problems.map(({ code }) => code), ["duplicate_field"], JSON.stringify(fields));
  }
});

Deno.test("a second name that says the same, or how, is none", () => {
  const order = { symbol: "A", quantity: 1, price: 1 };
  assert.equal(alertOf({ ...order, action: "buy", signal: "long", command: "enter" }).action, "buy");
  assert.equal(alertOf({ ...order, action: "close", side: "sell" }).action, "close");
  assert.equal(alertOf({ ...order, type: "bot", order_type: "mkt", action: "sell" }).order_type, "market");
});

Deno.test("with an exit, a side is that of the position", () => {
  for (const exit of [{ type: "exit" }, { event: "exit" }, { signal: "close" }]) {
    for (const side of ["long", "short"]) {
      for (const name of ["side", "direction"]) {
        const alert = alertOf({ symbol: "A", quantity: 1, price: 1, [name]: side, ...exit });
        assert.deepEqual([alert.action, alert.target?.side], ["close", side]);
      }
    }
  }
});

Deno.test("what an order is meant to do to a position counts before its side", () => {
  const order = { symbol: "A", quantity: 1, price: 1, side: "sell" };
  assert.deepEqual(alertOf({ ...order, position_intent: "sell_to_close" }).target, {
    side: "long",
    quantity: null,
  });
  assert.equal(alertOf({ ...order, position_direction: "exitLong" }).action, "close");
  assert.deepEqual(pathsOf({ ...order, position_effect: "CLOSE" }), ["position_effect"]);
  assert.deepEqual(pathsOf({ ...order, flag: "REVERSE" }), ["flag"]);
});
