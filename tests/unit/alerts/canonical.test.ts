import assert from "node:assert/strict";
import * as z from "zod";
import { alertPayloadSchema, alertQuerySchema } from "../../../supabase/functions/_shared/validators.ts";
import { alertOf, buy, NOW, pathsOf, problemsOf } from "./reading.ts";

Deno.test("what is left out has its default", () => {
  const { account, strategy, quantity_type, order_type, time_in_force, target, id } = alertOf(buy());
  assert.deepEqual([account, strategy, quantity_type, order_type], ["default", "", "units", "market"]);
  assert.deepEqual([time_in_force, target, id], [null, null, null]);
});

Deno.test("empty values count as left out", () => {
  const alert = alertOf(buy({ id: "", limit_price: null, comment: "", take_profit: {}, strategy: "" }));
  assert.deepEqual([alert.id, alert.limit_price, alert.comment, alert.take_profit], [null, null, null, null]);
});

const actions: [word: string, action: string, side?: string][] = [
  ["BUY", "buy"],
  ["long", "buy", "long"],
  ["enter-short", "sell", "short"],
  ["sell_to_close", "sell", "long"],
  ["buyToCover", "buy", "short"],
  ["exit", "close"],
  ["flat", "close"],
  ["closelong", "close", "long"],
  ["EXIT_SHORT", "close", "short"],
];
for (const [written, action, side] of actions) {
  Deno.test(`the action ${written} is ${action}${side === undefined ? "" : ` with the side ${side}`}`, () => {
    const alert = alertOf(buy({ action: written }));
    assert.equal(alert.action, action);
    assert.deepEqual(alert.target, side === undefined ? null : { side, quantity: null });
  });
}

const symbols: [written: string, symbol: string, exchange: string | null][] = [
  ["aapl", "AAPL", null],
  ["NASDAQ:AAPL", "AAPL", "NASDAQ"],
  ["NYMEX_DL:CL1!", "CL1!", "NYMEX"],
  ["NASDAQ: AAPL", "AAPL", "NASDAQ"],
  ["BTCUSDT.P", "BTCUSDT.P", null],
  ["BRK.B", "BRK.B", null],
  ["M&M", "M&M", null],
  ["BTC/USD", "BTC/USD", null],
  ["^GSPC", "^GSPC", null],
  ["EURUSD=X", "EURUSD=X", null],
  ["SPY 250624C596", "SPY 250624C596", null],
  ["7203", "7203", null],
  ["NYSE:A/NASDAQ:B", "NYSE:A/NASDAQ:B", null],
];
for (const [written, symbol, exchange] of symbols) {
  Deno.test(`the symbol ${written} is ${symbol}`, () => {
    const alert = alertOf(buy({ symbol: written }));
    assert.deepEqual([alert.symbol, alert.exchange], [symbol, exchange]);
  });
}

