import { deepEqual, equal } from "node:assert/strict";
import { deskTest, fills } from "../support/desk.ts";
import type { Alert } from "../support/engine.ts";
import { said } from "../support/order-cases.ts";

const half = { limit_price: "110", close_percent: "50" };
const third = { limit_price: "120", close_percent: "30" };
const rest = { limit_price: "130" };
/** Half at 110, 30 % at 120, the rest at 130, and one stop for all. */
const three: Alert = { take_profits: [half, third, rest], stop_loss: { stop_price: "95" } };

deskTest("several take profits rest beside one stop loss, each with its part", {}, async (desk) => {
  const answer = await desk.buy("10", "100", three);
  equal(said(answer), "filled: buy 10 @ 100");
  deepEqual(await desk.resting(), [
    "sell stop_loss 10 @ 95",
    "sell take_profit 5 @ 110",
    "sell take_profit 3 @ 120",
    "sell take_profit 2 @ 130",
  ]);
  deepEqual(answer.orders.map(({ leg }) => leg ?? "entry"), [
    ...["entry", "stop_loss"],
    ...["take_profit", "take_profit", "take_profit"],
  ]);
});

deskTest("the stop loss covers what the take profits have left", {}, async (desk) => {
  await desk.buy("10", "100", three);
  equal(fills(await desk.mark("110")), "sell 5 @ 110");
  deepEqual(await desk.resting(), [
    "sell stop_loss 5 @ 95",
    "sell take_profit 3 @ 120",
    "sell take_profit 2 @ 130",
  ]);
  equal(fills(await desk.mark("120")), "sell 3 @ 120");
  equal(fills(await desk.mark("94")), "sell 2 @ 94");
  deepEqual(await desk.resting(), []);
});

deskTest("the last take profit ends the trade, and the stop loss goes", {}, async (desk) => {
  await desk.buy("10", "100", three);
  for (const price of ["110", "120", "130"]) await desk.mark(price);
  equal((await desk.mark("90")).position.quantity, "0");
  deepEqual(await desk.resting(), []);
});

deskTest("the stop loss closes all, in one fill, and the take profits go", {}, async (desk) => {
  await desk.buy("10", "100", three);
  equal(fills(await desk.mark("95")), "sell 10 @ 95");
  deepEqual(await desk.resting(), []);
});

deskTest("a short has its take profits below", {}, async (desk) => {
  const at = (limit_price: string) => ({ limit_price, quantity: "5" });
  await desk.sell("10", "100", { take_profits: [at("95"), at("90")], stop_loss: { percent: "5" } });
  equal(fills(await desk.mark("100 101 91 92")), "buy 5 @ 95");
  equal(fills(await desk.mark("105")), "buy 5 @ 105");
});

deskTest("what no take profit closes is left to the stop loss", {}, async (desk) => {
  await desk.buy("10", "100", { ...three, take_profits: [half, third] });
  equal(fills(await desk.mark("100 125 100 124")), "sell 5 @ 110, sell 3 @ 120");
  deepEqual(await desk.resting(), ["sell stop_loss 2 @ 95"]);
});

deskTest(
  "distances count from the fill",
  { settings: { leverage: null, slippage_bps: 100 } },
  async (desk) => {
    const profits = [{ percent: "10", quantity: "4" }, { amount: "20" }];
    await desk.buy("10", "100", { take_profits: profits, stop_loss: { amount: "5" } });
    deepEqual(await desk.resting(), [
      "sell stop_loss 10 @ 96",
      "sell take_profit 4 @ 111.1",
      "sell take_profit 6 @ 121",
    ]);
  },
);

deskTest("a bar fills them along its path: the profit, then what is left at the stop", {}, async (desk) => {
  await desk.buy("10", "100", three);
  equal(fills(await desk.mark("108 111 94 96")), "sell 5 @ 110, sell 5 @ 95");
  await desk.buy("10", "100", three);
  equal(fills(await desk.mark("98 111 94 96")), "sell 10 @ 95");
});

