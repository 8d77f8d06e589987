import { deepEqual, equal, ok } from "node:assert/strict";
import { post } from "../support/alerts.ts";
import { bookUnruled } from "../support/engine.ts";
import { connect } from "../support/stack.ts";
import { browserTest, keep } from "./browser.ts";
import { openDesk, openTable, ownAccount } from "./desk.ts";

const HOSTILE = `<img src=x onerror="globalThis.hacked = 1">`;

browserTest("a hostile symbol, strategy or comment stays text wherever it is shown", async (browser) => {
  const account = await ownAccount();
  await post({
    symbol: "AAPL",
    action: "buy",
    quantity: "1",
    price: "100",
    comment: `</td><script>globalThis.hacked = 1</script>`,
  }, {
    query: `?account=${account}`,
  });
  const sql = connect(1);
  try {
    // Past the edge and past the database, which would refuse these.
    await bookUnruled(sql, [
      { account, symbol: HOSTILE, strategy: `${HOSTILE}{{7*7}}`, action: "buy", quantity: "1", price: "100" },
      { account, symbol: HOSTILE, strategy: `${HOSTILE}{{7*7}}`, action: "sell", quantity: "1", price: "90" },
      {
        account,
        symbol: HOSTILE,
        strategy: `${HOSTILE}{{7*7}}`,
        action: "buy",
        quantity: "2",
        price: "90",
        comment: HOSTILE,
      },
    ]);
  } finally {
    await sql.end();
  }
  const { page, problems } = await openDesk(browser, { account });
  await page.locator(".symbol canvas").first().waitFor();
  for (const title of ["Positions", "Orders", "Fills", "Trades", "Alerts"]) {
    await openTable(page, title);
    if (title === "Orders") await page.getByLabel("Status").selectOption({ label: "any status" });
    await page.locator(".rows td", { hasText: HOSTILE }).first().waitFor();
  }
  for (const expander of await page.locator(".expander").all()) {
    await expander.click();
    await page.locator(".details").waitFor();
  }
  const comments = await page.locator(".details .fields").innerText();
  ok(comments.includes("<script>globalThis.hacked = 1</script>"));
  await page.getByRole("group", { name: "P&L by" }).getByRole("button", { name: "Strategy" }).click();
  await page.locator(".bars th", { hasText: "{{7*7}}" }).waitFor();
  await page.getByRole("combobox", { name: "Strategy" }).selectOption(`=${HOSTILE}{{7*7}}`);
  await page.getByRole("heading", { name: `Closed trades of ${HOSTILE}` }).waitFor();
  await keep(page, "hostile");

  equal(await page.evaluate("globalThis.hacked"), undefined);
  equal(await page.locator("#app img, #app script, #app iframe").count(), 0);
  deepEqual(problems, []);
});

Deno.test("no source of the page writes HTML or runs text", async () => {
  const root = new URL("../../dashboard/src/", import.meta.url).pathname;
  const dangerous =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML|\beval\(|new Function/;
  const found: string[] = [];
  const walk = async (directory: string) => {
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      const path = `${directory}${name}`;
      if (isDirectory) await walk(`${path}/`);
      else if (/\.tsx?$/.test(name) && dangerous.test(await Deno.readTextFile(path))) found.push(path);
    }
  };
  await walk(root);
  deepEqual(found, []);
});
