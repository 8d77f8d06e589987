import { deepEqual, equal, ok } from "node:assert/strict";
import { post } from "../support/alerts.ts";
import { atMostOnce } from "../support/noise.ts";
import { asService, stack } from "../support/stack.ts";
import { browserTest, keep, note, type Page } from "./browser.ts";
import { columnTexts, openDesk, openTable, ownAccount } from "./desk.ts";

/** Sends an alert, and measures from its answer until the page shows what came of it. */
async function sendAndSee(
  page: Page,
  account: string,
  alert: Record<string, unknown>,
  see: (page: Page) => Promise<void>,
): Promise<number> {
  await post(alert, { query: `?account=${account}` });
  const answered = performance.now();
  await see(page);
  return performance.now() - answered;
}

browserTest("alerts appear within two seconds, without a reload", async (browser, t) => {
  const account = await ownAccount({ leverage: 1 });
  const { page, problems } = await openDesk(browser, { account });
  let loads = 0;
  page.on("load", () => loads++);

  await t.step("an account without alerts says what to paste, and where", async () => {
    const text = await page.locator(".first-alert").innerText();
    ok(text.includes(`/functions/v1/alerts?account=${account}`));
    ok(text.includes("{{strategy.order.action}}"));
    await keep(page, "empty-account");
  });

  await t.step("the first fill brings the position, the curve and the chart", async () => {
    const took = await sendAndSee(page, account, {
      symbol: "AAPL",
      action: "buy",
      quantity: "10",
      price: "190.25",
    }, async () => {
      await page.locator(".rows td", { hasText: "190.25" }).first().waitFor();
    });
    note(`a position after ${took.toFixed(0)} ms`);
    await page.locator(".equity canvas").first().waitFor();
    await page.locator(".symbol canvas").first().waitFor();
    equal(await page.locator(".first-alert").count(), 0);
    deepEqual(await columnTexts(page, "Symbol"), ["AAPL"]);
    deepEqual(await columnTexts(page, "Quantity"), ["10"]);
    const chart = await page.locator(".symbol .chart").getAttribute("aria-label");
    equal(chart, "Marks of AAPL; last 190.25; fills in 1 bars");
  });

  await t.step("a mark moves equity, day and total", async () => {
    await sendAndSee(page, account, { symbol: "AAPL", action: "mark", price: "195.25" }, async () => {
      await page.locator(".lead-figure", { hasText: "$100,050.00" }).waitFor();
    });
    const figures = await page.locator(".figures-row").innerText();
    ok(figures.includes("+$50.00"));
    ok(figures.includes("$98,097.50"));
    ok(/\$1,952\.50 without a stop/.test(figures), figures);
  });

  await t.step("fills follow, the newest first", async () => {
    await openTable(page, "Fills");
    await page.locator(".rows td", { hasText: "190.25" }).waitFor();
    let sold = 0;
    const sellAndSee = () => {
      const quantity = String(++sold);
      const alert = { symbol: "AAPL", action: "sell", quantity, price: "196" };
      return sendAndSee(page, account, alert, async () => {
        await page.locator(".rows tbody tr:first-child", { hasText: quantity }).filter({ hasText: "sell" })
          .waitFor();
        while ((await columnTexts(page, "Quantity"))[0] !== quantity) await page.waitForTimeout(20);
      });
    };
    // The middle one of five: they come at any time between two beats of the page.
    await atMostOnce(2_000, async () => {
      const times: number[] = [];
      for (let nr = 0; nr < 5; nr++) times.push(await sellAndSee());
      note(`fills after ${times.map((time) => time.toFixed(0)).join(", ")} ms`);
      return times.toSorted((a, b) => a - b)[2] ?? Infinity;
    }, 3);
  });

  await t.step("a refusal comes with its reason, what to do, and how the alert was read", async () => {
    await openTable(page, "Alerts");
    const alert = { symbol: "MSFT", action: "buy", quantity: "100000", price: "196", comment: "too much" };
    const took = await sendAndSee(page, account, alert, async () => {
      await page.locator(".rows td", { hasText: "insufficient_funds" }).waitFor();
    });
    note(`a refusal after ${took.toFixed(0)} ms`);
    equal((await columnTexts(page, "Outcome"))[0], "rejected");
    equal((await columnTexts(page, "Read as"))[0], "buy 100,000, price 196");
    await page.locator(".expander").first().click();
    const details = await page.locator(".details").innerText();
    ok(details.includes("exposure would exceed equity x leverage"));
    ok(details.includes("Send less, deposit, or raise leverage."));
    ok(details.includes("too much"));
    await keep(page, "refusal");
  });

  await t.step("a resting order and a halt are told", async () => {
    await post({
      symbol: "AAPL",
      action: "buy",
      quantity: "1",
      order_type: "limit",
      limit_price: "150",
      price: "196",
    }, {
      query: `?account=${account}`,
    });
    await openTable(page, "Orders");
    await page.locator(".rows td", { hasText: "150.00" }).waitFor();
    await page.locator("#tab-orders .count", { hasText: "1" }).waitFor();
    await asService().rpc("halt_account", { account, reason: "drill" });
    await page.locator(".figures-row", { hasText: "Halted" }).waitFor();
    ok((await page.locator(".figures-row").innerText()).includes("drill since"));
    await keep(page, "halted");
  });

  equal(loads, 0);
  deepEqual(problems, []);
});

