import { deepEqual, equal } from "node:assert/strict";
import { deskTest, fills } from "../support/desk.ts";
import { said } from "../support/order-cases.ts";

const modify = (more: Record<string, unknown>) => ({ action: "modify", ...more });
const exits = { stop_loss: { stop_price: "95" }, take_profit: { limit_price: "110" } };

deskTest("a modify moves the stop loss of a position, and leaves its take profit", {}, async (desk) => {
  await desk.buy("10", "100", exits);
  equal(said(await desk.send(modify({ stop_loss: { stop_price: "100" }, price: "104" }))), "accepted");
  deepEqual(await desk.resting(), ["sell stop_loss 10 @ 100", "sell take_profit 10 @ 110"]);
  equal(fills(await desk.mark("99")), "sell 10 @ 99");
  deepEqual(await desk.resting(), []);
});

deskTest("a distance counts from the average entry", {}, async (desk) => {
  await desk.buy("10", "100", exits);
  await desk.buy("10", "105", { take_profit: { limit_price: "120" } });
  await desk.send(modify({ stop_loss: { amount: "2.5" }, take_profit: { percent: "20" } }));
  deepEqual(await desk.resting(), [
    "sell stop_loss 10 @ 100",
    "sell take_profit 10 @ 123",
    "sell take_profit 10 @ 123",
  ]);
});

deskTest("a moved stop that the price has passed is taken at it", {}, async (desk) => {
  await desk.buy("10", "100", exits);
  equal(
    said(await desk.send(modify({ stop_loss: { stop_price: "103" }, price: "102" }))),
    "filled: sell 10 @ 102",
  );
});

deskTest("a stop is moved before the price of its alert can reach it", {}, async (desk) => {
  await desk.buy("10", "100", exits);
  equal(said(await desk.send(modify({ stop_loss: { stop_price: "90" }, price: "94" }))), "accepted");
  equal((await desk.resting())[0], "sell stop_loss 10 @ 90");
});

deskTest("a stop loss may begin to trail, from the price that is known", {}, async (desk) => {
  await desk.buy("10", "100", exits);
  const trail = { type: "trailing_stop", trail_amount: "3" };
  await desk.send(modify({ stop_loss: trail, price: "108" }));
  equal((await desk.resting())[0], "sell stop_loss 10 @ 105");
  equal(fills(await desk.mark("105")), "sell 10 @ 105");
});

deskTest("a modify moves the price of a resting order, to its tick, and what it will place", {
  instrument: { tick_size: "0.5" },
}, async (desk) => {
  await desk.buy("1", "100", { order_type: "limit", limit_price: "95" });
  equal(said(await desk.send(modify({ limit_price: "97.3", stop_loss: { amount: "2" } }))), "accepted");
  equal(fills(await desk.mark("97")), "buy 1 @ 97");
  deepEqual(await desk.resting(), ["sell stop_loss 1 @ 95"]);
});

deskTest("a modify by order_id changes that order alone", {}, async (desk) => {
  const limit = { order_type: "limit", limit_price: "95" };
  await desk.buy("1", "100", limit);
  const second = await desk.buy("2", "100", limit);
  await desk.send(modify({ order_id: second.orders[0]?.id, limit_price: "96" }));
  deepEqual(await desk.resting(), ["buy limit 1 @ 95", "buy limit 2 @ 96"]);
});

deskTest("a modify that finds nothing to change is refused, and opens nothing", {}, async (desk) => {
  equal(
    said(await desk.send(modify({ stop_loss: { stop_price: "95" }, price: "100" }))),
    "rejected: no_order",
  );
  await desk.buy("1", "100");
  equal(said(await desk.send(modify({ stop_loss: { stop_price: "95" } }))), "rejected: no_order");
  equal(said(await desk.send(modify({ limit_price: "95", strategy: "other" }))), "rejected: no_order");
  deepEqual(await desk.resting(), []);
});

deskTest("a replay moves the same orders", {}, async (desk) => {
  await desk.buy("10", "100", { ...exits, strategy: "s" });
  const placed = await desk.buy("1", "100", { order_type: "limit", limit_price: "90", strategy: "s" });
  await desk.send(modify({ strategy: "s", stop_loss: { stop_price: "99" } }));
  await desk.send(modify({ strategy: "s", order_id: placed.orders[0]?.id, limit_price: "98" }));
  await desk.mark("97");
  const copy = `${desk.account}-copy`;
  await desk.sql`select public.replay_account(${desk.account}, ${copy})`;
  const fillsOf = (account: string) =>
    desk.sql`select side, quantity, price from public.list_fills(${account}) order by id::bigint`;
  deepEqual([...await fillsOf(copy)], [...await fillsOf(desk.account)]);
});
