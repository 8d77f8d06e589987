import { deepEqual } from "node:assert/strict";
import { post } from "../support/alerts.ts";
import { connect, stack } from "../support/stack.ts";
import { type Browser, browserTest } from "./browser.ts";
import { openDesk, openTable, openWindow, ownAccount } from "./desk.ts";
import { judge } from "./judge.ts";
import { tellStory } from "./story.ts";

/** An account with weeks of trading. */
async function livelyAccount(): Promise<string> {
  const account = await ownAccount({ leverage: 4, fee_bps: 2, time_zone: "America/New_York" });
  const sql = connect(1);
  try {
    await tellStory(sql, account);
  } finally {
    await sql.end();
  }
  return account;
}

type Look = { scheme: "dark" | "light"; phone: boolean };

/** An account's page in each of its states. */
async function judgeDesk(
  browser: Browser,
  name: string,
  look: Look,
  lively: string,
  empty: string,
): Promise<void> {
  const { page, context } = await openDesk(browser, { ...look, account: lively });
  await page.locator(".equity canvas").first().waitFor();
  await page.locator(".symbol canvas").first().waitFor();
  await page.locator(".rows").waitFor();
  await page.waitForTimeout(300);
  await judge(page, name);
  await openTable(page, "Orders");
  await page.locator(".rows td").first().waitFor();
  await judge(page, `${name}-orders`);
  await openTable(page, "Alerts");
  await page.locator(".expander").first().click();
  await page.locator(".details").scrollIntoViewIfNeeded();
  await judge(page, `${name}-alert`);
  await page.getByRole("combobox", { name: "Symbol", exact: true }).fill("NONE");
  await page.getByText("No alerts fit these filters.").waitFor();
  await judge(page, `${name}-nothing-fits`);
  await page.getByRole("combobox", { name: "Account" }).selectOption(empty);
  await page.locator(".first-alert").waitFor();
  await judge(page, `${name}-empty`);
  await context.close();
}

/** The screens before it. */
async function judgeDoor(browser: Browser, name: string, look: Look): Promise<void> {
  const { page, context } = await openWindow(browser, look);
  await page.route("**/config.json", (route) => route.fulfill({ status: 404 }));
  await page.goto(stack.dashboard_url);
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("alert").waitFor();
  await judge(page, `${name}-connect`);
  await page.getByLabel("Project URL").fill(stack.api_url);
  await page.getByLabel("Publishable key").fill(stack.publishable_key);
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await judge(page, `${name}-sign-in`);
  await context.close();
}

browserTest(
  "axe-core finds nothing serious in any state, dark or light, on a desk or a phone",
  async (browser, t) => {
    const [lively, empty] = [await livelyAccount(), await ownAccount()];
    for (const phone of [false, true]) {
      await t.step(phone ? "on a phone" : "on a desk", async () => {
        await Promise.all((["dark", "light"] as const).map(async (scheme) => {
          const name = `${phone ? "phone" : "desk"}-${scheme}`;
          await judgeDesk(browser, name, { scheme, phone }, lively, empty);
          await judgeDoor(browser, name, { scheme, phone });
        }));
      });
    }
  },
);

/** What is wider than its place: a field's words, tabs, or the page. */
const CUT = `[...document.querySelectorAll(".filters input, .filters select, .pickers select, .tabs, html")]
  .filter((part) => {
    const room = part.clientWidth;
    if (!part.matches("input, select")) return part.scrollWidth > room;
    const { font, paddingLeft, paddingRight } = getComputedStyle(part);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = font;
    const words = part.matches("select") ? part.selectedOptions[0].text : part.value || part.placeholder;
    return pen.measureText(words).width > room - parseFloat(paddingLeft) - parseFloat(paddingRight);
  }).map(({ outerHTML }) => outerHTML.slice(0, 80))`;

browserTest(
  "nothing is cut or wider than a phone, and the theme can be changed for good",
  async (browser) => {
    const account = await ownAccount();
    await post({ symbol: "AAPL", action: "buy", quantity: "1", price: "100" }, {
      query: `?account=${account}`,
    });
    const { page } = await openDesk(browser, { account, phone: true, scheme: "dark" });
    await page.locator(".rows").waitFor();
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      for (const table of ["Positions", "Orders", "Fills", "Trades", "Alerts", "Marks"]) {
        await openTable(page, table);
        await page.locator(".filters").waitFor();
        deepEqual(await page.evaluate(CUT), [], `${table}, ${width} px`);
      }
    }
    await page.getByRole("button", { name: "Change to the light theme" }).click();
    await page.reload();
    await page.getByRole("button", { name: "Change to the dark theme" }).waitFor();
  },
);
