import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Answer } from "../support/alerts.ts";
import { type Desk, deskTest, fills } from "../support/desk.ts";

const CALLED = { settings: { leverage: 1, margin_call: "close" }, cash: "10000" };
const TWICE = { settings: { leverage: 2, margin_call: "close" }, cash: "10000" };

const reasons = async (desk: Desk) =>
  (await desk.sql`select symbol, strategy, side, status, reason from public.list_orders(${desk.account})
    where reason is not null order by id::bigint`).map((row) => Object.values(row).join(" "));

/** The fills that an alert brought about, of every symbol. */
const booked = async (desk: Desk, { alert_id }: Answer) =>
  (await desk.sql`select symbol, quantity, price from public.list_fills(${desk.account})
    where alert_id = ${alert_id} order by id::bigint`).map(({ symbol, quantity, price }) =>
    `${symbol} ${quantity} @ ${price}`
  );

deskTest("without a margin call a short may lose all that there is, and more", {
  settings: { leverage: 1 },
  cash: "10000",
}, async (desk) => {
  await desk.sell("100", "100");
  const marked = await desk.mark("250");
  deepEqual([marked.status, marked.equity, marked.position.quantity], ["ignored", "-5000", "-100"]);
});

deskTest(
  "a short is closed at the mark when equity no longer covers half of its margin",
  CALLED,
  async (desk) => {
    await desk.sell("100", "100");
    equal(fills(await desk.mark("133")), "");
    const called = await desk.mark("134");
    deepEqual([fills(called), called.equity, called.position.quantity], ["buy 100 @ 134", "6600", "0"]);
    deepEqual([called.status, called.orders[0]?.reason], ["filled", "margin_call"]);
    deepEqual(await reasons(desk), ["ACME  buy filled margin_call"]);
  },
);

deskTest("maintenance_margin says how much of the margin equity must cover", {
  ...CALLED,
  settings: { ...CALLED.settings, maintenance_margin: 100 },
}, async (desk) => {
  await desk.sell("50", "100");
  equal(fills(await desk.mark("150")), "");
  equal(fills(await desk.mark("151")), "buy 50 @ 151");
});

deskTest(
  "the position that loses most goes first, whatever its symbol; the others stay when that is enough",
  TWICE,
  async (desk) => {
    await desk.buy("50", "100", { symbol: "LOSER" });
    await desk.buy("50", "100", { symbol: "WINNER", stop_loss: { stop_price: "50" } });
    await desk.buy("50", "100", { symbol: "LATE" });
    await desk.mark("30", { symbol: "LOSER" });
    // 10000 - 3500 = 6500 of 11500 / 2.
    const called = await desk.mark("5", { symbol: "LATE" });
    // 10000 - 3500 - 4750 = 1750, below half of (1500 + 5000 + 250) / 2.
    equal(called.status, "ignored");
    const more = await desk.mark("88", { symbol: "WINNER" });
    // 1150 of 6150 / 2, below its half: LATE goes, then LOSER, then there is enough of WINNER.
    deepEqual(await booked(desk, more), ["LATE 50 @ 5", "LOSER 50 @ 30"]);
    deepEqual(await desk.resting(), ["sell stop_loss 50 @ 50"]);
  },
);

deskTest("all goes when nothing less is enough, with the exits of what is closed", TWICE, async (desk) => {
  await desk.sell("100", "100", {
    symbol: "A",
    stop_loss: { stop_price: "300" },
    take_profit: { limit_price: "50" },
  });
  await desk.buy("90", "100", { symbol: "B", stop_loss: { stop_price: "10" } });
  await desk.mark("50", { symbol: "B" });
  const called = await desk.mark("190", { symbol: "A" });
  deepEqual(await booked(desk, called), ["A 100 @ 190", "B 90 @ 50"]);
  deepEqual(await desk.resting(), []);
  equal(called.equity, "-3500");
});

deskTest(
  "what the price reaches is filled first: a stop loss may make the call needless",
  CALLED,
  async (desk) => {
    await desk.sell("100", "100", { stop_loss: { stop_price: "120" } });
    equal(fills(await desk.mark("100 140 100 140")), "buy 100 @ 120");
  },
);

deskTest(
  "the alert's own order comes before the call: an exit may make it needless, and never opens the other side",
  CALLED,
  async (desk) => {
    await desk.sell("100", "100");
    const close = await desk.close("140");
    deepEqual([fills(close), close.position.quantity], ["buy 100 @ 140", "0"]);
    deepEqual(await reasons(desk), []);
    await desk.sell("60", "100");
    // 6000 - 50 x 60 = 3000 of 9000: after 20 are bought back, of 6000.
    equal(fills(await desk.buy("20", "150")), "buy 20 @ 150");
    deepEqual(await reasons(desk), []);
  },
);

deskTest("an order that is refused is refused, and the call comes all the same", CALLED, async (desk) => {
  await desk.sell("100", "100");
  const refused = await desk.sell("1", "140");
  deepEqual([refused.code, fills(refused), refused.position.quantity], [
    "insufficient_funds",
    "buy 100 @ 140",
    "0",
  ]);
});

