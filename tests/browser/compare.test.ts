import { deepEqual, equal, ok } from "node:assert/strict";
import { planOrders } from "../../supabase/functions/_shared/backtest/orders.ts";
import { bytesOf, csvOf, HEADERS, makeTrades, rowsOf } from "../support/backtests.ts";
import { book } from "../support/engine.ts";
import { readable } from "../support/exports.ts";
import { connect, unique } from "../support/stack.ts";
import { workbookOf } from "../support/workbooks.ts";
import { type Browser, browserTest, keep, type Page } from "./browser.ts";
import { columnTexts, openDesk, ownAccount, settled } from "./desk.ts";
import { judge } from "./judge.ts";

const HOSTILE = `<img src=x onerror="globalThis.hacked = 1">`;

/** An account that had the alerts of an export's orders, but for those that `keep` leaves out. */
async function liveAccount(file: string, isSent: (number: number) => boolean): Promise<string> {
  const account = await ownAccount();
  const { orders } = planOrders(await readable(file));
  const sql = connect(1);
  try {
    const sent = orders.filter(({ number }) => isSent(number));
    await book(
      sql,
      sent.map(({ side, quantity, price, time, position, signal }) => ({
        ...{ account, symbol: "ACME", action: side, quantity, price, time, comment: signal },
        target: {
          side: position === "0" ? "flat" : position.startsWith("-") ? "short" : "long",
          quantity: position.replace("-", ""),
        },
        received_at: time,
      })),
    );
  } finally {
    await sql.end();
  }
  return account;
}

/** Drops a file where the page takes one, as a mouse does. */
async function drop(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const transfer = await page.evaluateHandle(
    `(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(${JSON.stringify([...bytes])})], ${JSON.stringify(name)}));
      return transfer;
    })()`,
  );
  await page.dispatchEvent(".drop", "drop", { dataTransfer: transfer });
}

/** Opens the comparison, drops a file and imports it. */
async function importFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page.getByRole("group", { name: "Page" }).getByRole("button", { name: "Backtest" }).click();
  await page.locator(".drop").waitFor();
  await drop(page, `${name}.csv`, bytes);
  await page.getByText(`${name}.csv`, { exact: true }).waitFor();
  await page.getByLabel("Symbol").first().fill("ACME");
  await page.getByRole("button", { name: "Import" }).click();
}

/** The figure of that name. */
const figure = (page: Page, name: string) =>
  page.locator(".compared dl div", { has: page.getByText(name, { exact: true }) }).locator("dd").innerText();

async function compare(browser: Browser, look: { scheme: "dark" | "light"; phone: boolean }, state: string) {
  const file = csvOf(rowsOf(makeTrades(5, 60)));
  const account = await liveAccount(file, (number) => number !== 7 && number !== 20);
  const { page, problems, context } = await openDesk(browser, { ...look, account });
  await importFile(page, unique("export"), bytesOf(file));
  await page.getByText(/The profit equals the file's at all \d+ flat points/).waitFor();
  await page.locator(".compared-curve canvas").first().waitFor();
  await page.locator(".rows td").first().waitFor();
  equal(await figure(page, "Missed"), "2");
  equal(await figure(page, "Late"), "0");
  await judge(page, state);
  await page.locator(".tables").scrollIntoViewIfNeeded();
  await page.getByLabel("Status").selectOption("missed");
  await settled(page);
  await page.locator(".rows tbody tr:nth-child(2):last-child").waitFor();
  deepEqual(await columnTexts(page, "Outcome"), ["missed", "missed"]);
  await judge(page, `${state}-missed`);
  deepEqual(problems, []);
  await context.close();
}

browserTest(
  "a backtest is dropped, imported, and shown beside the account, in the dark",
  (browser) => compare(browser, { scheme: "dark", phone: false }, "backtest-dark"),
);

browserTest(
  "and in the light, on a phone",
  (browser) => compare(browser, { scheme: "light", phone: true }, "backtest-phone"),
);

browserTest(
  "before a file is there the page says what to do, and nothing of it is serious to axe",
  async (browser) => {
    const { page, problems } = await openDesk(browser, { account: await ownAccount() });
    await page.getByRole("group", { name: "Page" }).getByRole("button", { name: "Backtest" }).click();
    await page.getByText("Import a backtest, or choose the account").waitFor();
    await page.getByRole("button", { name: "Import" }).click();
    await page.getByRole("alert").getByText("Drop the file first.").waitFor();
    await judge(page, "backtest-empty");
    deepEqual(problems, []);
  },
);

browserTest("a spreadsheet's Unicode text, which is UTF-16, is taken as well", async (browser) => {
  const text = csvOf(rowsOf(makeTrades(5, 4)));
  const bytes = new Uint8Array(Uint16Array.from(`\ufeff${text}`, (unit) => unit.charCodeAt(0)).buffer);
  const { page, problems } = await openDesk(browser, { account: await ownAccount() });
  await importFile(page, unique("export"), bytes);
  await page.getByText(/The profit equals the file's at all \d+ flat points/).waitFor();
  deepEqual(problems, []);
});

browserTest("a hostile signal stays text", async (browser) => {
  const rows = [
    ["1", "Exit long", "2025-04-01 10:00", "=cmd|' /C calc'!A0", "110", "2", "", "20", "", "20"],
    ["1", "Entry long", "2025-04-01 09:00", HOSTILE, "100", "2", "", "20", "", "20"],
  ];
  const file = csvOf([HEADERS, ...rows]);
  const account = await liveAccount(file, (number) => number !== 1);
  const { page, problems } = await openDesk(browser, { account });
  await importFile(page, unique("hostile"), bytesOf(file));
  await page.locator(".rows td", { hasText: HOSTILE }).waitFor();
  await keep(page, "backtest-hostile");
  equal(await page.evaluate("globalThis.hacked"), undefined);
  equal(await page.locator("#app img, #app script, #app iframe").count(), 0);
  deepEqual(problems, []);
});

browserTest(
  "a workbook is taken too, and a file that is none of TradingView's is refused in words",
  async (browser) => {
    const rows = rowsOf(makeTrades(6, 10));
    const account = await liveAccount(csvOf(rows), () => true);
    const { page } = await openDesk(browser, { account });
    await importFile(page, unique("words"), bytesOf("Nº de trade,Tipo\n1,Salida\n"));
    await page.getByRole("alert").getByText(/it has "Nº de trade", "Tipo"/).waitFor();
    await importFile(page, unique("book"), workbookOf({ "List of trades": rows }));
    await page.getByText(/The profit equals the file's/).waitFor();
    ok((await figure(page, "Match rate")).startsWith("100"));
  },
);

browserTest("with a wrong key nothing is imported, and the page says so", async (browser) => {
  const { page } = await openDesk(browser, { account: await ownAccount() });
  await page.getByRole("group", { name: "Page" }).getByRole("button", { name: "Backtest" }).click();
  await page.getByLabel("API key of scope admin").fill("sa_wrong");
  await importFile(page, unique("key"), bytesOf(csvOf(rowsOf(makeTrades(7, 5)))));
  await page.getByRole("alert").getByText(/key/i).waitFor();
});
