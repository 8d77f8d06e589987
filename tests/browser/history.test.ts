import { deepEqual, equal, ok } from "node:assert/strict";
import { post } from "../support/alerts.ts";
import { fillHistory } from "../support/history.ts";
import { connect } from "../support/stack.ts";
import { browserTest, keep, note } from "./browser.ts";
import { openDesk, openTable, ownAccount, settled } from "./desk.ts";

browserTest("with 100,000 fills it stays fluid", async (browser, t) => {
  const account = await ownAccount();
  const sql = connect(1);
  try {
    await fillHistory(sql, account, { fills: 100_000, minutes: 50_000 });
  } finally {
    await sql.end();
  }
  // The history was written past the booking: one alert makes its symbol known.
  await post({ symbol: "SYM0", action: "buy", quantity: "1", price: "101" }, {
    query: `?account=${account}`,
  });
  const timed = async (what: string, work: () => Promise<void>) => {
    const started = performance.now();
    await work();
    note(`${what}: ${(performance.now() - started).toFixed(0)} ms`);
  };

  const opening = performance.now();
  const { page, problems } = await openDesk(browser, { account });
  note(`opened: ${(performance.now() - opening).toFixed(0)} ms`);
  await page.locator(".equity canvas").first().waitFor();
  await page.locator(".symbol canvas").first().waitFor();
  await page.evaluate(`
    globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
    }).observe({ entryTypes: ["longtask"] });`);

  await t.step("every range is drawn from at most 1000 points", async () => {
    let points = 0;
    page.on("response", async (response) => {
      if (!/equity_curve|symbol_chart/.test(response.url())) return;
      points = Math.max(points, (await response.json().catch(() => [])).length);
    });
    const ranges = page.getByRole("group", { name: "Range of the equity curve" });
    for (const range of ["1D", "1W", "All", "1M"]) {
      await timed(`range ${range}`, async () => {
        const drawn = page.waitForResponse("**/rpc/equity_curve");
        await ranges.getByRole("button", { name: range, exact: true }).click();
        await (await drawn).finished();
        await page.locator(".equity .outcome:not(.is-stale)").waitFor();
      });
    }
    const symbol = page.getByRole("group", { name: "Range of the symbol's chart" });
    await timed("symbol, all", async () => {
      const drawn = page.waitForResponse("**/rpc/symbol_chart");
      await symbol.getByRole("button", { name: "All", exact: true }).click();
      await (await drawn).finished();
      await page.locator(".symbol .outcome:not(.is-stale)").waitFor();
    });
    ok(points > 0 && points <= 1000, `${points} points`);
  });

  await t.step("tables page and sort", async () => {
    await timed("fills", async () => {
      await openTable(page, "Fills");
      await page.locator(".rows tbody tr").first().waitFor();
    });
    for (let pages = 0; pages < 3; pages++) {
      await timed("older", async () => {
        await page.getByRole("button", { name: "Older" }).click();
        await page.getByText(`Rows ${25 * pages + 26} to`).waitFor();
        await settled(page);
      });
    }
    await timed("sorted", async () => {
      await page.locator(".rows thead").getByRole("button", { name: "Realized" }).click();
      await page.getByText("sorted among the newest 1,000").waitFor();
    });
    equal(await page.locator(".rows tbody tr").count(), 25);
  });

  await t.step("an alert still appears", async () => {
    await page.getByRole("button", { name: "Unsort" }).click();
    await timed("an alert", async () => {
      await post({ symbol: "SYM0", action: "buy", quantity: "321", price: "101" }, {
        query: `?account=${account}`,
      });
      await page.locator(".rows td", { hasText: "321" }).waitFor();
    });
  });
  await keep(page, "long-history");
  note(`longest task of the page: ${Number(await page.evaluate("globalThis.longest")).toFixed(0)} ms`);
  deepEqual(problems, []);
});
