import { deepEqual, equal, match, ok } from "node:assert/strict";
import { book, bookUnruled } from "../support/engine.ts";
import { connect } from "../support/stack.ts";
import { type Browser, browserTest, keep, type Page } from "./browser.ts";
import { openDesk, ownAccount } from "./desk.ts";
import { judge } from "./judge.ts";

const HOSTILE = `<img src=x onerror="globalThis.hacked = 1">`;
const DAY_MS = 86_400_000;

/** An account whose strategies each closed a trade a day for so many days until today. */
async function traded(strategies: string[], days: number): Promise<string> {
  const account = await ownAccount();
  const begin = Date.now() - days * DAY_MS;
  const sql = connect(1);
  try {
    for (let day = 0; day < days; day++) {
      const alerts = strategies.flatMap((strategy, nr) => {
        const received_at = new Date(begin + day * DAY_MS + nr * 1000).toISOString();
        const trade = { account, strategy, symbol: "ACME", quantity: "1", received_at };
        const net = Math.round(20 * Math.sin(day * (nr + 1)) + 3 * nr);
        return [{ ...trade, action: "buy", price: "500" }, {
          ...trade,
          action: "sell",
          price: String(500 + net),
        }];
      });
      await (strategies.includes(HOSTILE) ? bookUnruled : book)(sql, alerts);
    }
  } finally {
    await sql.end();
  }
  return account;
}

async function openStrategies(page: Page): Promise<void> {
  await page.getByRole("group", { name: "Page" }).getByRole("button", { name: "Strategies" }).click();
  await page.locator(".strategies").waitFor();
  await page.getByRole("group", { name: "Range of the strategies" }).getByRole("button", { name: "All" })
    .click();
}

const firstCells = async (page: Page): Promise<string[]> =>
  (await page.locator(".strategy-figures tbody th").allInnerTexts()).map((text) => text.trim());

async function look(browser: Browser, scheme: "dark" | "light", phone: boolean, state: string) {
  const account = await traded(["breakout", "mean reversion", "trend"], 40);
  const { page, problems, context } = await openDesk(browser, { account, scheme, phone });
  await openStrategies(page);
  await page.locator(".strategy-curves canvas").first().waitFor();
  deepEqual(await firstCells(page), ["Sum of these", "breakout", "mean reversion", "trend"]);
  match(
    await page.locator(".strategy-curves .chart").getAttribute("aria-label") ?? "",
    /Sum of these .*trend /,
  );
  equal(await page.locator(".correlations tbody td").first().innerText(), "1");
  match(
    await page.locator(".correlations tbody tr:first-child td:nth-child(3)").innerText(),
    /^[+−]?0\.\d\d$/,
  );
  await judge(page, state);
  await page.locator(".correlations").scrollIntoViewIfNeeded();
  await keep(page, `${state}-below`);
  deepEqual(problems, []);
  await context.close();
}

browserTest(
  "strategies are shown over each other with their figures, in the dark",
  (browser) => look(browser, "dark", false, "strategies-dark"),
);

browserTest("and in the light, on a phone", (browser) => look(browser, "light", true, "strategies-phone"));

browserTest("the keyboard leaves one out, and the sum is then that of the others", async (browser) => {
  const account = await traded(["a", "b"], 3);
  const { page, problems } = await openDesk(browser, { account });
  await openStrategies(page);
  await page.locator(".strategy-figures tbody tr:nth-child(3)").waitFor();
  await page.getByRole("checkbox", { name: "b" }).focus();
  await page.keyboard.press("Space");
  await page.locator(".strategy-figures tbody tr:nth-child(2):last-child").waitFor();
  deepEqual(await firstCells(page), ["Sum of these", "a"]);
  const [sum, own] = await page.locator(".strategy-figures tbody td:nth-child(2)").allInnerTexts();
  equal(sum, own);
  await page.getByRole("checkbox", { name: "a" }).focus();
  await page.keyboard.press("Space");
  await page.locator(".strategy-figures").waitFor({ state: "detached" });
  deepEqual(problems, []);
});

