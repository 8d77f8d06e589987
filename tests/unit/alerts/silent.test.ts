import assert from "node:assert/strict";
import { alertOf, buy, ignoredOf, pathsOf, problemsOf } from "./reading.ts";

Deno.test("a command of CrossTrade that does more than the order beside it is refused", () => {
  const order = "instrument=A;action=SELL;qty=1;price=9;";
  const commands = ["FLATTENEVERYTHING", "CLOSESTRATEGY", "CANCELANDBRACKET", "CANCELPLACE", "CANCELREPLACE"];
  for (const command of [...commands, "CHANGE", "WHATEVER"]) {
    assert.ok(pathsOf(`command=${command};${order}`).includes("command"), command);
  }
  assert.equal(alertOf(`command=PLACE;${order}`).action, "sell");
  assert.equal(alertOf(`command=ClosePosition;${order}`).action, "close");
  assert.equal(alertOf(`command=CANCELORDERS;${order}`).action, "cancel");
});

Deno.test("a word that changes an order is no order, under whatever name", () => {
  const changes = [
    { command: "update_stop" },
    { operation: "amend" },
    { event: "UPDATE_ORDER" },
    { what: "modify" },
  ];
  for (const change of changes) {
    const [problem] = problemsOf(buy(change));
    assert.equal(problem?.path, Object.keys(change)[0]);
    assert.match(problem?.message ?? "", /send "action": "modify"/);
  }
  for (const name of ["operation", "event"]) {
    assert.deepEqual(pathsOf(buy({ [name]: "modify" })), ["action"], name);
  }
  assert.deepEqual(ignoredOf(buy({ event: "order_fill", command: "place" })), ["event", "command"]);
});

Deno.test("a second name of a side, type or time in force whose word nobody knows is refused", () => {
  const order = { symbol: "A", quantity: 1, price: 9, order_action: "buy", order_type: "market", tif: "day" };
  for (
    const second of [
      { trade_type: "inverse" },
      { order_side: "hedge" },
      { direction: "opposite" },
      { instruction: "only_if_flat" },
      { price_type: "best" },
      { validity: "gtd" },
      { sentiment: "long", market_position: "neutral" },
      { type: "iceberg" },
    ]
  ) {
    const name = Object.keys(second).at(-1);
    const problems = problemsOf({ ...order, ...second });
    assert.deepEqual(problems.map(({ path, source }) => source ?? path), [name]);
  }
});

Deno.test("a second name that says another thing and changes no order is listed", () => {
  const order = {
    ...buy(),
    exchange: "NYSE",
    strategy: "a",
    time: "2026-11-20T14:30:00Z",
    order_type: "market",
    comment: "one",
    action: "buy",
  };
  for (
    const second of [
      { tv_exchange: "TSX" },
      { strategy_id: "b" },
      { timestamp: "2026-11-20T15:00:00Z" },
      { signal_price: 11 },
      { type: "bot" },
      { trade_type: "spot" },
      { note: "two" },
      { data: { note: "two" } },
    ]
  ) {
    const [name, value] = Object.entries(second)[0] ?? [];
    const path = typeof value === "object" ? `${name}.note` : name;
    assert.deepEqual(ignoredOf({ ...order, ...second }), [path]);
  }
});

Deno.test("a second name that says the same is no news, and a word beside an exit none", () => {
  const order = { ...buy(), exchange: "NYSE", order_type: "market" };
  for (
    const second of [{ tv_exchange: "nyse" }, { market_price: "10.0" }, { ordType: "MKT" }, {
      ticker: "aapl",
    }]
  ) {
    assert.deepEqual(ignoredOf({ ...order, ...second }), []);
  }
  assert.deepEqual(ignoredOf({ symbol: "A", order_action: "closeall", trade_type: "hedge" }), ["trade_type"]);
});

