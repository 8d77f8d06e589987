import { deepEqual, equal } from "node:assert/strict";
import { deskTest, fills } from "../support/desk.ts";
import { orderTests, said } from "../support/order-cases.ts";

orderTests("a market order", [
  { name: "buys at the alert's price", order: { action: "buy" }, answer: "filled: buy 1 @ 100" },
  { name: "sells at the alert's price", order: { action: "sell" }, answer: "filled: sell 1 @ 100" },
  {
    name: "is one when no order type is given",
    order: { action: "buy", order_type: null },
    answer: "filled: buy 1 @ 100",
  },
  {
    name: "pays slippage when it buys",
    settings: { leverage: null, slippage_bps: 5 },
    order: { action: "buy" },
    answer: "filled: buy 1 @ 100.05",
  },
  {
    name: "pays slippage when it sells",
    settings: { leverage: null, slippage_bps: 5 },
    order: { action: "sell" },
    answer: "filled: sell 1 @ 99.95",
  },
  {
    name: "without a price and without a mark waits for one",
    order: { action: "buy", price: null },
    answer: "accepted",
    then: [["101", "buy 1 @ 101"]],
  },
]);

deskTest("a market order without a price takes a young mark", {}, async (desk) => {
  await desk.mark("101");
  equal(fills(await desk.send({ action: "buy", quantity: "1" })), "buy 1 @ 101");
});

deskTest("a market order without a price takes no mark older than max_mark_age", {
  settings: { max_mark_age: 60 },
}, async (desk) => {
  await desk.mark("101", { received_at: "2026-03-02T10:00:00Z" });
  equal(
    said(await desk.send({ action: "buy", quantity: "1", received_at: "2026-03-02T10:01:01Z" })),
    "accepted",
  );
  equal(
    said(await desk.send({ action: "buy", quantity: "1", received_at: "2026-03-02T10:01:00Z" })),
    "filled: buy 1 @ 101",
  );
});

orderTests("a limit order", [
  {
    name: "to buy rests until the mark reaches it, then fills at its limit",
    order: { action: "buy", order_type: "limit", limit_price: "95" },
    answer: "accepted",
    then: [["96", ""], ["95", "buy 1 @ 95"], ["90", ""]],
  },
  {
    name: "to sell rests until the mark reaches it, then fills at its limit",
    order: { action: "sell", order_type: "limit", limit_price: "105" },
    answer: "accepted",
    then: [["104.99", ""], ["105", "sell 1 @ 105"], ["110", ""]],
  },
  {
    name: "to buy that is gapped through fills where the market is, which is better",
    order: { action: "buy", order_type: "limit", limit_price: "95" },
    answer: "accepted",
    then: [["80", "buy 1 @ 80"]],
  },
  {
    name: "to sell that is gapped through fills where the market is, which is better",
    order: { action: "sell", order_type: "limit", limit_price: "105" },
    answer: "accepted",
    then: [["120", "sell 1 @ 120"]],
  },
  {
    name: "to buy fills within a bar whose low touches it",
    order: { action: "buy", order_type: "limit", limit_price: "95" },
    answer: "accepted",
    then: [["100 102 95.01 101", ""], ["100 102 95 101", "buy 1 @ 95"]],
  },
  {
    name: "to sell fills within a bar whose high touches it",
    order: { action: "sell", order_type: "limit", limit_price: "105" },
    answer: "accepted",
    then: [["100 104.99 95 101", ""], ["100 105 95 101", "sell 1 @ 105"]],
  },
  {
    name: "to buy above the market is taken at the market, without slippage",
    settings: { leverage: null, slippage_bps: 50 },
    order: { action: "buy", order_type: "limit", limit_price: "103" },
    answer: "filled: buy 1 @ 100",
  },
  {
    name: "to sell below the market is taken at the market, without slippage",
    settings: { leverage: null, slippage_bps: 50 },
    order: { action: "sell", order_type: "limit", limit_price: "97" },
    answer: "filled: sell 1 @ 100",
  },
  {
    name: "at the market price is taken at once",
    order: { action: "buy", order_type: "limit", limit_price: "100" },
    answer: "filled: buy 1 @ 100",
  },
  {
    name: "needs no market price to rest",
    order: { action: "buy", order_type: "limit", limit_price: "95", price: null },
    answer: "accepted",
    then: [["95", "buy 1 @ 95"]],
  },
  {
    name: "lies on a whole tick, toward zero",
    instrument: { tick_size: "0.25" },
    order: { action: "buy", order_type: "limit", limit_price: "95.49" },
    answer: "accepted",
    then: [["95.26", ""], ["95.25", "buy 1 @ 95.25"]],
  },
  {
    name: "below one tick is refused",
    instrument: { tick_size: "1" },
    order: { action: "buy", order_type: "limit", limit_price: "0.5" },
    answer: "rejected: invalid_order",
  },
  {
    name: "without a limit price is refused",
    order: { action: "buy", order_type: "limit" },
    answer: "rejected: invalid_order",
  },
]);

deskTest(
  "several orders rest on one symbol, and a mark fills all that it reaches, in the order in which it does",
  {},
  async (desk) => {
    for (const limit_price of ["95", "97", "93"]) {
      await desk.buy("1", "100", { order_type: "limit", limit_price });
    }
    await desk.sell("1", "100", { order_type: "limit", limit_price: "110" });
    equal(fills(await desk.mark("96 97 94 96")), "buy 1 @ 96, buy 1 @ 95");
    equal((await desk.resting()).join("; "), "buy limit 1 @ 93; sell limit 1 @ 110");
  },
);

