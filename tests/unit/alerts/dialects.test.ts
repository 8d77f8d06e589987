import assert from "node:assert/strict";
import dialects from "../../fixtures/dialects.json" with { type: "json" };
import positions from "../../fixtures/positions.json" with { type: "json" };
import { collectFields } from "../../../supabase/functions/_shared/alerts/fields.ts";
import { DIALECTS } from "../../../supabase/functions/_shared/alerts/dialects/index.ts";
import { VOCABULARY } from "../../../supabase/functions/_shared/alerts/vocabulary.ts";
import type { Value } from "../../../supabase/functions/_shared/alerts/message.ts";
import { alertOf, pathsOf, problemsOf, read } from "./reading.ts";

const KEY = "sk_0123456789abcdef0123456789abcdef";

for (
  const { id, body, expect, auth } of dialects.read as {
    id: string;
    body: string;
    expect: unknown;
    auth?: string;
  }[]
) {
  Deno.test(`the shared sample ${id} reads as it should`, () => {
    const result = read(body.replaceAll("$KEY", KEY));
    assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems));
    assert.equal(result.secret, auth === "body" ? KEY : null);
    const alert: Record<string, unknown> = { ...result.alerts[0]?.alert };
    for (const [field, value] of Object.entries(expect as Record<string, unknown>)) {
      assert.deepEqual(alert[field], value, field);
    }
  });
}

for (
  const { id, body, expect } of dialects.refuse as { id: string; body: string; expect: { path?: string } }[]
) {
  Deno.test(`the shared sample ${id} is refused`, () => {
    const paths = pathsOf(body);
    if (expect.path !== undefined) assert.ok(paths.includes(expect.path), paths.join());
  });
}

Deno.test("every fill of the shared position cases reads exactly", () => {
  for (const { steps } of positions.position_cases) {
    for (const { fill } of steps) {
      const alert = alertOf({
        symbol: "X",
        action: fill.side,
        quantity: fill.qty,
        price: fill.price,
        fee: fill.fee,
      });
      assert.deepEqual([alert.quantity, alert.price, alert.fee], [fill.qty, fill.price, fill.fee]);
    }
  }
});

const recognized: [dialect: string, message: Record<string, unknown>][] = [
  ["own", { symbol: "AAPL", action: "buy", quantity: 1 }],
  ["traderspost", { ticker: "AAPL", action: "buy", quantity: 1 }],
  ["target-size", { ticker: "AAPL", position_size: 1 }],
  ["target-size", { symbol: "AAPL", market_position: "long", market_position_size: "3" }],
  ["strategy", { ticker: "AAPL", strategy: { position_size: 1 } }],
  ["three-commas", { tv_instrument: "AAPL", action: "exit_long" }],
];
for (const [dialect, message] of recognized) {
  Deno.test(`a message with ${Object.keys(message).join(", ")} is read as ${dialect}`, () => {
    const result = read(message);
    assert.ok(result.ok && result.alerts[0]?.dialect === dialect);
  });
}

Deno.test("names may be spelled in snake case, camel case or capitals", () => {
  const alert = alertOf({
    Symbol: "AAPL",
    ACTION: "buy",
    Quantity: 1,
    "Order-Type": "limit",
    limitPrice: 9,
    timeInForce: "DAY",
  });
  assert.deepEqual([alert.order_type, alert.limit_price, alert.time_in_force], ["limit", "9", "day"]);
});

Deno.test("one name in two spellings with two values is refused", () => {
  assert.deepEqual(pathsOf({ symbol: "A", action: "buy", quantity: 1, limitPrice: 9, limit_price: 8 }), [
    "limit_price",
  ]);
});

Deno.test("a problem names the sender's own field beside ours", () => {
  assert.deepEqual(problemsOf({ ticker: "AAPL", action: "buy", contracts: "-2" }), [
    { path: "quantity", message: "must be more than 0", source: "contracts" },
  ]);
});

Deno.test("TradersPost: a limit order without its price takes the signal's", () => {
  const alert = alertOf({ ticker: "SQ", action: "buy", orderType: "limit", signalPrice: 71, quantity: 1 });
  assert.deepEqual([alert.limit_price, alert.price], ["71", "71"]);
});

Deno.test("TradersPost: an exit by trailing stop", () => {
  const alert = alertOf({
    ticker: "SQ",
    action: "exit",
    orderType: "trailing_stop",
    price: 71,
    trailAmount: "1",
  });
  assert.deepEqual([alert.action, alert.order_type, alert.trail_amount], ["close", "trailing_stop", "1"]);
});

Deno.test("TradersPost: risk is measured to the stop loss", () => {
  const message = {
    ticker: "SQ",
    action: "buy",
    price: 100,
    quantityType: "risk_dollar_amount",
    quantity: 100,
  };
  assert.deepEqual(pathsOf(message), ["stop_loss"]);
  const alert = alertOf({ ...message, stopLoss: { type: "stop", stopPrice: 90 } });
  assert.deepEqual([alert.quantity_type, alert.stop_loss], ["risk_notional", {
    type: "stop",
    stop_price: "90",
  }]);
});

