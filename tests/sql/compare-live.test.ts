import assert from "node:assert/strict";
import { basename } from "node:path";
import { findsExactly, numbers, pair } from "../support/compared.ts";
import { exportOf, exportsBeside } from "../support/imports.ts";

for (const seed of [1, 2, 3]) {
  Deno.test(`of a live account with dropped, late and moved alerts, by seed ${seed}, exactly those are found`, async () => {
    const made = await pair(seed, exportOf(seed, 700));
    const { dropped, late, moved, extra } = made.mishaps;
    assert.ok(dropped.length > 10 && late.length > 3 && moved.length > 3 && extra > 0);
    await findsExactly(made);
  });
}

Deno.test("alerts without labels are matched by position, price and time", async () => {
  const { account, baseline, mishaps } = await pair(4, exportOf(4, 300), () => ({}));
  assert.deepEqual(await numbers({ account, baseline }, "missed"), mishaps.dropped);
});

const parity = exportsBeside();
Deno.test({
  name: "the same holds for live accounts that are made of TradingView's own exports",
  ignore: parity.length === 0,
  async fn(test) {
    for (const [index, path] of parity.entries()) {
      await test.step(basename(path, ".csv"), async () => {
        await findsExactly(await pair(index + 1, await Deno.readTextFile(path)));
      });
    }
  },
});
