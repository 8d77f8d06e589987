import assert from "node:assert/strict";
import { alertOf, buy, pathsOf, problemsOf, read } from "./reading.ts";

/** What is listed beside what a message was read as. */
function ignoredOf(message: unknown): string[] {
  const result = read(message);
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems));
  return result.alerts.flatMap(({ ignored }) => ignored);
}

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
    { operation: "modify" },
    { event: "MODIFY_ORDER" },
    { what: "amend" },
  ];
  for (const change of changes) {
    const [problem] = problemsOf(buy(change));
    assert.equal(problem?.path, Object.keys(change)[0]);
    assert.match(problem?.message ?? "", /an order is not changed: send a cancel/);
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
      { strategy_name: "b" },
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