Deno.test("TradersPost: a trailing stop loss", () => {
  const alert = alertOf({
    ticker: "SQ",
    action: "buy",
    quantity: 1,
    stopLoss: { type: "trailing_stop", trailPercent: 0.75 },
  });
  assert.deepEqual(alert.stop_loss, { type: "trailing_stop", trail_percent: "0.75" });
});

Deno.test("TradersPost: add buys or sells by the sentiment, and is refused without", () => {
  assert.equal(alertOf({ ticker: "SQ", action: "add", sentiment: "bearish", quantity: 1 }).action, "sell");
  assert.equal(alertOf({ ticker: "SQ", action: "Add", sentiment: "bullish", quantity: 1 }).action, "buy");
  assert.deepEqual(pathsOf({ ticker: "SQ", action: "add", quantity: 1 }), ["action"]);
});

Deno.test("3Commas: enter and exit words of the custom type", () => {
  const message = {
    tv_instrument: "BTCUSDT",
    tv_exchange: "BINANCE",
    order: { amount: "100", currency_type: "quote" },
  };
  const enter = alertOf({ ...message, action: "enter_short" });
  assert.deepEqual([enter.action, enter.target, enter.quantity_type], ["sell", {
    side: "short",
    quantity: null,
  }, "notional"]);
  const exit = alertOf({ tv_instrument: "BTCUSDT", action: "exit_long" });
  assert.deepEqual([exit.action, exit.target, exit.quantity], [
    "close",
    { side: "long", quantity: null },
    null,
  ]);
});

Deno.test("Alpaca's names work in our dialect", () => {
  const alert = alertOf({
    symbol: "SPY",
    side: "buy",
    qty: "1",
    type: "limit",
    limit_price: "300",
    time_in_force: "gtc",
    client_order_id: "my-1",
    take_profit: { limit_price: "301" },
    stop_loss: { stop_price: "299", limit_price: "298.5" },
  });
  assert.deepEqual(
    [alert.action, alert.quantity, alert.order_type, alert.id, alert.take_profit, alert.stop_loss],
    ["buy", "1", "limit", "my-1", { limit_price: "301" }, {
      type: "stop_limit",
      stop_price: "299",
      limit_price: "298.5",
    }],
  );
});

Deno.test("take profit and stop loss may be a price or a percent text", () => {
  const alert = alertOf({ symbol: "SPY", action: "buy", quantity: 1, tp: "310", stop_loss: "5%" });
  assert.deepEqual([alert.take_profit, alert.stop_loss], [{ limit_price: "310" }, {
    type: "stop",
    percent: "5",
  }]);
});

Deno.test("the label of a Pine entry is no id", () => {
  const alert = alertOf({
    ticker: "A",
    strategy: { order_id: "Long", position_size: 1, order_comment: "breakout" },
  });
  assert.deepEqual([alert.id, alert.order_id, alert.comment], [null, null, "breakout"]);
});

Deno.test("a size that contradicts the signed size is refused", () => {
  const strategy = { position_size: -1, market_position: "long", market_position_size: 1 };
  assert.deepEqual(pathsOf({ ticker: "A", strategy }), ["target.side"]);
  assert.deepEqual(pathsOf({ ticker: "A", strategy: { ...strategy, position_size: 2 } }), [
    "target.quantity",
  ]);
});

for (
  const [name, message, side] of [
    ["side", { action: "close", side: "long" }, "long"],
    ["direction", { action: "EXIT", direction: "Short" }, "short"],
    ["position_side", { action: "flatten", positionSide: "SHORT" }, "short"],
    ["a side that is none", { action: "close", side: "sell" }, null],
    ["a side that its action names already", { action: "exit_long", side: "short" }, "long"],
  ] as const
) {
  Deno.test(`a close beside ${name} acts on the position of that side only`, () => {
    const { action, target } = alertOf({ symbol: "A", price: 1, ...message });
    assert.deepEqual([action, target?.side ?? null], ["close", side]);
  });
}

Deno.test("the same side beside a buy or sell changes nothing, the other one says which position it takes from", () => {
  const targetOf = (action: string, side: string) =>
    alertOf({ symbol: "A", price: 1, quantity: 1, action, side }).target;
  for (const [action, side] of [["buy", "long"], ["sell", "short"], ["sell", "bearish"]] as const) {
    assert.equal(targetOf(action, side), null);
  }
  for (const [action, side] of [["buy", "short"], ["sell", "long"]] as const) {
    assert.deepEqual(targetOf(action, side), { side, quantity: null });
  }
});

Deno.test("an exit or a target of which nothing is known is refused, not left out", () => {
  const message = { symbol: "A", action: "buy", quantity: 1, price: 1 };
  assert.deepEqual(pathsOf({ ...message, stop_loss: { percentage: 5 } }), ["stop_loss"]);
  assert.deepEqual(pathsOf({ ...message, takeProfit: { pct: 5 } }), ["take_profit"]);
  assert.deepEqual(pathsOf({ ...message, target: { foo: 1 } }), ["target"]);
  assert.equal(alertOf({ ...message, stop_loss: { percent: null }, take_profit: {} }).stop_loss, null);
});