deskTest("a mark of one symbol fills no order of another", {}, async (desk) => {
  await desk.buy("1", "100", { order_type: "limit", limit_price: "95" });
  equal(fills(await desk.mark("50", { symbol: "OTHER" })), "");
});

deskTest(
  "a trade's own price is a mark too: it fills what rests before the trade itself",
  {},
  async (desk) => {
    await desk.buy("1", "100", { order_type: "limit", limit_price: "95" });
    equal(fills(await desk.sell("3", "94")), "buy 1 @ 94, sell 3 @ 94");
  },
);

deskTest("an order placed by an alert is not filled by that alert's own bar", {}, async (desk) => {
  const answer = await desk.send({
    ...{ action: "buy", quantity: "1", order_type: "limit", limit_price: "95" },
    ...{ price: "100", open: "100", high: "101", low: "90" },
  });
  equal(said(answer), "accepted");
});

deskTest("a mark older than the one before fills nothing and changes no value", {}, async (desk) => {
  await desk.mark("100", { time: "2026-03-02T10:00:00Z" });
  await desk.buy("1", "100", { order_type: "limit", limit_price: "95", time: "2026-03-02T10:00:01Z" });
  await desk.buy("1", "100", { time: "2026-03-02T10:00:02Z" });
  const late = await desk.mark("90", { time: "2026-03-02T09:59:00Z" });
  equal(fills(late), "");
  equal(late.equity, "100000");
});

deskTest("an order that fills when funds are gone is canceled with the reason", {
  settings: { leverage: 1 },
  cash: "1000",
}, async (desk) => {
  await desk.buy("10", "100", { order_type: "limit", limit_price: "95" });
  await desk.buy("9", "100");
  const answer = await desk.mark("95");
  equal(fills(answer), "");
  equal(
    answer.orders.map(({ status, reason }) => `${status} ${reason}`).join(),
    "canceled insufficient_funds",
  );
  equal((await desk.resting()).length, 0);
});

deskTest(
  "an order that would end short sells what is held in a long-only account, and says that it was cut",
  {
    settings: { allow_short: false },
  },
  async (desk) => {
    await desk.buy("5", "100");
    await desk.sell("5", "100", { order_type: "limit", limit_price: "105" });
    await desk.sell("3", "100");
    const answer = await desk.mark("105");
    equal(
      answer.orders.map(({ status, reason }) => `${status} ${reason}`).join(),
      "filled cut_to_funds",
    );
    equal(fills(answer), "sell 2 @ 105");
    equal(answer.position.quantity, "0");
  },
);

deskTest("an order whose fill would be a short is canceled in a long-only account, and the answer says so", {
  settings: { allow_short: false },
}, async (desk) => {
  await desk.set({ allow_short: true });
  await desk.sell("5", "100", { order_type: "limit", limit_price: "105" });
  await desk.set({ allow_short: false });
  const answer = await desk.mark("105");
  equal(
    answer.orders.map(({ status, reason }) => `${status} ${reason}`).join(),
    "canceled short_not_allowed",
  );
  equal(answer.status, "canceled");
});

deskTest("a resting close never opens: what closes before it fills takes it along", {}, async (desk) => {
  await desk.buy("5", "100");
  await desk.close("100", { order_type: "limit", limit_price: "110" });
  await desk.sell("2", "100");
  equal((await desk.resting()).join(), "sell limit 3 @ 110");
  await desk.sell("3", "100");
  equal((await desk.resting()).join(), "");
  equal(fills(await desk.mark("111")), "");
});

deskTest("a resting close without a quantity closes what is held when it fills", {}, async (desk) => {
  await desk.buy("5", "100");
  await desk.close("100", { order_type: "stop", stop_price: "95" });
  await desk.close("100", { order_type: "limit", limit_price: "110", quantity: "5" });
  await desk.buy("2", "100");
  deepEqual(await desk.resting(), ["sell stop 7 @ 95", "sell limit 5 @ 110"]);
  await desk.buy("1", "100", { order_type: "limit", limit_price: "97" });
  equal(fills(await desk.mark("100 101 94 96")), "buy 1 @ 97, sell 8 @ 95");
});

deskTest("a resting close of all stays with its own strategy and side", {}, async (desk) => {
  await desk.buy("5", "100", { strategy: "a" });
  await desk.close("100", { order_type: "stop", stop_price: "95", strategy: "a" });
  await desk.buy("2", "100", { strategy: "b" });
  equal((await desk.resting()).join(), "sell stop 5 @ 95");
  await desk.sell("8", "100", { strategy: "a" });
  equal((await desk.resting()).join(), "");
});

deskTest("a resting sell under a long target never ends short", {}, async (desk) => {
  await desk.buy("5", "100");
  await desk.sell("5", "100", { target: { side: "long" }, order_type: "limit", limit_price: "110" });
  await desk.close("100");
  equal(fills(await desk.mark("111")), "");
});

deskTest("two resting closes of one position fill once", {}, async (desk) => {
  await desk.buy("5", "100");
  await desk.close("100", { order_type: "limit", limit_price: "110" });
  await desk.close("100", { order_type: "limit", limit_price: "109" });
  equal(fills(await desk.mark("120")), "sell 5 @ 110");
});

deskTest(
  "a strategy's cancel everywhere leaves the orders of others, one without a strategy none",
  {},
  async (desk) => {
    for (const strategy of ["a", "b", ""]) {
      const order = { action: "buy", quantity: "1", order_type: "limit", limit_price: "90", price: "100" };
      await desk.send({ ...order, strategy });
    }
    const own = await desk.send({ symbol: "", strategy: "a", action: "cancel" });
    equal(own.status, "canceled");
    equal(own.orders.length, 1);
    const all = await desk.send({ symbol: "", action: "cancel" });
    equal(all.orders.length, 2);
  },
);