deskTest(
  "an open beyond two take profits fills both there",
  { settings: { clock: "alert" } },
  async (desk) => {
    const at = (time: string) => ({ time: `2026-03-02T${time}:00Z` });
    await desk.buy("10", "100", { ...three, ...at("15:00") });
    equal(
      fills(await desk.mark("125 126 121 122", { interval: "15", ...at("15:30") })),
      "sell 5 @ 125, sell 3 @ 125",
    );
  },
);

deskTest(
  "a bar that says no beginning fills them at their own prices, the nearest first",
  {},
  async (desk) => {
    await desk.buy("10", "100", three);
    equal(fills(await desk.mark("125 126 121 122")), "sell 5 @ 110, sell 3 @ 120");
  },
);

deskTest("they may fill in the bar that fills their entry", {}, async (desk) => {
  await desk.buy("10", "100", { ...three, order_type: "limit", limit_price: "98" });
  equal(fills(await desk.mark("100 121 97 120")), "buy 10 @ 98, sell 5 @ 110, sell 3 @ 120");
  deepEqual(await desk.resting(), ["sell stop_loss 2 @ 95", "sell take_profit 2 @ 130"]);
});

deskTest("where bar_path is worst, the stop loss comes before all of them", {
  settings: { leverage: null, bar_path: "worst" },
}, async (desk) => {
  await desk.buy("10", "100", three);
  equal(fills(await desk.mark("108 131 94 131")), "sell 10 @ 95");
  await desk.buy("10", "100", three);
  equal(fills(await desk.mark("108 121 96 108")), "sell 5 @ 110, sell 3 @ 120");
  deepEqual(await desk.resting(), ["sell stop_loss 2 @ 95", "sell take_profit 2 @ 130"]);
});

deskTest("a close ends them all", {}, async (desk) => {
  await desk.buy("10", "100", three);
  equal(fills(await desk.close("105")), "sell 10 @ 105");
  deepEqual(await desk.resting(), []);
});

deskTest("a reversal ends them, and places those of the new side for what it opened", {}, async (desk) => {
  await desk.buy("10", "100", three);
  const profits = [{ limit_price: "90", close_percent: "50" }, { limit_price: "80" }];
  await desk.sell("16", "105", { take_profits: profits, stop_loss: { stop_price: "115" } });
  deepEqual(await desk.resting(), [
    "buy stop_loss 6 @ 115",
    "buy take_profit 3 @ 90",
    "buy take_profit 3 @ 80",
  ]);
});

deskTest("what another alert takes away is taken from the last ones first", {}, async (desk) => {
  await desk.buy("10", "100", three);
  await desk.sell("4", "101");
  deepEqual(await desk.resting(), [
    "sell stop_loss 6 @ 95",
    "sell take_profit 5 @ 110",
    "sell take_profit 1 @ 120",
  ]);
  equal(fills(await desk.mark("130")), "sell 5 @ 110, sell 1 @ 120");
});

deskTest("two brackets keep to their own: a profit of one leaves the other whole", {}, async (desk) => {
  await desk.buy("10", "100", three);
  await desk.buy("10", "100", {
    take_profits: [{ ...half, limit_price: "105" }, { limit_price: "140" }],
    stop_loss: { stop_price: "90" },
  });
  equal(fills(await desk.mark("105")), "sell 5 @ 105");
  deepEqual(await desk.resting(), [
    "sell stop_loss 10 @ 95",
    "sell take_profit 5 @ 110",
    "sell take_profit 3 @ 120",
    "sell take_profit 2 @ 130",
    "sell stop_loss 5 @ 90",
    "sell take_profit 5 @ 140",
  ]);
  await desk.sell("7", "106");
  deepEqual(await desk.resting(), [
    "sell stop_loss 3 @ 95",
    "sell take_profit 3 @ 110",
    "sell stop_loss 5 @ 90",
    "sell take_profit 5 @ 140",
  ]);
});

deskTest("take profits without a stop loss give way to what is left", {}, async (desk) => {
  await desk.buy("10", "100", { take_profits: [half, third, rest] });
  equal(fills(await desk.mark("110")), "sell 5 @ 110");
  await desk.sell("2", "111");
  deepEqual(await desk.resting(), ["sell take_profit 3 @ 120"]);
});

