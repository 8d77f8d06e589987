import assert from "node:assert/strict";
import { buy, problemsOf } from "./reading.ts";

/** What a message is refused for, and what its sender reads of it. */
const ADVICE: [what: string, message: unknown, path: string, says: RegExp][] = [
  [
    "a symbol under an unknown name",
    { stock: "AAPL", action: "buy", qty: 1 },
    "symbol",
    /not understood: stock$/,
  ],
  [
    "an action under an unknown name",
    { symbol: "A", todo: "buy it", qty: 1 },
    "action",
    /not understood: todo$/,
  ],
  ["an order in a free text", { text: "LONG A at 9" }, "action", /text is free text, which is not read/],
  ["a free text with a colon", "binance: buy BTCUSDT 0.02 limit 61000", "", /neither JSON nor key=value/],
  ["a number for a side", { symbol: "A", side: 0, size: 1 }, "action", /send the word, buy or sell/],
  ["a number for a type", buy({ type: 2 }), "order_type", /send the word$/],
  ["the id of a contract", buy({ contractId: "CON.F.US.MNQ.H26" }), "contractId", /own symbol as symbol/],
  ["the month of a contract", buy({ contract: "H26" }), "contract", /own symbol as symbol/],
  ["a slippage", buy({ slippagePct: 1 }), "slippagePct", /send limit_price/],
  ["a break-even", buy({ breakeven_trigger: 10 }), "breakeven_trigger", /send stop_loss, and move it/],
  ["a side to close that is an action", { symbol: "A", close_side: "buy" }, "close_side", /long or short/],
  [
    "a reversal without a side",
    { symbol: "A", action: "reverse", qty: 1 },
    "action",
    /strategy\.market_position/,
  ],
];
for (const [what, message, path, says] of ADVICE) {
  Deno.test(`who sends ${what} is told what to send`, () => {
    const problems = problemsOf(message);
    const problem = problems.find((each) => each.path === path);
    assert.match(problem?.message ?? JSON.stringify(problems), says);
  });
}

Deno.test("a name that is refused is not said twice", () => {
  const problems = problemsOf({ symbol: "A", action: "buy", my_size: 5, plenty: 6 });
  assert.deepEqual(problems.map(({ path }) => path), ["my_size", "quantity"]);
  assert.match(problems[1]?.message ?? "", /not understood: plenty$/);
});

Deno.test("one pair alone is no free text", () => {
  for (const text of ["action: buy", "action=buy", "symbol: AAPL"]) {
    assert.ok(problemsOf(text).every(({ path }) => path !== ""), text);
  }
});