const refusals: [what: string, changes: Record<string, unknown>, path: string][] = [
  ["a symbol with markup", { symbol: "<script>" }, "symbol"],
  ["a symbol of 65 characters", { symbol: "A".repeat(65) }, "symbol"],
  ["a symbol of signs only", { symbol: "..." }, "symbol"],
  ["a symbol with a quote", { symbol: "A'B" }, "symbol"],
  ["all symbols but for cancel", { symbol: "*" }, "symbol"],
  ["an unreplaced action", { action: "{{strategy.order.action}}" }, "action"],
  ["an unreplaced quantity", { quantity: "{{strategy.order.contracts}}" }, "quantity"],
  ["an unreplaced template variable", { symbol: "${ticker}" }, "symbol"],
  ["an unreplaced id", { id: "{{strategy.order.id}}" }, "id"],
  ["an unreplaced time", { time: "{{timenow}}" }, "time"],
  ["an action that is an object", { action: { side: "buy" } }, "action"],
  ["a quantity of nothing", { quantity: "0" }, "quantity"],
  ["a quantity that is true", { quantity: true }, "quantity"],
  ["a quantity with a comma", { quantity: "1,5" }, "quantity"],
  ["a quantity in percent without a type", { quantity: "50%" }, "quantity"],
  ["a missing quantity", { quantity: "" }, "quantity"],
  ["an absurd quantity", { quantity: "1e300" }, "quantity"],
  ["a negative price", { price: -1 }, "price"],
  ["an unknown quantity type", { quantity_type: "bananas" }, "quantity_type"],
  ["an unknown order type", { order_type: "iceberg" }, "order_type"],
  ["an unknown time in force", { time_in_force: "opg" }, "time_in_force"],
  ["a limit order without its price", { order_type: "limit", price: null }, "limit_price"],
  ["a market order with a limit price", { order_type: "market", limit_price: 9 }, "limit_price"],
  ["a stop order without its price", { order_type: "stop", price: null }, "stop_price"],
  ["a trailing stop without its distance", { order_type: "trailing_stop" }, "trail_amount"],
  ["a trailing stop with two distances", { trail_amount: 1, trail_percent: 1 }, "trail_amount"],
  ["two take profits", { take_profit: { percent: 1, amount: 1 } }, "take_profit"],
  ["two stop losses", { stop_loss: { percent: 1, stop_price: 1 } }, "stop_loss"],
  ["a take profit of nothing", { take_profit: { percent: 0 } }, "take_profit.percent"],
  [
    "a stop-limit loss without its limit",
    { stop_loss: { type: "stop_limit", stop_price: 1 } },
    "stop_loss.limit_price",
  ],
  ["sizing by risk without a stop", { quantity_type: "risk_percent" }, "stop_loss"],
  [
    "a target side without a size it could have",
    { target: { side: "long", quantity: 0 } },
    "target.quantity",
  ],
  ["a negative target", { target: { side: "short", quantity: -5 } }, "target.quantity"],
  ["an unknown side", { sentiment: "sideways" }, "target.side"],
  ["a position size that is no number", { position_size: "many" }, "target.quantity"],
  ["a time that is none", { time: "yesterday" }, "time"],
  ["a day that does not exist", { time: "2026-02-30T00:00:00Z" }, "time"],
  ["a time before 2000", { time: "1999-12-31T23:59:59Z" }, "time"],
  ["a time two days ahead", { time: NOW + 2 * 86_400_000 }, "time"],
  ["a fractional age", { max_age: 1.5 }, "max_age"],
  ["an age of nothing", { max_age: 0 }, "max_age"],
  ["an account with a slash", { account: "../admin" }, "account"],
  ["a strategy with markup", { strategy: "<b>mean</b>" }, "strategy"],
  ["an id of 201 characters", { id: "x".repeat(201) }, "id"],
  ["an id with a null character", { id: "a\u0000b" }, "id"],
  ["an id with half a character", { id: "a\ud800" }, "id"],
  ["an interval with markup", { interval: "<60>" }, "interval"],
];
for (const [what, changes, path] of refusals) {
  Deno.test(`${what} is refused at ${path}`, () => {
    assert.ok(pathsOf(buy(changes)).includes(path), JSON.stringify(problemsOf(buy(changes))));
  });
}

Deno.test("small letters before a colon are a part of the symbol, unless all of it is small", () => {
  for (
    const [written, exchange, symbol] of [
      ["tDOGE:USD", null, "TDOGE:USD"],
      ["xyz:NVDA", null, "XYZ:NVDA"],
      ["nasdaq:aapl", "NASDAQ", "AAPL"],
      ["NASDAQ:AAPL", "NASDAQ", "AAPL"],
    ]
  ) {
    const alert = alertOf(buy({ symbol: written }));
    assert.deepEqual([alert.exchange, alert.symbol], [exchange, symbol], written ?? "");
  }
});

Deno.test("an unreplaced placeholder is explained", () => {
  const [problem] = problemsOf({ ticker: "{{ticker}}", action: "buy", quantity: 1 });
  assert.match(problem?.message ?? "", /TradingView replaces/);
  assert.equal(problem?.source, "ticker");
});

Deno.test("every broken rule is told at once", () => {
  assert.deepEqual(pathsOf({ action: "buy", order_type: "limit" }), ["symbol", "quantity", "limit_price"]);
});

