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

deskTest(
  "beside a stop that is moved in time, another order that the price reaches is filled",
  {},
  async (desk) => {
    await desk.buy("10", "100", exits);
    await desk.buy("5", "100", { order_type: "limit", limit_price: "96" });
    equal(
      said(await desk.send(modify({ stop_loss: { stop_price: "90" }, price: "94" }))),
      "filled: buy 5 @ 94",
    );
    deepEqual(await desk.resting(), ["sell stop_loss 10 @ 90", "sell take_profit 10 @ 110"]);
  },
);

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

deskTest("each part of a modify must find what it changes, or nothing is changed", {}, async (desk) => {
  await desk.buy("10", "100", { take_profit: { limit_price: "110" } });
  const both = { stop_loss: { stop_price: "98" }, take_profit: { limit_price: "112" } };
  const answer = await desk.send(modify(both));
  equal(said(answer), "rejected: no_order");
  equal(answer.message, "nothing rests here that stop_loss would change: a modify places nothing");
  deepEqual(await desk.resting(), ["sell take_profit 10 @ 110"]);
});

deskTest("the same modify again is accepted, and changes nothing", {}, async (desk) => {
  await desk.buy("10", "100", exits);
  for (let time = 0; time < 2; time++) {
    equal(said(await desk.send(modify({ stop_loss: { stop_price: "97" }, price: "105" }))), "accepted");
  }
  equal((await desk.resting())[0], "sell stop_loss 10 @ 97");
});

for (
  const [what, change, code] of [
    ["a percent or points taken for a price", { stop_loss: { stop_price: "2" } }, "stop_too_far"],
    ["a percent that leaves no price", { stop_loss: { percent: "150" } }, "invalid_bracket"],
    [
      "a trail of everything",
      { stop_loss: { type: "trailing_stop", trail_percent: "100" } },
      "invalid_bracket",
    ],
  ] as const
) {
  deskTest(`a stop loss cannot be moved to ${what}`, {}, async (desk) => {
    await desk.buy("10", "100", exits);
    equal(said(await desk.send(modify({ ...change, price: "100" }))), `rejected: ${code}`);
    equal((await desk.resting())[0], "sell stop_loss 10 @ 95");
  });
}

deskTest("an entry that rests keeps its exits on their sides, and its price on a tick", {
  instrument: { tick_size: "0.5" },
}, async (desk) => {
  await desk.buy("1", "100", { order_type: "limit", limit_price: "95", stop_loss: { stop_price: "93" } });
  equal(said(await desk.send(modify({ limit_price: "91" }))), "rejected: invalid_bracket");
  equal(said(await desk.send(modify({ stop_loss: { stop_price: "96" } }))), "rejected: invalid_bracket");
  const trail = { type: "trailing_stop", trail_percent: "150" };
  equal(said(await desk.send(modify({ stop_loss: trail }))), "rejected: invalid_bracket");
  equal(said(await desk.send(modify({ limit_price: "0.1" }))), "rejected: invalid_order");
  equal(fills(await desk.mark("94")), "buy 1 @ 94");
});

deskTest("the exits of a position are moved, those of an entry beside it are not", {}, async (desk) => {
  await desk.buy("10", "100", exits);
  await desk.buy("10", "100", { order_type: "limit", limit_price: "97", stop_loss: { stop_price: "90" } });
  equal(said(await desk.send(modify({ stop_loss: { stop_price: "99" } }))), "accepted");
  equal(fills(await desk.mark("97")), "sell 10 @ 97, buy 10 @ 97");
  deepEqual(await desk.resting(), ["sell stop_loss 10 @ 90"]);
});

deskTest("a price that several orders would take is refused, and asks for the order", {}, async (desk) => {
  await desk.buy("10", "100");
  await desk.close("100", { order_type: "stop", stop_price: "95" });
  await desk.buy("10", "100", { order_type: "stop", stop_price: "110" });
  equal(said(await desk.send(modify({ stop_price: "98", price: "101" }))), "rejected: ambiguous_order");
  equal(said(await desk.send(modify({ stop_loss: { stop_price: "98" } }))), "accepted");
  deepEqual(await desk.resting(), ["sell stop 10 @ 98", "buy stop 10 @ 110"]);
});

deskTest("a tighter trail goes on from the best price that there was", {}, async (desk) => {
  const trail = (trail_amount: string) => ({ stop_loss: { type: "trailing_stop", trail_amount } });
  await desk.buy("10", "100", trail("15"));
  await desk.mark("120");
  await desk.mark("110");
  await desk.send(modify({ ...trail("14"), price: "110" }));
  deepEqual(await desk.resting(), ["sell stop_loss 10 @ 106"]);
});

const clock = { settings: { clock: "alert", leverage: null } };
const at = (time: string) => ({ time: `2026-03-02T${time}:00Z` });

deskTest("what was traded before an exit was moved does not fill it", clock, async (desk) => {
  await desk.buy("10", "100", { stop_loss: { stop_price: "95" }, ...at("15:00") });
  await desk.send(modify({ stop_loss: { stop_price: "99" }, price: "101", ...at("15:10") }));
  equal(fills(await desk.mark("100 102 98 101", { interval: "15", ...at("15:15") })), "");
  equal(fills(await desk.mark("101 102 98 101", { interval: "15", ...at("15:30") })), "sell 10 @ 99");
});

deskTest("a modify that is older than another alert is stale", clock, async (desk) => {
  await desk.buy("10", "100", { stop_loss: { stop_price: "95" }, ...at("15:00") });
  await desk.send(modify({ stop_loss: { stop_price: "99" }, ...at("15:10") }));
  equal(
    said(await desk.send(modify({ stop_loss: { stop_price: "90" }, ...at("15:05") }))),
    "rejected: stale_alert",
  );
  equal((await desk.resting())[0], "sell stop_loss 10 @ 99");
});

deskTest("an old mark fills nothing that is moved", { settings: { max_mark_age: 60 } }, async (desk) => {
  const on = (day: string) => ({ received_at: `2026-03-${day}T10:00:00Z` });
  await desk.buy("10", "100", { stop_loss: { stop_price: "95" }, ...on("02") });
  equal(said(await desk.send(modify({ stop_loss: { stop_price: "103" }, ...on("05") }))), "accepted");
  equal(fills(await desk.mark("102", on("06"))), "sell 10 @ 102");
});

deskTest("an order that is moved to the price and cannot be paid is canceled, and the answer says so", {
  settings: { leverage: 1 },
  cash: "1000",
}, async (desk) => {
  await desk.buy("9", "100", { order_type: "limit", limit_price: "90" });
  await desk.buy("9", "100");
  equal((await desk.send(modify({ limit_price: "100", price: "100" }))).status, "canceled");
  deepEqual(await desk.resting(), []);
});

deskTest("a modify of hundreds of exits is answered without their list, and says so", {}, async (desk) => {
  const entry = { action: "buy", quantity: "1", price: "100", stop_loss: { stop_price: "95" } };
  await desk.batch(Array.from({ length: 100 }, () => entry));
  const answer = await desk.send(modify({ stop_loss: { stop_price: "96" }, price: "100" }));
  equal(answer.status, "accepted");
  deepEqual([answer.orders, (answer as { truncated?: boolean }).truncated], [[], true]);
  equal((await desk.resting()).every((each) => each === "sell stop_loss 1 @ 96"), true);
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