Deno.test("a pair is the symbol where the coin of the margin, a kind or a month stands beside it", () => {
  for (const beside of [{ asset: "USDT" }, { asset: "crypto" }, { instrument: "FUT" }]) {
    const message = { market: "ETH-USD", side: "buy", size: 1, ...beside };
    assert.equal(alertOf(message).symbol, "ETH-USD");
    assert.deepEqual(ignoredOf(message), Object.keys(beside));
    assert.equal(alertOf({ ...message, market: undefined, pair: "ETH-USD" }).symbol, "ETH-USD");
  }
  for (const name of ["asset", "instrument", "contract"]) {
    assert.equal(alertOf({ [name]: "ETH-USD", side: "buy", size: 1 }).symbol, "ETH-USD");
  }
});

Deno.test("of two symbols none is passed over", () => {
  assert.deepEqual(ignoredOf({ ...buy(), asset: "ETH" }), ["asset"]);
  assert.deepEqual(pathsOf({ ...buy({ symbol: "NQ" }), contract: "H26" }), ["contract"]);
  assert.deepEqual(pathsOf({ pair: "BTC-USD", market: "ETH-USD", side: "buy", size: 1 }), ["symbol"]);
});

Deno.test("a stop that the price has passed is refused where nothing says that the order is a stop", () => {
  const stops = [
    { symbol: "A", action: "buy", shares: 1, price: 190, stop_price: 186 },
    { symbol: "A", side: "BUY", qty: 1, close: 190, trigger_price: 190 },
    { symbol: "A", signal: "long", qty: 1, last: 190, trigger: 186 },
    { TICKER: "A", SIDE: "sell", QUANTITY: 1, ORDER_PRICE: 1.239, LIMIT_PRICE: 1.2386, STOP_PRICE: 1.2398 },
  ];
  for (const message of stops) {
    const [problem, ...others] = problemsOf(message);
    assert.deepEqual([problem?.path, others], ["stop_price", []]);
    assert.match(problem?.message ?? "", /behind the price: send it as stop_loss/);
  }
});

Deno.test("a stop beyond the price is an entry, and one of an order that says its type as well", () => {
  const order = { symbol: "A", action: "buy", qty: 1, price: 190 };
  assert.equal(alertOf({ ...order, stop_price: 195 }).order_type, "stop");
  assert.equal(alertOf({ ...order, action: "sell", stop_price: 186 }).order_type, "stop");
  assert.equal(alertOf({ ...order, price: undefined, stop_price: 186 }).stop_price, "186");
  assert.equal(alertOf({ ...order, order_type: "stop", stop_price: 186 }).stop_price, "186");
});

Deno.test("the ticket of a position is not its size", () => {
  const order = { symbol: "A", price: 1.085 };
  for (
    const ticket of [
      { volume: 0.2, type: "sell", position: 123456789 },
      { volume: 0.2, type: "buy", position: 123456789 },
      { action: "sell", quantity: 2000, position: "123456789" },
      { action: "close", position: 123456789 },
      { action: "close", position: 7 },
    ]
  ) {
    const [problem] = problemsOf({ ...order, ...ticket });
    assert.deepEqual([problem?.path, problem?.source], ["target.quantity", "position"]);
  }
});

Deno.test("the position that is left is a position, also of a large one, and beside an order of the other side", () => {
  const order = { symbol: "A", price: 1.085 };
  for (
    const left of [
      { action: "sell", qty: 2, position: 3 },
      { action: "buy", qty: 5_000_000, position: 12_000_000 },
      { action: "sell", qty: 2, position_size: 123456789 },
      { action: "buy", qty: 2, position: -123456 },
    ]
  ) {
    const size = String(left.position_size ?? left.position).replace("-", "");
    assert.equal(alertOf({ ...order, ...left }).target?.quantity, size);
  }
  assert.equal(alertOf({ ...order, action: "close", position: 0 }).target?.side, "flat");
});

Deno.test("of two strategies none is passed over", () => {
  assert.deepEqual(pathsOf(buy({ strategy: "trend", strategy_name: "swing" })), ["strategy"]);
  assert.deepEqual(ignoredOf(buy({ strategy: "trend", strategy_id: "17" })), ["strategy_id"]);
  assert.deepEqual(ignoredOf(buy({ strategy: "trend", strategy_name: "trend" })), []);
});

