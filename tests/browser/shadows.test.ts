import { deepEqual, equal } from "node:assert/strict";
import { book } from "../support/engine.ts";
import { asService, connect, unique } from "../support/stack.ts";
import { browserTest } from "./browser.ts";
import { openDesk, ownAccount } from "./desk.ts";
import { judge } from "./judge.ts";

/** An account that the page may see, with a shadow of twice the size and a fee. */
async function followedAccount(
  settings: Record<string, unknown>,
): Promise<{ account: string; shadow: string }> {
  const account = await ownAccount();
  const shadow = unique("doubled");
  const { error } = await asService().rpc("upsert_shadow_account", {
    ...{ account, shadow, settings: settings as never },
    size_factor: "2" as never,
  });
  equal(error, null);
  const sql = connect(1);
  const alert = { account, symbol: "ACME", quantity: "10" };
  await book(sql, [{ ...alert, action: "buy", price: "100" }, { ...alert, action: "sell", price: "110" }]);
  await sql.end();
  return { account, shadow };
}

for (
  const [name, look] of [["in the dark", {}], ["in the light, on a phone", {
    scheme: "light",
    phone: true,
  }]] as const
) {
  browserTest(
    `a shadow stands under its account, with what differs, and a click compares them, ${name}`,
    async (browser) => {
      const { account, shadow } = await followedAccount({ fee_per_trade: 3 });
      const { page, problems, context } = await openDesk(browser, { ...look, account });
      const row = page.locator(".shadows tbody tr");
      await row.getByText("size × 2, fee_per_trade 3").waitFor();
      deepEqual((await row.locator("th, td").allInnerTexts()).slice(2, 4), ["+194.00", "all booked"]);
      await page.locator(".shadows").scrollIntoViewIfNeeded();
      await judge(page, `shadows-${look.phone ? "phone" : "dark"}`);
      await row.getByRole("button", { name: "Compare" }).click();
      await page.getByRole("heading", { name: `${account} beside ${shadow}` }).waitFor();
      await page.locator(".compared dl div", { hasText: "Match rate" }).getByText("100%").waitFor();
      deepEqual(problems, []);
      await context.close();
    },
  );
}

browserTest("an account without shadows shows nothing of them", async (browser) => {
  const { page } = await openDesk(browser, { account: await ownAccount() });
  await page.locator(".figures-row").waitFor();
  equal(await page.locator(".shadows").count(), 0);
});