Deno.test("prices say the order type when the sender does not", () => {
  assert.equal(alertOf(buy({ limit_price: 9 })).order_type, "limit");
  assert.equal(alertOf(buy({ stop_price: 11 })).order_type, "stop");
  assert.equal(alertOf(buy({ stop_price: 11, limit_price: 12 })).order_type, "stop_limit");
  assert.equal(alertOf(buy({ trail_percent: 2 })).order_type, "trailing_stop");
});

Deno.test("a limit or stop order with a price and none of its own is one at that price", () => {
  for (const name of ["symbol", "ticker"]) {
    const message = { [name]: "A", action: "buy", quantity: 1, price: 9 };
    const limit = alertOf({ ...message, order_type: "limit" });
    assert.deepEqual([limit.order_type, limit.limit_price, limit.price], ["limit", "9", null]);
    const stop = alertOf({ ...message, order_type: "stop" });
    assert.deepEqual([stop.order_type, stop.stop_price, stop.price], ["stop", "9", null]);
  }
  const both = alertOf({
    symbol: "A",
    action: "buy",
    quantity: 1,
    type: "limit",
    market_price: 10,
    limit_price: 9,
  });
  assert.deepEqual([both.limit_price, both.price], ["9", "10"]);
});

Deno.test("without an action a known target is enough", () => {
  assert.deepEqual(alertOf({ symbol: "A", target: { side: "long", quantity: "5" } }).target, {
    side: "long",
    quantity: "5",
  });
  assert.deepEqual(alertOf({ symbol: "A", sentiment: "flat" }).target, { side: "flat", quantity: "0" });
  assert.deepEqual(alertOf({ symbol: "A", market_position_size: 0 }).target, { side: "flat", quantity: "0" });
  assert.deepEqual(pathsOf({ symbol: "A", sentiment: "long", quantity: 5 }), ["action"]);
});

Deno.test("a close, cancel, mark, halt or resume needs no quantity", () => {
  for (const action of ["close", "cancel", "mark", "halt", "resume"]) {
    assert.equal(alertOf({ symbol: "A", action, price: 1 }).action, action);
  }
});

Deno.test("a halt and a resume need no symbol", () => {
  assert.equal(alertOf({ action: "halt" }).symbol, "");
  assert.equal(alertOf({ action: "resume" }).symbol, "");
});

Deno.test("a cancel is of a symbol, of an order, or of all", () => {
  assert.deepEqual(pathsOf({ action: "cancel" }), ["symbol"]);
  assert.equal(alertOf({ action: "cancel", order_id: "17" }).order_id, "17");
  assert.equal(alertOf({ action: "cancel", symbol: "*" }).symbol, "");
  assert.equal(alertOf({ action: "cancel_all" }).symbol, "");
});

Deno.test("a mark may carry a bar, which hangs together", () => {
  const bar = { symbol: "A", action: "mark", open: 10, high: 12, low: 9.5, close: 11 };
  const alert = alertOf(bar);
  assert.deepEqual([alert.price, alert.open, alert.high, alert.low, alert.close], [
    "11",
    "10",
    "12",
    "9.5",
    "11",
  ]);
  assert.deepEqual(pathsOf({ ...bar, high: 9 }), ["high"]);
  assert.deepEqual(pathsOf({ ...bar, close: 13 }), ["close"]);
  assert.deepEqual(pathsOf({ ...bar, low: null }), ["low"]);
  assert.deepEqual(pathsOf({ symbol: "A", action: "mark" }), ["price"]);
});

Deno.test("the bar of an order gives its price and no more", () => {
  const alert = alertOf({ symbol: "A", action: "buy", quantity: 1, bar: { high: 12, low: 9, close: 11 } });
  assert.deepEqual([alert.price, alert.high, alert.close], ["11", null, null]);
});

Deno.test("a fee may be nothing or a rebate", () => {
  assert.equal(alertOf(buy({ fee: "0" })).fee, "0");
  assert.equal(alertOf(buy({ fee: "-0.10" })).fee, "-0.1");
});