browserTest("switching account shows the other one, and only that", async (browser) => {
  const [first, second] = [await ownAccount(), await ownAccount({ time_zone: "Asia/Tokyo" })];
  await post({ symbol: "AAPL", action: "buy", quantity: "7", price: "100" }, { query: `?account=${first}` });
  await post({ symbol: "MSFT", action: "sell", quantity: "3", price: "400" }, {
    query: `?account=${second}`,
  });
  const { page, problems } = await openDesk(browser, { account: first });
  await page.locator(".rows td", { hasText: "AAPL" }).waitFor();
  await page.getByRole("combobox", { name: "Account" }).selectOption(second);
  await page.locator(".rows td", { hasText: "MSFT" }).waitFor();
  equal(await page.getByText("AAPL").count(), 0);
  deepEqual(await columnTexts(page, "Quantity"), ["\u22123"]);
  ok((await page.locator(".freshness").innerText()).includes("Asia/Tokyo"));
  deepEqual(problems, []);
});

browserTest("a strategy picked narrows results, tables and the curve", async (browser) => {
  const account = await ownAccount();
  const send = (strategy: string, action: string, price: string) =>
    post({ symbol: "AAPL", action, quantity: "1", price, strategy }, { query: `?account=${account}` });
  await send("alpha", "buy", "100");
  await send("alpha", "sell", "130");
  await send("beta", "buy", "100");
  const { page } = await openDesk(browser, { account });
  await page.getByRole("combobox", { name: "Strategy" }).selectOption({ label: "alpha" });
  await page.getByRole("heading", { name: "Closed trades of alpha" }).waitFor();
  await page.locator(".legend strong", { hasText: "+$30.00" }).waitFor();
  await openTable(page, "Fills");
  await page.locator(".rows tbody tr").nth(1).waitFor();
  deepEqual(await columnTexts(page, "Strategy"), ["alpha", "alpha"]);
});

browserTest("a page that loses its project says so, and goes on by itself", async (browser) => {
  const account = await ownAccount();
  const { page } = await openDesk(browser, { account });
  await page.route("**/rest/v1/**", (route) => route.abort());
  await page.getByText("Connection lost, trying again").waitFor();
  await keep(page, "connection-lost");
  await page.unroute("**/rest/v1/**");
  await page.locator(".freshness.is-live").waitFor();
});

browserTest("a page that nobody looks at asks for nothing", async (browser) => {
  const { page } = await openDesk(browser, { account: await ownAccount() });
  await page.evaluate(`
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));`);
  let asked = 0;
  page.on("request", () => asked++);
  // What was asked before it was hidden may still be on its way, and lead to more; then a beat passes without a word.
  let before = -1;
  for (let second = 0; second < 20 && asked !== before; second++) {
    before = asked;
    await page.waitForTimeout(1_000);
  }
  await page.waitForTimeout(2_000);
  equal(asked, before);
  await page.evaluate(`
    Object.defineProperty(document, "hidden", { value: false, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));`);
  await page.waitForRequest("**/rpc/list_accounts");
});

browserTest("the health strip tells of Postgres, Redis, locks, cache and outbox", async (browser) => {
  const account = await ownAccount();
  await post({ symbol: "AAPL", action: "buy", quantity: "1", price: "100" }, {
    query: `?account=${account}`,
  });
  const { page, problems } = await openDesk(browser, { account });
  const strip = page.locator(".health dl");
  await strip.getByText(/^ok, \d+ ms$/).first().waitFor();
  await strip.getByText(/^\d+ held, \d+ waiting$/).waitFor();
  await strip.getByText(/^L1 (\d+%|–), L2 (\d+%|–)$/).waitFor();
  await strip.getByText(/^\d+ pending/).waitFor();
  const redis = await strip.locator("div", { hasText: "Redis" }).innerText();
  equal(/ok/.test(redis), stack.redis_url !== null, redis);
  deepEqual(problems, []);
});