browserTest("what is not known says why: too few days to correlate, no losing trade", async (browser) => {
  const account = await traded(["one", "two"], 3);
  const { page } = await openDesk(browser, { account });
  await openStrategies(page);
  await page.locator(".correlations").getByText("days with a result: 3 of the 30 needed").first()
    .waitFor();
  await judge(page, "strategies-reasons");
});

browserTest(
  "of more strategies than there are colors, some are shown, and others can take their place",
  async (browser) => {
    const names = Array.from({ length: 10 }, (_, nr) => `s${nr}`);
    const { page } = await openDesk(browser, { account: await traded(names, 2) });
    await openStrategies(page);
    await page.locator(".strategy-figures tbody tr:nth-child(9)").waitFor();
    ok(await page.getByRole("checkbox", { name: "s9" }).isDisabled());
    await page.getByRole("checkbox", { name: "s0" }).uncheck();
    await page.getByRole("checkbox", { name: "s9" }).check();
    await page.locator(".strategy-figures th", { hasText: "s9" }).waitFor();
    equal((await firstCells(page)).includes("s0"), false);
    await judge(page, "strategies-many");
  },
);

browserTest("hostile names of strategies stay text", async (browser) => {
  const { page, problems } = await openDesk(browser, {
    account: await traded([HOSTILE, "", "Sum of these"], 2),
  });
  await openStrategies(page);
  await page.locator(".strategy-figures th", { hasText: HOSTILE }).waitFor();
  await judge(page, "strategies-hostile");
  equal(await page.evaluate("globalThis.hacked"), undefined);
  equal(await page.locator("#app img, #app script, #app iframe").count(), 0);
  deepEqual(problems, []);
});

browserTest("an account without a strategy says so", async (browser) => {
  const { page } = await openDesk(browser, { account: await ownAccount() });
  await openStrategies(page);
  await page.getByText("No strategy has traded yet.").waitFor();
  await judge(page, "strategies-empty");
});

browserTest("figures that cannot be known say why where they would stand", async (browser) => {
  const account = await ownAccount();
  const sql = connect(1);
  const at = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
  const trade = { account, symbol: "ACME", quantity: "1" };
  await book(sql, [
    { ...trade, action: "buy", price: "100", received_at: at(20) },
    { ...trade, action: "sell", price: "110", received_at: at(1) },
  ]);
  await sql.end();
  const { page, problems } = await openDesk(browser, { account });
  const stat = (name: string) =>
    page.locator(".equity .stats div", { has: page.getByText(name, { exact: true }) }).locator("dd");
  await stat("Sharpe").getByText(/1 of \d+ held days had a mark: nine in ten are needed/).waitFor();
  match(await stat("Max drawdown").innerText(), /^–\s*1 of/);
  match(await stat("Marked symbol days").innerText(), /^1 of \d+$/);
  match(await stat("Buy and hold").innerText(), /^\+10\.00%$/);
  await judge(page, "unknown-figures");
  deepEqual(problems, []);
});

browserTest("the curves are spaced by time: what lies between two trades has its room", async (browser) => {
  const account = await ownAccount();
  const sql = connect(1);
  await book(
    sql,
    [40, 39, 38, 2, 1].flatMap((days) => {
      const received_at = new Date(Date.now() - days * DAY_MS).toISOString();
      const trade = { account, strategy: "a", symbol: "ACME", quantity: "1", received_at };
      return [{ ...trade, action: "buy", price: "500" }, { ...trade, action: "sell", price: "510" }];
    }),
  );
  await sql.end();
  const { page, problems } = await openDesk(browser, { account });
  await openStrategies(page);
  const chart = page.locator(".strategy-curves .chart");
  await chart.locator("canvas").first().waitFor();
  // Side by side, the fourth of five trades would lie at two thirds.
  const { x, y, width, height } = await chart.boundingBox() ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + width * 2 / 3, y + height / 2);
  await page.locator(".strategy-curves .legend").getByText("+$30.00").first().waitFor();
  deepEqual(problems, []);
});
