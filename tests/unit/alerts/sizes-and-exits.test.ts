import assert from "node:assert/strict";
import { alertOf, buy, ignoredOf, pathsOf, problemsOf } from "./reading.ts";

Deno.test("t1 is a take profit, and of t1 and t2 only one could be meant", () => {
  assert.equal(alertOf(buy({ t1: 12 })).take_profit?.limit_price, "12");
  assert.equal(alertOf(buy({ data: { T1: "12" } })).take_profit?.limit_price, "12");
  assert.match(problemsOf(buy({ t1: 12, t2: 13 }))[0]?.message ?? "", /several times/);
  assert.deepEqual(ignoredOf(buy({ t1: "2026-11-20T14:30:00Z" })), ["t1"]);
});

Deno.test("a short name of an exit is refused with the name that is read", () => {
  for (const name of ["stl", "stopl", "protect", "loss"]) {
    assert.match(problemsOf(buy({ [name]: 9 }))[0]?.message ?? "", /stop_loss as a price/);
  }
  for (const name of ["takep", "goal"]) {
    assert.match(problemsOf(buy({ [name]: 12 }))[0]?.message ?? "", /take_profit as a price/);
  }
  assert.deepEqual(ignoredOf(buy({ goal: 0 })), ["goal"]);
});

Deno.test("an exit with a plus is a distance, and refused where a price is read", () => {
  for (const name of ["tp", "take_profit", "sl", "stopLoss", "stop"]) {
    const [problem, ...others] = problemsOf(buy({ [name]: "+4" }));
    assert.deepEqual(others, []);
    assert.match(problem?.message ?? "", /distance by its sign: send (take_profit|stop_loss)\.amount/);
  }
  assert.equal(alertOf(buy({ tp: "+5%" })).take_profit?.percent, "5");
});

Deno.test("an alert that is not to trade does not", () => {
  for (const flag of [{ simulate: true }, { dry_run: "yes" }, { isTest: 1 }, { validate: true }]) {
    assert.match(problemsOf(buy(flag))[0]?.message ?? "", /\?dry_run=1/);
  }
  assert.deepEqual(pathsOf(buy({ enabled: false })), ["enabled"]);
  assert.deepEqual(ignoredOf(buy({ validate: false, enabled: true })), ["validate", "enabled"]);
  // Altrady's `test` opens a test position there, which is what every position is here; TradersPost's trades nothing.
  assert.deepEqual(ignoredOf(buy({ test: true })), ["test"]);
});

Deno.test("one of several positions cannot be closed by its number", () => {
  for (const name of ["ticket", "positionId", "position_ticket"]) {
    assert.deepEqual(pathsOf({ symbol: "A", action: "close", [name]: 123456 }), [name]);
  }
});

Deno.test("what a size counts has the names of exchanges, too", () => {
  for (const type of [{ tgtCcy: "quote_ccy" }, { marketUnit: "quoteCoin" }, { denominated: "quote" }]) {
    assert.equal(alertOf(buy(type)).quantity_type, "notional");
  }
  for (const type of [{ tgtCcy: "base_ccy" }, { marketUnit: "baseCoin" }]) {
    assert.equal(alertOf(buy(type)).quantity_type, "units");
  }
  assert.match(problemsOf(buy({ ccy: "USDT" }))[0]?.message ?? "", /quote_quantity/);
});

Deno.test("a size by risk needs a stop, and no other size beside it", () => {
  for (const name of ["risk_percent", "riskPct", "risk_percentage"]) {
    const alert = alertOf({ symbol: "A", action: "buy", price: 10, sl: 9, [name]: 1 });
    assert.deepEqual([alert.quantity, alert.quantity_type], ["1", "risk_percent"]);
  }
  for (const name of ["risk_usd", "riskDollars", "risk_amount"]) {
    const alert = alertOf({ symbol: "A", action: "buy", price: 10, sl: 9, [name]: 50 });
    assert.deepEqual([alert.quantity, alert.quantity_type], ["50", "risk_notional"]);
  }
  assert.ok(pathsOf({ symbol: "A", action: "buy", price: 10, risk_percent: 1 }).length > 0);
  assert.deepEqual(pathsOf(buy({ risk_percent: 1, sl: 9 })), ["quantity"]);
  assert.deepEqual(pathsOf(buy({ risk: 1, sl: 9 })), ["risk"]);
});

Deno.test("the minus of a sell's size says no more than the sell, and that of a buy's says another thing", () => {
  for (const action of ["sell", "SELL", "short"]) {
    assert.equal(alertOf({ symbol: "A", action, qty: -10 }).quantity, "10");
  }
  assert.deepEqual(pathsOf({ symbol: "A", action: "buy", qty: -10 }), ["quantity"]);
  assert.ok(pathsOf({ symbol: "A", qty: -10 }).includes("quantity"));
});

Deno.test("a JSON text of an exit is that exit", () => {
  const exit = { type: "TAKE_PROFIT_MARKET", stopPrice: 12, price: 12, workingType: "MARK_PRICE" };
  assert.equal(alertOf(buy({ takeProfit: JSON.stringify(exit) })).take_profit?.limit_price, "12");
  assert.ok(pathsOf(buy({ takeProfit: JSON.stringify({ ...exit, stopPrice: 13 }) })).length > 0);
});