deskTest("parts are cut to the lot, and the last takes what is left over", {
  instrument: { lot_size: "1" },
}, async (desk) => {
  await desk.buy("7", "100", { take_profits: [half, third, { ...rest, close_percent: "20" }] });
  deepEqual(await desk.resting(), [
    "sell take_profit 3 @ 110",
    "sell take_profit 2 @ 120",
    "sell take_profit 2 @ 130",
  ]);
  await desk.close("100");
  await desk.buy("1", "100", { take_profits: [half, third, rest] });
  deepEqual(await desk.resting(), ["sell take_profit 1 @ 130"]);
});

deskTest("a percent that does not divide leaves its rest to the last", {}, async (desk) => {
  const profits = [{ limit_price: "110", close_percent: "33.3" }, {
    limit_price: "120",
    close_percent: "33.3",
  }];
  await desk.buy("0.00000001", "100", { take_profits: [...profits, rest] });
  deepEqual(await desk.resting(), ["sell take_profit 0.00000001 @ 130"]);
  await desk.close("100");
  await desk.buy("1", "100", { take_profits: [...profits, rest] });
  deepEqual(await desk.resting(), [
    "sell take_profit 0.333 @ 110",
    "sell take_profit 0.333 @ 120",
    "sell take_profit 0.334 @ 130",
  ]);
});

for (
  const [what, take_profits, says] of [
    ["of more than 100 percent", [half, { ...third, close_percent: "51" }], /^take_profits\[1\] closes more/],
    ["of more units than the order", [{ limit_price: "110", quantity: "6" }, {
      limit_price: "120",
      quantity: "5",
    }], /^take_profits\[1\] closes more/],
    [
      "behind the price",
      [half, { ...third, limit_price: "99" }],
      /^take_profits\[1\] lies on the wrong side/,
    ],
    ["without a price", [half, third, { close_percent: "20" }], /^take_profits\[2\] needs one of/],
    ["without a size before the last", [rest, half], /^take_profits\[0\] needs quantity or close_percent/],
  ] as const
) {
  deskTest(`take profits ${what} are refused`, {}, async (desk) => {
    const answer = await desk.buy("10", "100", { take_profits });
    equal(said(answer), "rejected: invalid_bracket");
    equal(says.test(answer.message ?? ""), true, answer.message);
  });
}

deskTest("each of them takes a place among the resting orders", {
  settings: { leverage: null, max_resting_orders: 4 },
}, async (desk) => {
  equal(said(await desk.buy("10", "100", three)), "filled: buy 10 @ 100");
  equal(
    said(await desk.buy("1", "100", { order_type: "limit", limit_price: "90" })),
    "rejected: too_many_orders",
  );
  await desk.close("100");
  equal(said(await desk.buy("10", "100", { ...three, order_type: "limit", limit_price: "98" })), "accepted");
  equal(
    said(await desk.buy("1", "100", { order_type: "limit", limit_price: "90" })),
    "rejected: too_many_orders",
  );
});

const modify = (more: Alert) => ({ action: "modify", ...more });

deskTest("a modify moves the one stop loss of all, and a take profit by its order", {}, async (desk) => {
  const placed = await desk.buy("10", "100", three);
  await desk.mark("110");
  equal(said(await desk.send(modify({ stop_loss: { stop_price: "100" }, price: "109" }))), "accepted");
  const second = placed.orders[3]?.id;
  equal(said(await desk.send(modify({ order_id: second, take_profit: { limit_price: "125" } }))), "accepted");
  deepEqual(await desk.resting(), [
    "sell stop_loss 5 @ 100",
    "sell take_profit 3 @ 125",
    "sell take_profit 2 @ 130",
  ]);
});

deskTest("a modify of one take profit among several must name it", {}, async (desk) => {
  await desk.buy("10", "100", three);
  const move = modify({ take_profit: { limit_price: "125" } });
  equal(said(await desk.send(move)), "rejected: ambiguous_order");
  await desk.mark("120");
  equal(said(await desk.send(move)), "accepted");
  deepEqual(await desk.resting(), ["sell stop_loss 2 @ 95", "sell take_profit 2 @ 125"]);
});

