import { equal } from "node:assert/strict";
import { type Desk, deskTest, fills } from "../support/desk.ts";
import { said } from "../support/order-cases.ts";

const limit = (limit_price: string) => ({ order_type: "limit", limit_price });
const statuses = async ({ sql, account }: Desk) =>
  (await sql`select o.status, o.reason from trading.orders o join trading.accounts a on a.id = o.account_id
             where a.name = ${account} order by o.id`).map(({ status, reason }) =>
    reason ? `${status} ${reason}` : status
  );

deskTest("a gtc order, which is the default, rests until it is canceled", {}, async (desk) => {
  await desk.buy("1", "100", { ...limit("95"), received_at: "2026-03-02T10:00:00Z" });
  equal(fills(await desk.mark("95", { received_at: "2027-03-02T10:00:00Z" })), "buy 1 @ 95");
});

deskTest("a day order fills until the day ends in UTC", {}, async (desk) => {
  await desk.buy("1", "100", { ...limit("95"), time_in_force: "day", received_at: "2026-03-02T10:00:00Z" });
  equal(fills(await desk.mark("95", { received_at: "2026-03-02T23:59:59Z" })), "buy 1 @ 95");
});

deskTest("a day order expires at the day's end, before the mark that comes then", {}, async (desk) => {
  await desk.buy("1", "100", { ...limit("95"), time_in_force: "day", received_at: "2026-03-02T10:00:00Z" });
  const next = await desk.mark("95", { received_at: "2026-03-03T00:00:00Z" });
  equal(fills(next), "");
  equal(next.orders.map(({ status }) => status).join(), "expired");
  equal((await statuses(desk)).join(), "expired");
});

deskTest("a day ends at midnight of the account's time zone, also when the clock changes", {
  settings: { time_zone: "America/New_York" },
}, async (desk) => {
  // 8 March 2026 has 23 hours in New York: it ends at 04:00 UTC on the 9th.
  for (const limit_price of ["95", "94"]) {
    const received_at = "2026-03-08T05:30:00Z";
    await desk.buy("1", "100", { ...limit(limit_price), time_in_force: "day", received_at });
  }
  equal(fills(await desk.mark("95", { received_at: "2026-03-09T03:59:59Z" })), "buy 1 @ 95");
  equal(fills(await desk.mark("90", { received_at: "2026-03-09T04:00:00Z" })), "");
});

deskTest("a day order expires by an alert of any symbol", {}, async (desk) => {
  await desk.buy("1", "100", { ...limit("95"), time_in_force: "day", received_at: "2026-03-02T10:00:00Z" });
  await desk.mark("7", { symbol: "OTHER", received_at: "2026-03-03T10:00:00Z" });
  equal((await statuses(desk)).join(), "expired");
});

deskTest("an ioc order that cannot fill at once is canceled", {}, async (desk) => {
  const answer = await desk.buy("1", "100", { ...limit("95"), time_in_force: "ioc" });
  equal(answer.status, "canceled");
  equal((await statuses(desk)).join(), "canceled ioc");
  equal(fills(await desk.mark("90")), "");
});

deskTest("an ioc order that can fill at once fills", {}, async (desk) => {
  equal(said(await desk.buy("1", "100", { ...limit("101"), time_in_force: "ioc" })), "filled: buy 1 @ 100");
});

deskTest("the exits of a day order's bracket live on when the day has ended", {}, async (desk) => {
  const received_at = "2026-03-02T10:00:00Z";
  await desk.buy("1", "100", { time_in_force: "day", stop_loss: { amount: "5" }, received_at });
  equal(fills(await desk.mark("95", { received_at: "2026-03-05T10:00:00Z" })), "sell 1 @ 95");
});

async function threeOrders(desk: Desk): Promise<string[]> {
  const ids = [];
  for (const [strategy, symbol] of [["", desk.symbol], ["b", desk.symbol], ["", "OTHER"]]) {
    const answer = await desk.buy("1", "100", { ...limit("95"), strategy, symbol });
    ids.push(answer.orders[0]?.id ?? "");
  }
  return ids;
}

deskTest("cancel takes the orders of its symbol and strategy", {}, async (desk) => {
  await threeOrders(desk);
  const answer = await desk.send({ action: "cancel" });
  equal(answer.status, "canceled");
  equal(answer.orders.length, 1);
  equal((await statuses(desk)).join(), "canceled alert,open,open");
});

deskTest("cancel by id takes that order, whatever its symbol and strategy", {}, async (desk) => {
  const [, , third = ""] = await threeOrders(desk);
  equal((await desk.send({ action: "cancel", symbol: "", order_id: third })).status, "canceled");
  equal((await statuses(desk)).join(), "open,open,canceled alert");
});

deskTest("cancel without a symbol takes every order of the account", {}, async (desk) => {
  await threeOrders(desk);
  const answer = await desk.send({ action: "cancel", symbol: "" });
  equal(answer.orders.length, 3);
  equal((await statuses(desk)).join(), "canceled alert,canceled alert,canceled alert");
});

deskTest("cancel without anything to cancel is ignored", {}, async (desk) => {
  equal(said(await desk.send({ action: "cancel" })), "ignored");
  equal(said(await desk.send({ action: "cancel", order_id: "no-such-order" })), "ignored");
});

deskTest("cancel takes no order of another account", {}, async (desk) => {
  const [first = ""] = await threeOrders(desk);
  await desk.sql`select public.create_account(${desk.account + "-2"})`;
  equal(
    (await desk.send({ action: "cancel", order_id: first, account: desk.account + "-2" })).status,
    "ignored",
  );
  equal((await statuses(desk)).join(), "open,open,open");
});

deskTest("cancel that comes with a price cancels before that price fills anything", {}, async (desk) => {
  await desk.buy("1", "100", limit("95"));
  const answer = await desk.send({ action: "cancel", price: "94" });
  equal(said(answer), "canceled");
  equal((await statuses(desk)).join(), "canceled alert");
});

deskTest("cancel of one leg leaves the other", {}, async (desk) => {
  const entry = await desk.buy("1", "100", { stop_loss: { amount: "5" }, take_profit: { amount: "5" } });
  const stop = entry.orders.find(({ leg }) => leg === "stop_loss");
  await desk.send({ action: "cancel", order_id: stop?.id });
  equal(fills(await desk.mark("90")), "");
  equal(fills(await desk.mark("105")), "sell 1 @ 105");
});
