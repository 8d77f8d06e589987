import assert from "node:assert/strict";
import { csvOf, HEADERS } from "../support/backtests.ts";
import { useTool } from "../support/functions.ts";
import { exportOf } from "../support/imports.ts";
import { asService, unique } from "../support/stack.ts";

Deno.test("of two backtests that are imported into one account at once, one gets in whole, and the other not at all", async () => {
  for (const seed of [20, 30, 40]) {
    const account = unique("at-once");
    const files = [exportOf(seed, 300), exportOf(seed + 1, 300)];
    const answers = await Promise.all(files.map((file) => useTool("import_backtest", { account, file })));
    const [got, refused] = answers.toSorted((a, b) => a.status - b.status);
    assert.deepEqual([got?.status, got?.body.result?.check.equal], [200, true], got?.text);
    assert.equal(got?.body.result.booked, got?.body.result.orders);
    assert.deepEqual([refused?.status, refused?.body.error.code], [422, "another_backtest"]);
  }
});

Deno.test("a backtest may begin long before 2000", async () => {
  const account = unique("long-ago");
  const rows = [
    ["1", "Exit long", "1987-10-19", "crash", "8", "2", "20", "-4", "", "-4"],
    ["1", "Entry long", "1962-01-02", "in", "10", "2", "20", "-4", "", "-4"],
    ["2", "Exit long", "2025-04-01", "out", "12", "2", "18", "6", "", "2"],
    ["2", "Entry long", "1999-12-31", "in", "9", "2", "18", "6", "", "2"],
  ];
  const { body, text } = await useTool("import_backtest", { account, file: csvOf([HEADERS, ...rows]) });
  assert.equal(body.result?.check.equal, true, text);
  assert.deepEqual(
    (await asService().rpc("list_trades", { account })).data?.map(({ opened_at }) => opened_at.slice(0, 10)),
    ["1999-12-31", "1962-01-02"],
  );
  assert.deepEqual((await asService().rpc("verify_account", { account })).data, []);
  const figures = await asService().rpc("performance", { account });
  assert.deepEqual([figures.error, figures.data?.net], [null, "2"]);
  for (const rpc of ["equity_curve", "compare_curve", "compare_strategies"] as const) {
    assert.equal((await asService().rpc(rpc, { account })).error, null, rpc);
  }
});