deskTest("a modify of the take profit of an entry that rests with several is refused", {}, async (desk) => {
  await desk.buy("10", "100", { ...three, order_type: "limit", limit_price: "98" });
  equal(said(await desk.send(modify({ take_profit: { limit_price: "125" } }))), "rejected: ambiguous_order");
  equal(said(await desk.send(modify({ stop_loss: { stop_price: "97" } }))), "accepted");
  equal(fills(await desk.mark("98")), "buy 10 @ 98");
  equal((await desk.resting())[0], "sell stop_loss 10 @ 97");
});

deskTest("a cancel by symbol takes all of them, one by order_id that alone", {}, async (desk) => {
  const placed = await desk.buy("10", "100", three);
  await desk.send({ action: "cancel", order_id: placed.orders[2]?.id });
  equal(fills(await desk.mark("120")), "sell 3 @ 120");
  deepEqual(await desk.resting(), ["sell stop_loss 7 @ 95", "sell take_profit 2 @ 130"]);
  await desk.send({ action: "cancel" });
  deepEqual(await desk.resting(), []);
});

deskTest("an entry that waits for a price places them at its fill", {}, async (desk) => {
  await desk.send({ action: "buy", quantity: "10", ...three });
  equal(fills(await desk.mark("100")), "buy 10 @ 100");
  equal((await desk.resting()).length, 4);
});

deskTest(
  "after a split the parts of a resting entry count in new units",
  { instrument: {} },
  async (desk) => {
    const profits = [{ limit_price: "110", quantity: "4" }, rest];
    await desk.buy("10", "100", { order_type: "limit", limit_price: "90", take_profits: profits });
    await desk.sql`select public.split(${desk.symbol}, 2)`;
    await desk.mark("45");
    deepEqual(await desk.resting(), ["sell take_profit 8 @ 55", "sell take_profit 12 @ 65"]);
  },
);

deskTest("a replay fills, moves and cancels the same ones", {}, async (desk) => {
  const placed = await desk.buy("10", "100", { ...three, strategy: "s" });
  await desk.send(
    modify({ strategy: "s", order_id: placed.orders[4]?.id, take_profit: { limit_price: "118" } }),
  );
  await desk.send({ action: "cancel", strategy: "s", order_id: placed.orders[3]?.id });
  await desk.mark("108 119 96 97");
  await desk.mark("94");
  const copy = `${desk.account}-copy`;
  await desk.sql`select public.replay_account(${desk.account}, ${copy})`;
  const fillsOf = (account: string) =>
    desk.sql`select side, quantity, price from public.list_fills(${account}) order by id::bigint`;
  const own = [...await fillsOf(desk.account)];
  equal(own.length, 4);
  deepEqual([...await fillsOf(copy)], own);
});

deskTest("parts are cut to the lot, as their order is, before they are counted together", {
  instrument: { lot_size: "1" },
}, async (desk) => {
  const parts = [{ limit_price: "110", quantity: "3.75" }, { limit_price: "120", quantity: "3.75" }];
  equal((await desk.buy("7.5", "100", { take_profits: parts })).status, "filled");
  deepEqual(await desk.resting(), ["sell take_profit 3 @ 110", "sell take_profit 3 @ 120"]);
});

deskTest("parts may be more than their order by what a float adds", {}, async (desk) => {
  const parts = [{ limit_price: "110", quantity: "0.35000000000000003" }, {
    limit_price: "120",
    quantity: "0.35",
  }];
  equal((await desk.buy("0.7", "100", { take_profits: parts })).status, "filled");
});

deskTest("a stop loss that waits at its limit fills at it, and no better than asked for", {
  settings: { leverage: null, bar_path: "tradingview" },
}, async (desk) => {
  const stop_loss = { type: "stop_limit", stop_price: "95", limit_price: "94" };
  const take_profits = [{ limit_price: "110", close_percent: "50" }, { limit_price: "130" }];
  await desk.buy("10", "100", { stop_loss, take_profits });
  equal(fills(await desk.mark("90")), "");
  equal(fills(await desk.mark("110")), "sell 10 @ 94");
});