Deno.test("a position side beside a buy or sell clamps it: a sell of the long position opens no short one", () => {
  for (
    const [action, position, side] of [
      ["SELL", "LONG", "long"],
      ["SELL", "SHORT", "short"],
      ["BUY", "short", "short"],
      ["buy", "BOTH", null],
      ["sell_to_close", "SHORT", "long"],
    ]
  ) {
    const alert = alertOf({ symbol: "A", price: 1, quantity: 1, action, positionSide: position });
    assert.equal(alert.target?.side ?? null, side, `${action} ${position}`);
  }
  const flat = alertOf({ symbol: "A", price: 1, action: "sell", position_side: "long", position_size: 0 });
  assert.deepEqual(flat.target, { side: "flat", quantity: "0" }, "a target that was sent stands");
  const exit = alertOf({ symbol: "A", price: 1, action: "exit_long", position_size: 0 });
  assert.deepEqual(exit.target, { side: "flat", quantity: "0" });
  assert.equal(alertOf({ symbol: "A", price: 1, action: "mark", position_side: "long" }).target, null);
});

/** A value with which a name means its field. */
const VALUES: Record<string, Value> = {
  action: "buy",
  "buy or sell": "sell",
  side: "long",
  flag: "true",
  reverse: "reverse",
  time: "2026-01-01T00:00:00Z",
  pair: "BTC-USDT",
  "order type": "limit",
  "time in force": "ioc",
  "true, false or all": "true",
  "no kind": "limit",
  list: ["1"],
  number: "1",
  plain: "1",
};

for (const { name, names, first, refused } of DIALECTS) {
  Deno.test(`every name of the vocabulary is read in a message of ${name}, too`, () => {
    const own = new Set([...first, ...refused].flatMap((row) => row.names));
    for (const { field, names: sources, when, says } of VOCABULARY) {
      for (const source of sources.filter((each) => !own.has(each))) {
        const value = VALUES[when ?? ""] ?? "1";
        const { fields, unknown } = collectFields(new Map([[source, value]]), names);
        assert.equal(fields.get(field)?.value, says ?? value, `${source} is ${field}`);
        assert.deepEqual(unknown, []);
      }
    }
  });
}

Deno.test("the target and the price of a sender's message may stand under any of their names", () => {
  const flat = { target: { side: "flat", quantity: "0" }, price: "9" };
  for (
    const message of [
      { ticker: "A", action: "sell", quantity: 1, target: { side: "flat", quantity: 0 }, order_price: 9 },
      {
        tv_instrument: "A",
        action: "sell",
        quantity: 1,
        market_position: "flat",
        market_position_size: 0,
        price: 9,
      },
      { ticker: "A", strategy: { order_action: "sell" }, contracts: 1, position_size: 0, close: 9 },
    ]
  ) {
    const { target, price } = alertOf(message);
    assert.deepEqual({ target, price }, flat, JSON.stringify(message));
  }
});

Deno.test("Bybit: a market buy on spot without its unit counts money, and is refused; a sell and a limit order are not", () => {
  const message = { category: "spot", symbol: "BTCUSDT", side: "Buy", orderType: "Market", qty: "100" };
  assert.match(problemsOf(message)[0]?.message ?? "", /quote_quantity/);
  assert.equal(alertOf({ ...message, marketUnit: "quoteCoin" }).quantity_type, "notional");
  assert.equal(alertOf({ ...message, side: "Sell" }).quantity, "100");
});

Deno.test("TradersPost: a test beside a market position is refused, too", () => {
  const message = {
    ticker: "AAPL",
    action: "buy",
    quantity: 1,
    market_position: "long",
    market_position_size: 1,
  };
  assert.match(problemsOf({ ...message, test: true })[0]?.message ?? "", /dry_run/);
});

Deno.test("TradersPost: amount and risk per position are money", () => {
  const message = { ticker: "SQ", action: "buy", price: 100, quantity: 100, stopLoss: { stopPrice: 90 } };
  assert.equal(alertOf({ ...message, quantityType: "amount_per_position" }).quantity_type, "notional");
  assert.equal(alertOf({ ...message, quantityType: "risk_per_position" }).quantity_type, "risk_notional");
});

Deno.test("a close of half a percent is refused, however its percentage is said", () => {
  const close = { symbol: "A", action: "close" };
  for (
    const size of [{ qty_pct: 0.5 }, { quantity: 0.5, quantity_type: "percent" }, { close_percent: 0.5 }]
  ) {
    assert.match(problemsOf({ ...close, ...size })[0]?.message ?? "", /send 50/, JSON.stringify(size));
  }
  assert.equal(alertOf({ ...close, quantity: "0.5%" }).quantity, "0.5");
});
