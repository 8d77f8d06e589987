/** Shadow accounts over HTTP: alerts through two isolates, the tools, and what keys may. */
import assert from "node:assert/strict";
import { post } from "../support/alerts.ts";
import { sleep, useTool } from "../support/functions.ts";
import { asService, asUser, newAccount, unique } from "../support/stack.ts";

const fillsOf = async (account: string): Promise<string[]> => {
  const { data } = await asService().rpc("list_fills", { account, limit: 1000 });
  return (data ?? []).map(({ side, quantity, price }) => `${side} ${quantity} @ ${price}`).reverse();
};

async function shadowed(more: Record<string, unknown> = {}): Promise<{ account: string; shadow: string }> {
  const [account, shadow] = [await newAccount(), unique("shadow")];
  const made = await useTool("upsert_shadow_account", { account, shadow, ...more });
  assert.equal(made.status, 200, made.text);
  return { account, shadow };
}

const buy = (account: string, more: Record<string, unknown> = {}) => ({
  ...{ account, symbol: "ACME", action: "buy", quantity: "1", price: "100" },
  ...more,
});

Deno.test("an alert at the webhook is booked into account and shadow, each under its own settings", async () => {
  const { account, shadow } = await shadowed({ size_factor: "3", settings: { fee_per_trade: "2" } });
  const { status, body } = await post(buy(account));
  assert.deepEqual([status, body.account, body.fills.length], [200, account, 1]);
  assert.deepEqual([await fillsOf(account), await fillsOf(shadow)], [["buy 1 @ 100"], ["buy 3 @ 100"]]);
  const { body: listed } = await useTool("list_shadow_accounts", { account });
  const [{ shadow: name, size_factor, differs, net_pnl, behind }] = listed.result;
  assert.deepEqual([name, size_factor, differs, net_pnl, behind], [
    shadow,
    "3",
    { fee_per_trade: "2" },
    "-2",
    0,
  ]);
});

Deno.test("200 alerts at once, each sent twice, are in the shadow once each and in the account's order", async () => {
  const { account, shadow } = await shadowed();
  const alerts = Array.from(
    { length: 200 },
    (_, nr) => buy(account, { quantity: String(nr + 1), idempotency_key: `a${nr}` }),
  );
  await Promise.all([...alerts, ...alerts].map(async (alert) => {
    // As a sender does who is told to come again.
    while ((await post(alert)).status === 503) await sleep(200);
  }));
  await useTool("catch_up_shadow_account", { account, shadow });
  const fills = await fillsOf(account);
  assert.equal(fills.length, 200);
  assert.deepEqual(await fillsOf(shadow), fills);
});

Deno.test("orders by hand, a cancel that names one, and close_all follow", async () => {
  const { account, shadow } = await shadowed({ size_factor: "2" });
  const limit = { account, symbol: "ACME", side: "buy", quantity: "1", order_type: "limit", price: "100" };
  const rests = await useTool("place_order", { ...limit, limit_price: "90" });
  await useTool("place_order", { ...limit, limit_price: "80" });
  await useTool("cancel_orders", { account, order_id: rests.body.result.orders[0].id });
  const { data: open } = await asService().rpc("list_orders", { account: shadow, only_status: "open" });
  assert.deepEqual(open?.map(({ quantity, limit_price }) => [quantity, limit_price]), [["2", "80"]]);
  await post(buy(account));
  await useTool("close_all", { account, confirm: account });
  assert.deepEqual(await fillsOf(shadow), ["buy 2 @ 100", "sell 2 @ 100"]);
});

Deno.test("an alert or an order for the shadow itself is refused, with the account to send it to", async () => {
  const { account, shadow } = await shadowed();
  const { status, body } = await post(buy(shadow));
  assert.deepEqual([status, body.error?.code], [422, "shadow_account"]);
  assert.match(String(body.error?.message), new RegExp(account));
  const order = await useTool("place_order", {
    account: shadow,
    symbol: "ACME",
    side: "buy",
    quantity: "1",
    price: "1",
  });
  assert.deepEqual([order.status, order.body.error.code], [422, "shadow_account"]);
});

Deno.test("what cannot be is refused with what to do", async () => {
  const { account, shadow } = await shadowed();
  const chain = await useTool("upsert_shadow_account", { account: shadow, shadow: unique("chain") });
  assert.deepEqual([chain.status, chain.body.error.code], [422, "conflict"]);
  const taken = await useTool("upsert_shadow_account", { account, shadow: await newAccount() });
  assert.deepEqual([taken.status, taken.body.error.code], [422, "name_taken"]);
  const nobody = await useTool("remove_shadow_account", { account, shadow: "nobody" });
  assert.deepEqual([nobody.status, nobody.body.error.code], [404, "no_account"]);
  assert.equal((await useTool("upsert_shadow_account", { account })).status, 400);
  assert.equal((await useTool("upsert_shadow_account", { account, shadow, size_factor: "0" })).status, 400);
});

Deno.test("a removed shadow follows no more", async () => {
  const { account, shadow } = await shadowed();
  assert.equal((await useTool("remove_shadow_account", { account, shadow })).status, 200);
  await post(buy(account));
  assert.deepEqual(await fillsOf(shadow), []);
});

Deno.test("somebody signed in who owns neither sees no shadow", async () => {
  const { account } = await shadowed();
  const { error } = await asUser().rpc("list_shadow_accounts", { account });
  assert.equal(error?.code, "PT404");
});