deskTest(
  "an order of a margin call names its symbol and strategy, which may be others",
  CALLED,
  async (desk) => {
    await desk.sell("100", "100", { strategy: "s", symbol: "SHORT" });
    await desk.mark("140", { symbol: "SHORT", exchange: null });
    await desk.sell("40", "100", { strategy: "s", symbol: "SHORT" });
    await desk.set({ maintenance_margin: "100" });
    const called = await desk.mark("7", { symbol: "OTHER" });
    equal(called.status, "ignored");
    await desk.set({ leverage: "0.5" });
    const [order] = (await desk.mark("7", { symbol: "OTHER" })).orders;
    deepEqual(order, { ...order, reason: "margin_call", symbol: "SHORT", strategy: "s" });
  },
);

deskTest("twenty positions are closed at one alert, the others at the next", {
  settings: { leverage: 1, margin_call: "close" },
  cash: "2500",
}, async (desk) => {
  const symbols = Array.from({ length: 25 }, (_, nr) => `S${nr}`);
  await desk.batch(symbols.map((symbol) => ({ action: "sell", quantity: "1", price: "100", symbol })));
  await desk.sql`select public.record_cash(${desk.account}, 'fee', -2400)`;
  equal((await desk.mark("100", { symbol: "S0" })).fills.length, 20);
  equal((await desk.mark("100", { symbol: "S0" })).fills.length, 3);
});

deskTest(
  "what a bar of another symbol in the batch has seen is not told of what is called",
  TWICE,
  async (desk) => {
    await desk.batch([
      { action: "buy", quantity: "100", price: "100", symbol: "AA" },
      { action: "sell", quantity: "2", price: "5000", symbol: "BB" },
      { action: "mark", open: "100", high: "101", low: "60", price: "60", symbol: "AA" },
      { action: "mark", open: "5000", high: "6500", low: "4900", price: "6500", symbol: "BB" },
    ]);
    const [trade] = await desk
      .sql`select mae, mfe, drawdown from public.list_trades(${desk.account}) where symbol = 'AA'`;
    deepEqual({ ...trade }, { mae: "40", mfe: "1", drawdown: "41" });
  },
);

deskTest("a halted account is called all the same, and a call is none of its orders a minute", {
  ...CALLED,
  settings: { ...CALLED.settings, max_orders_per_minute: 1 },
}, async (desk) => {
  await desk.sell("100", "100");
  await desk.send({ action: "halt" });
  equal(fills(await desk.mark("140")), "buy 100 @ 140");
  await desk.send({ action: "resume" });
  equal((await desk.buy("1", "140")).code, "risk_limit");
  await desk.set({ max_orders_per_minute: 2 });
  equal((await desk.buy("1", "140")).status, "filled");
});

deskTest("slippage and fees are those of a market order", {
  ...CALLED,
  settings: { ...CALLED.settings, slippage_bps: 100, fee_per_trade: 5 },
}, async (desk) => {
  await desk.sell("50", "100");
  const called = await desk.mark("220");
  deepEqual([fills(called), called.fills[0]?.fee], ["buy 50 @ 222.2", "5"]);
});

deskTest("without leverage there is no margin, and no call", {
  settings: { leverage: null, margin_call: "close" },
  cash: "100",
}, async (desk) => {
  await desk.sell("100", "100");
  equal(fills(await desk.mark("1000")), "");
});

deskTest("one by one, as a batch and replayed the same positions are called", TWICE, async (desk) => {
  const alerts = [
    { action: "sell", quantity: "60", price: "100", symbol: "A" },
    { action: "buy", quantity: "60", price: "100", symbol: "B", strategy: "s" },
    { action: "mark", price: "140", symbol: "A" },
    { action: "mark", price: "60", symbol: "B" },
    { action: "buy", quantity: "1", price: "190", symbol: "A", strategy: "t" },
    { action: "mark", price: "20", symbol: "B" },
    { action: "sell", quantity: "5", price: "21", symbol: "B", strategy: "s" },
  ];
  const batched = (await desk.batch(alerts)).map(fills);
  const [, copy = ""] = [
    await desk.sql`select public.replay_account(${desk.account}, ${`${desk.account}-copy`})`,
    `${desk.account}-copy`,
  ];
  const kept = async (account: string) =>
    (await desk
      .sql`select symbol, strategy, side, quantity, price from public.list_fills(${account}) order by id::bigint`)
      .map((row) => Object.values(row).join(" "));
  deepEqual(await kept(copy), await kept(desk.account));
  deepEqual([...await desk.sql`select * from public.verify_account(${copy})`], []);
  await desk.sql`select public.reset_account(${desk.account}, 10000)`;
  const single: string[] = [];
  for (const alert of alerts) single.push(fills(await desk.send({ ...alert, comment: "again" })));
  deepEqual(single, batched);
});

deskTest("the settings take off or close, and a share of the margin", CALLED, async (desk) => {
  await rejects(desk.set({ margin_call: "sell" }), /margin_call/);
  for (const maintenance_margin of [0, 101, -1]) {
    await rejects(desk.set({ maintenance_margin }), /maintenance_margin/);
  }
});
