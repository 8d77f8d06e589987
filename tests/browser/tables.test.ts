import { deepEqual, equal, ok } from "node:assert/strict";
import { post } from "../support/alerts.ts";
import { book } from "../support/engine.ts";
import { compact } from "../support/retention.ts";
import { connect } from "../support/stack.ts";
import { browserTest, keep, type Page } from "./browser.ts";
import { columnTexts, openDesk, openTable, ownAccount, rowCount, settled } from "./desk.ts";

/** An account with sixty closed trades, SYM0 to SYM9, whose net results are all different. */
async function tradedAccount(): Promise<string> {
  const account = await ownAccount();
  const sql = connect(1);
  try {
    const alerts = Array.from({ length: 60 }, (_, nr) => {
      const symbol = `SYM${nr % 10}`;
      const exit = 100 + ((nr * 37) % 61) - 30.5;
      return [
        { account, symbol, action: "buy", quantity: "1", price: "100" },
        { account, symbol, action: "sell", quantity: "1", price: String(exit) },
      ];
    }).flat();
    for (let start = 0; start < alerts.length; start += 100) {
      await book(sql, alerts.slice(start, start + 100));
    }
  } finally {
    await sql.end();
  }
  return account;
}

const numbers = (texts: string[]): number[] =>
  texts.map((text) => Number(text.replace("\u2212", "-").replace(/[+,]/g, "")));
const heading = (page: Page, name: string) => page.locator(".rows thead").getByRole("button", { name });

browserTest("tables sort, filter, page and export", async (browser, t) => {
  const account = await tradedAccount();
  const { page, problems } = await openDesk(browser, { account });
  await openTable(page, "Trades");
  await page.locator(".rows tbody tr").first().waitFor();

  await t.step("pages go on from where the last one ended, and back", async () => {
    const first = await columnTexts(page, "Net");
    equal(first.length, 25);
    await page.getByRole("button", { name: "Older" }).click();
    await page.getByText("Rows 26 to 50").waitFor();
    await settled(page);
    const second = await columnTexts(page, "Net");
    await page.getByRole("button", { name: "Older" }).click();
    await page.getByText("Rows 51 to 60").waitFor();
    await settled(page);
    const third = await columnTexts(page, "Net");
    equal(await page.getByRole("button", { name: "Older" }).isDisabled(), true);
    equal(new Set([...first, ...second, ...third]).size, 60);
    await page.getByRole("button", { name: "Newer" }).click();
    await page.getByRole("button", { name: "Newer" }).click();
    await page.getByText("Rows 1 to 25").waitFor();
    await settled(page);
    deepEqual(await columnTexts(page, "Net"), first);
  });

  await t.step("a heading sorts all of them by size, and then the other way", async () => {
    await heading(page, "Net").click();
    await page.locator("th[aria-sort=descending]").waitFor();
    await settled(page);
    const best = numbers(await columnTexts(page, "Net"));
    deepEqual(best, best.toSorted((a, b) => b - a));
    equal(best[0], 29.5);
    await heading(page, "Net").click();
    await page.locator("th[aria-sort=ascending]").waitFor();
    equal(numbers(await columnTexts(page, "Net"))[0], -30.5);
    await keep(page, "sorted");
  });

  await t.step("a symbol narrows them, whatever its case", async () => {
    await page.getByRole("combobox", { name: "Symbol", exact: true }).fill("sym3");
    await rowCount(page, 6);
    deepEqual(new Set(await columnTexts(page, "Symbol")), new Set(["SYM3"]));
    await page.getByRole("combobox", { name: "Symbol", exact: true }).fill("NONE");
    await page.getByText("No trades fit these filters.").waitFor();
    await page.getByRole("button", { name: "Clear the filters" }).click();
    await rowCount(page, 25);
  });

  await t.step(
    "CSV has every row that the filters leave, in the order shown, with plain numbers",
    async () => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "CSV" }).click(),
      ]);
      const file = await download.path();
      const lines = (await Deno.readTextFile(file)).trimEnd().split("\r\n");
      equal(lines.length, 61);
      equal(
        lines[0],
        "closed_at,symbol,strategy,side,quantity,entry_price,exit_price,gross_pnl,fees,net_pnl,duration",
      );
      ok(/,long,1,100,69\.5,-30\.5,0,-30\.5,/.test(lines[1] ?? ""), lines[1]);
    },
  );

  await t.step("a click on a symbol charts it", async () => {
    await page.locator(".rows").getByRole("button", { name: "SYM5" }).first().click();
    await page.locator(".symbol .chart[aria-label^='Marks of SYM5']").waitFor();
  });

  deepEqual(problems, []);
});

browserTest("the page can be used with the keyboard alone", async (browser) => {
  const account = await tradedAccount();
  const { page } = await openDesk(browser, { account });
  await page.getByRole("tab", { name: "Positions" }).focus();
  for (let presses = 0; presses < 4; presses++) await page.keyboard.press("ArrowRight");
  equal(await page.evaluate("document.activeElement.id"), "tab-alerts");
  await page.locator(".expander").first().waitFor();
  // Through the filters and headings to the first row's details, and open them.
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(`document.activeElement.matches(".expander")`)) break;
  }
  await page.keyboard.press("Enter");
  await page.locator(".details").waitFor();
  const outline = await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`);
  equal(outline, "solid", "the focus can be seen");
  await page.keyboard.press("ArrowLeft");
  equal(await page.locator(".details").count(), 1, "arrows move between tabs on the tabs only");
});

browserTest("a mark that only moved the price is marked, not ignored", async (browser) => {
  const account = await ownAccount();
  for (const alert of [{ action: "mark", price: "100" }, { action: "close", price: "100" }]) {
    await post({ symbol: "ACME", ...alert }, { query: `?account=${account}` });
  }
  const { page } = await openDesk(browser, { account });
  await openTable(page, "Alerts");
  await rowCount(page, 2);
  deepEqual(await columnTexts(page, "Outcome"), ["ignored", "marked"]);
  await page.getByLabel("Status").selectOption({ label: "ignored, marked" });
  await settled(page);
  await rowCount(page, 2);
});

browserTest("the list of alerts says how many old marks it does not show", async (browser, t) => {
  const account = await ownAccount();
  const sql = connect(1);
  try {
    const alerts = Array.from({ length: 1235 }, (_, nr) => ({
      account,
      symbol: "SYM0",
      action: "mark",
      price: "100",
      received_at: new Date(Date.parse("2026-03-02T10:00:00Z") + nr * 60_000).toISOString(),
    }));
    for (let start = 0; start < alerts.length; start += 250) {
      await book(sql, alerts.slice(start, start + 250));
    }
    await compact(sql, account, new Date().toISOString());
  } finally {
    await sql.end();
  }
  await t.step("below it", async () => {
    const { page, problems } = await openDesk(browser, { account });
    await openTable(page, "Alerts");
    await page.getByText("Old marks in the archive: 1,234.").waitFor();
    await rowCount(page, 1);
    await keep(page, "archive");
    deepEqual(problems, []);
  });
});