const times: [written: unknown, time: string][] = [
  ["2026-11-20T14:30:00Z", "2026-11-20T14:30:00Z"],
  ["2026-11-20T14:30:00.000Z", "2026-11-20T14:30:00Z"],
  ["2026-11-20T14:30:00.1239Z", "2026-11-20T14:30:00.123Z"],
  ["2026-11-20T16:30:00+02:00", "2026-11-20T14:30:00Z"],
  ["2026-11-20 14:30", "2026-11-20T14:30:00Z"],
  [1795185000, "2026-11-20T14:30:00Z"],
  ["1795185000123", "2026-11-20T14:30:00.123Z"],
];
for (const [written, time] of times) {
  Deno.test(`the time ${written} is ${time}`, () => {
    assert.equal(alertOf(buy({ time: written })).time, time);
  });
}

Deno.test("a comment loses its control characters and what is past 500", () => {
  assert.equal(alertOf(buy({ comment: "one\r\ntwo\u0000" })).comment, "one two");
  assert.equal(alertOf(buy({ comment: "x".repeat(600) })).comment?.length, 500);
});

Deno.test("a comment holds nothing that nobody sees, such as what turns the direction of a text", () => {
  assert.equal(alertOf(buy({ comment: "\u202epaid\u2066 \u200bback\ufeff\u{e0041}" })).comment, "paid back");
  assert.equal(alertOf(buy({ comment: "\u200b\u202e" })).comment, null);
  // What is not shown though no format character: joiners, selectors, fillers.
  assert.equal(alertOf(buy({ comment: "a\u034f\ufe0f\u3164\u115f\u{e0100}\u180b\uffa0b" })).comment, "ab");
});

Deno.test("a message neither names another account nor another strategy than its request", () => {
  assert.equal(alertOf(buy(), { account: "mine" }).account, "mine");
  assert.equal(alertOf(buy({ account: "mine" }), { account: "mine" }).account, "mine");
  assert.deepEqual(pathsOf(buy({ account: "yours" }), { account: "mine" }), ["account"]);
  assert.deepEqual(pathsOf(buy({ strategy: "A" }), { strategy: "B" }), ["strategy"]);
});

Deno.test("a message never repeats what could be anything", () => {
  const [problem] = problemsOf(buy({ action: "<img src=x onerror=alert(1)>" }));
  assert.ok(!problem?.message.includes("img"));
  assert.match(problemsOf(buy({ action: "hodl" }))[0]?.message ?? "", /^"hodl"/);
});

Deno.test("alertPayloadSchema is one that can be compiled: else each alert would take longer, and nothing would say so", () => {
  z.compile(alertPayloadSchema, { strict: true });
});

Deno.test("alertPayloadSchema reads canonical alerts by itself, JavaScript numbers too", () => {
  const alert = alertPayloadSchema.parse({ symbol: "AAPL", action: "buy", quantity: 10, price: 187.5 });
  assert.deepEqual([alert.quantity, alert.price], ["10", "187.5"]);
  assert.equal(alertPayloadSchema.safeParse(buy({ quantity: 0.1 + 0.2 })).success, false);
  assert.equal(alertPayloadSchema.safeParse(buy({ quantity: NaN })).success, false);
});

Deno.test("a canonical alert reads as itself", () => {
  const alert = alertOf(
    buy({ stop_loss: { percent: 2 }, target: { side: "long" }, time: "2026-11-20T14:30:00Z", fee: -1 }),
  );
  assert.deepEqual(alertPayloadSchema.parse(alert), alert);
});

Deno.test("alertQuerySchema reads the query, and a bare dry_run is one", () => {
  const none = { account: null, strategy: null, dry_run: false };
  assert.deepEqual(alertQuerySchema.parse({}), none);
  assert.deepEqual(alertQuerySchema.parse({ dry_run: "1", account: "a", key: "x" }), {
    ...none,
    account: "a",
    dry_run: true,
  });
  assert.equal(alertQuerySchema.parse({ dry_run: "" }).dry_run, true);
  assert.equal(alertQuerySchema.parse({ dry_run: "false" }).dry_run, false);
  assert.equal(alertQuerySchema.safeParse({ dry_run: "maybe" }).success, false);
});
