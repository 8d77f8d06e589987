import { deepEqual, equal, ok } from "node:assert/strict";
import { type Alert, book, bookUnruled } from "../support/engine.ts";
import { connect } from "../support/stack.ts";
import { type Browser, browserTest, keep, type Page } from "./browser.ts";
import { openDesk, ownAccount } from "./desk.ts";
import { judge } from "./judge.ts";

const HOSTILE = `<img src=x onerror="globalThis.hacked = 1">`;
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);

/** An alert of so many minutes ago, that took seconds to arrive. */
const alert = (minutes: number, seconds: number, more: Alert): Alert => ({
  ...{ symbol: "ACME", price: "100", time: ago(minutes).toISOString() },
  ...{ arrived_at: ago(minutes).getTime() + seconds * 1_000 },
  received_at: new Date(ago(minutes).getTime() + seconds * 1_000 + 40).toISOString(),
  ...more,
});
const long = (quantity: string) => ({ side: "long", quantity });
const flat = { side: "flat", quantity: "0" };

/** An account with a steady strategy that has stopped, one of which an alert was missed, and a refusal. */
async function sickAccount(strategy = "trend"): Promise<string> {
  const account = await ownAccount();
  const steady = Array.from({ length: 400 }, (_, nr) =>
    alert(30 * (500 - nr), 1 + nr % 4, {
      ...{ strategy: "stopped", symbol: "OTHER", quantity: "1" },
      action: nr % 2 === 0 ? "buy" : "sell",
    }));
  const sql = connect(1);
  try {
    const alerts: Alert[] = [
      ...steady,
      alert(50, 2, { strategy, action: "buy", quantity: "5", target: long("5") }),
      { ...alert(40, 2, { action: "mark", price: "110" }), strategy: "" },
      alert(30, 45, { strategy, action: "sell", quantity: "2", target: flat, price: "104" }),
      alert(20, 2, { strategy, action: "buy" }),
    ];
    await (strategy.startsWith(HOSTILE) ? bookUnruled : book)(
      sql,
      alerts.map((each) => ({ account, ...each })),
    );
  } finally {
    await sql.end();
  }
  return account;
}

async function openHealth(page: Page): Promise<void> {
  await page.getByRole("group", { name: "Page" }).getByRole("button", { name: "Alert health" }).click();
  await page.locator(".strategies .stats").waitFor();
}

/** The figure of that name. */
const figure = (page: Page, name: string) =>
  page.locator(".strategies dl div", { has: page.getByText(name, { exact: true }) }).locator("dd")
    .innerText();

/** The texts of the first row of a table, once it is there. */
async function firstRow(page: Page, table: string): Promise<string[]> {
  const cells = page.getByRole("region", { name: `${table}, a table` }).locator("tbody tr").first().locator(
    "td",
  );
  await cells.first().waitFor();
  return await cells.allInnerTexts();
}

async function look(browser: Browser, how: { scheme: "dark" | "light"; phone: boolean }, state: string) {
  const { page, problems, context } = await openDesk(browser, { ...how, account: await sickAccount() });
  await openHealth(page);
  equal(await figure(page, "Missed"), "1");
  equal(await figure(page, "Silent"), "1");
  equal(await figure(page, "Refused"), "1");
  ok((await figure(page, "Profit from gaps")).includes("18"));
  deepEqual((await firstRow(page, "Strategies")).slice(0, 2), ["stopped", "silent"]);
  const gap = await firstRow(page, "Gaps");
  deepEqual([gap[0], gap[3], gap[5], gap[7]], ["missed", "ACME", "−3", "5"]);
  const late = await firstRow(page, "Late alerts");
  deepEqual([late[3], late[5]], ["45 s", "45 s"]);
  await judge(page, state);
  await page.getByRole("group", { name: "Latency by" }).getByRole("button", { name: "Hour" }).click();
  await page.getByRole("region", { name: "Latency, a table" }).getByText(/^\d\d:00 UTC$/).first().waitFor();
  await page.getByLabel("Status").selectOption("refused");
  await page.getByText("No gaps fit these filters.").waitFor();
  await judge(page, `${state}-hours`);
  deepEqual(problems, []);
  await context.close();
}

browserTest(
  "the page says which strategy is silent, what was missed and what it cost, and which alerts were late, in the dark",
  (browser) => look(browser, { scheme: "dark", phone: false }, "alert-health-dark"),
);

browserTest(
  "and in the light, on a phone",
  (browser) => look(browser, { scheme: "light", phone: true }, "alert-health-phone"),
);

browserTest("an account without alerts says so, and nothing of it is serious to axe", async (browser) => {
  const { page, problems } = await openDesk(browser, { account: await ownAccount() });
  await page.getByRole("group", { name: "Page" }).getByRole("button", { name: "Alert health" }).click();
  await page.locator(".strategies").getByText("No alert came yet.").waitFor();
  await page.getByText("No gap: before every alert").waitFor();
  await judge(page, "alert-health-empty");
  deepEqual(problems, []);
});

browserTest("a hostile strategy stays text", async (browser) => {
  const { page, problems } = await openDesk(browser, { account: await sickAccount(`${HOSTILE}{{7*7}}`) });
  await openHealth(page);
  for (const table of ["Strategies", "Gaps", "Latency", "Late alerts"]) {
    await page.getByRole("region", { name: `${table}, a table` }).locator("td", { hasText: HOSTILE }).first()
      .waitFor();
  }
  await keep(page, "alert-health-hostile");
  equal(await page.evaluate("globalThis.hacked"), undefined);
  equal(await page.locator("#app img, #app script, #app iframe").count(), 0);
  deepEqual(problems, []);
});

browserTest("the strategy that is picked narrows every table", async (browser) => {
  const { page } = await openDesk(browser, { account: await sickAccount() });
  await openHealth(page);
  await page.getByRole("combobox", { name: "Strategy" }).selectOption("=stopped");
  await page.getByText("No gap: before every alert").waitFor();
  deepEqual((await firstRow(page, "Strategies"))[0], "stopped");
  equal(await page.getByRole("region", { name: "Strategies, a table" }).locator("tbody tr").count(), 1);
});