Deno.test("a volume beside a size is listed, but one of a bar", () => {
  assert.deepEqual(ignoredOf(buy({ volume: 5 })), ["volume"]);
  assert.deepEqual(ignoredOf({ symbol: "A", position_size: 3, vol: 5 }), ["vol"]);
  assert.deepEqual(ignoredOf(buy({ volume: 5, open: 9, high: 11, low: 8, close: 10 })), []);
});

Deno.test("a type of an order under a name that nobody knows is refused, and one that is known is read", () => {
  for (
    const [name, value] of Object.entries({
      kind: "stop",
      how: "LIMIT",
      mode: "Trailing-Stop",
      style: "SL-M",
    })
  ) {
    const [problem] = problemsOf(buy({ [name]: value }));
    assert.equal(problem?.path, name);
    assert.match(problem?.message ?? "", /order_type with limit_price or stop_price/);
  }
  for (const name of ["typ", "exectype", "exec_type", "otype"]) {
    const alert = alertOf(buy({ [name]: "Limit" }));
    assert.deepEqual([alert.order_type, alert.limit_price], ["limit", "10"]);
  }
  assert.deepEqual(ignoredOf(buy({ kind: "market" })), ["kind"]);
  assert.deepEqual(ignoredOf(buy({ action: "sell", reason: "stop" })), ["reason"]);
  assert.deepEqual(ignoredOf({ symbol: "A", action: "close", kind: "stop" }), ["kind"]);
});

Deno.test("an order that may only reduce does not trade as one that opens, however that is said", () => {
  const sell = buy({ action: "sell" });
  for (const value of ["ReduceOnly", "Close", "ReduceOnly,LastPrice", "close only"]) {
    const [problem, ...others] = problemsOf({ ...sell, execInst: value });
    assert.deepEqual([problem?.path, others], ["execInst", []], value);
    assert.match(problem?.message ?? "", /send (reduce_only, or )?action/);
  }
  assert.deepEqual(ignoredOf({ ...sell, execInst: "LastPrice" }), ["execInst"]);
});

Deno.test("an action under a name that nobody knows is refused where it is against what was read", () => {
  const against: [Record<string, unknown>, string][] = [
    [buy({ action: "sell", signal_action: "flat" }), "signal_action"],
    [buy({ action: "sell", what: "exit" }), "what"],
    [buy({ strategyComment: "Close long", action: "sell" }), "strategyComment"],
    [buy({ signal: "HOLD" }), "signal"],
    [buy({ my_signal: "STRONG_SELL" }), "my_signal"],
    [{ symbol: "A", position_size: 100, signal_action: "flat" }, "signal_action"],
    [{ symbol: "A", position_size: 100, signal_action: "enter_short" }, "signal_action"],
  ];
  for (const [message, path] of against) assert.deepEqual(pathsOf(message), [path], JSON.stringify(message));
  assert.deepEqual(pathsOf(buy({ signal: "STRONG_SELL" })), ["action"]);
});

Deno.test("an action under a name that nobody knows is listed where it agrees, or reports what was", () => {
  for (
    const [message, name] of [
      [buy({ signal_action: "long" }), "signal_action"],
      [buy({ previousMarketPosition: "flat" }), "previousMarketPosition"],
      [buy({ last_signal: "sell" }), "last_signal"],
      [buy({ htf_trend: "short" }), "htf_trend"],
      [buy({ source: "close" }), "source"],
      [buy({ coin: "BTC" }), "coin"],
      [buy({ out_of_sync: "flatten" }), "out_of_sync"],
      [buy({ out_of_sync: "wait" }), "out_of_sync"],
      [buy({ action: "sell", trade_direction: "long" }), "trade_direction"],
      [buy({ action: "sell", position_side: "long", signalType: "exit" }), "signalType"],
      [buy({ action: "sell", market_position: "flat", signalType: "exit" }), "signalType"],
      [{ symbol: "A", action: "close", what: "sell" }, "what"],
    ] as const
  ) assert.deepEqual(ignoredOf(message), [name]);
});
