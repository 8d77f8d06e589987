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
  // Altrady's `test` opens a test position there, which is what every position is here.
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
