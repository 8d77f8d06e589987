import assert from "node:assert/strict";
import { useTool } from "../support/functions.ts";
import { newAccount } from "../support/stack.ts";

/** An account in which each of two strategies, one of them without a name, closed a trade. */
async function traded(): Promise<string> {
  const account = await newAccount();
  for (const strategy of ["trend", ""]) {
    const order = { account, symbol: "ACME", strategy, quantity: "2" };
    await useTool("place_order", { ...order, side: "buy", price: "10" });
    await useTool("place_order", { ...order, side: "sell", price: "12.5" });
  }
  return account;
}

Deno.test("the tool shows all strategies of an account side by side, and their sum", async () => {
  const { status, body } = await useTool("compare_strategies", { account: await traded() });
  assert.equal(status, 200);
  const { figures, together, correlations } = body.result;
  assert.deepEqual(figures.map(({ strategy, net }: Record<string, string>) => [strategy, net]), [["", "5"], [
    "trend",
    "5",
  ]]);
  assert.deepEqual([together.net, together.trades], ["10", 2]);
  assert.deepEqual([correlations[0].correlation, correlations[0].reason], [
    null,
    "days with a result: 1 of the 30 needed",
  ]);
});

Deno.test("it takes the names of those that are meant, the empty one as well", async () => {
  const account = await traded();
  const { body } = await useTool("compare_strategies", { account, strategies: [""] });
  assert.deepEqual(body.result.figures.map(({ strategy }: { strategy: string }) => strategy), [""]);
  assert.equal(body.result.together.net, "5");
});

Deno.test("a name that the account has not is refused with what to do", async () => {
  const { status, body } = await useTool("compare_strategies", {
    account: await traded(),
    strategies: ["tred"],
  });
  assert.equal(status, 400);
  assert.match(body.error.details[0].message, /Name strategies of the account/);
});
