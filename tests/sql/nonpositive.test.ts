import { deepEqual, equal } from "node:assert/strict";
import { deskTest, fills, newSymbol } from "../support/desk.ts";

const SPREAD = { instrument: { multiplier: "100", tick_size: "0.05", allow_nonpositive: true } };

deskTest("an option that expires worthless is closed at 0, and loses what it cost", {
  instrument: { multiplier: "100", lot_size: "1" },
}, async (desk) => {
  await desk.buy("2", "1.25");
  const close = await desk.close("0");
  equal(fills(close), "sell 2 @ 0");
  deepEqual([close.cash, close.equity, close.position.realized_pnl], ["99750", "99750", "-250"]);
});

deskTest("an option that was sold and expires worthless keeps its premium", {
  instrument: { multiplier: "100", lot_size: "1" },
}, async (desk) => {
  await desk.sell("2", "1.25");
  equal((await desk.close("0")).cash, "100250");
});

deskTest("a close at 0 is no mark: it fills itself, and no other order", {
  instrument: { multiplier: "100" },
}, async (desk) => {
  await desk.buy("2", "1.25");
  await desk.buy("3", "1.25", { strategy: "b", stop_loss: { type: "stop", stop_price: "1" } });
  await desk.send({
    action: "buy",
    quantity: "1",
    price: "1.25",
    order_type: "limit",
    limit_price: "1",
    strategy: "c",
  });
  const close = await desk.close("0");
  deepEqual([fills(close), close.equity], ["sell 2 @ 0", "99750"]);
  deepEqual(await desk.resting(), ["sell stop_loss 3 @ 1", "buy limit 1 @ 1"]);
  equal(fills(await desk.buy("1", "1.20")), "buy 1 @ 1.2");
});

for (
  const [what, alert] of [
    ["of a part", { quantity: "1" }],
    ["by a limit", { order_type: "limit", limit_price: "1" }],
    ["of the other side", { target: { side: "short" } }],
  ] as const
) {
  deskTest(`a close ${what} at 0 is refused`, { instrument: { multiplier: "100" } }, async (desk) => {
    await desk.buy("2", "1.25");
    equal((await desk.close("0", alert)).code, "invalid_price");
  });
}

deskTest(
  "a close at 0 on which more than a twentieth of equity hangs is refused: that is no option that was let go",
  {
    instrument: { multiplier: "50" },
    cash: "1000000",
  },
  async (desk) => {
    await desk.buy("1", "5000");
    equal((await desk.close("0")).code, "invalid_price");
  },
);

deskTest("a halt with a price of 0 halts", { instrument: { multiplier: "100" } }, async (desk) => {
  equal((await desk.send({ action: "halt", price: "0" })).status, "accepted");
});

deskTest("a share is not closed at 0: who has no price writes one so", {}, async (desk) => {
  await desk.buy("2", "100");
  const refused = await desk.close("0");
  deepEqual([refused.status, refused.code, refused.path], ["rejected", "invalid_price", "price"]);
  equal(refused.position.quantity, "2");
  equal((await desk.close("90")).cash, "99980");
});

for (
  const [what, alert] of [
    ["a mark", { action: "mark", price: "-1" }],
    ["a mark at 0", { action: "mark", price: "0" }],
    ["a bar with a low of 0", { action: "mark", open: "2", high: "2", low: "0", price: "1" }],
    ["a purchase", { action: "buy", quantity: "1", price: "-1" }],
    ["a close of nothing", { action: "close", price: "0" }],
    ["a target", { target: { side: "flat", quantity: "0" }, price: "0" }],
  ] as const
) {
  deskTest(`${what} is refused where the instrument does not allow it, and moves nothing`, {
    instrument: { multiplier: "100" },
  }, async (desk) => {
    await desk.mark("2");
    const refused = await desk.send(alert);
    deepEqual([refused.status, refused.code], ["rejected", "invalid_price"]);
    const marks = await desk.sql`select trading.decimal(m.price) as price from trading.marks m
      join trading.accounts a on a.id = m.account_id where a.name = ${desk.account}`;
    deepEqual(marks.map(({ price }) => price), ["2"]);
  });
}

deskTest("a spread is bought below 0 and sold above", SPREAD, async (desk) => {
  const bought = await desk.buy("3", "-0.40");
  deepEqual([fills(bought), bought.cash, bought.equity], ["buy 3 @ -0.4", "100120", "100000"]);
  const marked = await desk.mark("0");
  deepEqual([marked.cash, marked.equity], ["100120", "100120"]);
  const sold = await desk.close("0.25");
  deepEqual([sold.cash, sold.position.realized_pnl], ["100195", "195"]);
  const [trade] = await desk.sql`
    select side, entry_price, exit_price, net_pnl, mae, mfe from public.list_trades(${desk.account})`;
  deepEqual({ ...trade }, {
    side: "long",
    entry_price: "-0.4",
    exit_price: "0.25",
    net_pnl: "195",
    mae: "0",
    mfe: "0.65",
  });
});

deskTest("a position may be turned at 0, where it costs nothing", SPREAD, async (desk) => {
  await desk.buy("1", "0");
  const turned = await desk.sell("3", "0");
  deepEqual([turned.cash, turned.position.quantity], ["100000", "-2"]);
  equal((await desk.close("-0.5")).cash, "100100");
});

deskTest("what is held below 0 takes up as much of the leverage as above", {
  ...SPREAD,
  settings: { leverage: 1 },
  cash: "1000",
}, async (desk) => {
  equal((await desk.buy("11", "-1")).code, "insufficient_funds");
  equal((await desk.buy("10", "-1")).status, "filled");
  equal((await desk.buy("1", "-1", { strategy: "other" })).code, "insufficient_funds");
  const [account] = await desk.sql`select gross_exposure from public.portfolio_summary(${desk.account})`;
  equal(account?.gross_exposure, "1000");
});

deskTest("a limit of an order counts what it is worth below 0 too", {
  ...SPREAD,
  settings: { leverage: null, max_order: 500 },
}, async (desk) => {
  equal((await desk.buy("6", "-1")).code, "risk_limit");
  equal((await desk.buy("5", "-1")).status, "filled");
});

deskTest("fees and slippage below 0 are costs", {
  ...SPREAD,
  settings: { leverage: null, fee_bps: 100, slippage_bps: 100 },
}, async (desk) => {
  const bought = await desk.buy("1", "-10");
  // Slipped to -9.9: 1 % dearer; and 1 % of 990 as a fee.
  deepEqual([fills(bought), bought.fills[0]?.fee, bought.cash], ["buy 1 @ -9.9", "9.9", "100980.1"]);
  equal(fills(await desk.sell("1", "-10")), "sell 1 @ -10.1");
});

deskTest("sizes by money are worked out below 0, and there is none at 0", SPREAD, async (desk) => {
  equal(fills(await desk.buy("1000", "-2", { quantity_type: "notional" })), "buy 5 @ -2");
  await desk.close("-2");
  equal(fills(await desk.buy("1", "-2", { quantity_type: "percent_of_equity" })), "buy 5 @ -2");
  await desk.close("-2");
  const none = await desk.buy("1000", "0", { quantity_type: "notional" });
  equal(none.code, "quantity_too_small");
  const risk = { quantity_type: "risk_notional", stop_loss: { amount: "0.5" } };
  equal(fills(await desk.buy("100", "0", risk)), "buy 2 @ 0");
});

deskTest("orders rest below 0, on their ticks, reached later", SPREAD, async (desk) => {
  await desk.mark("1");
  const limit = await desk.buy("1", "1", { order_type: "limit", limit_price: "-0.53" });
  equal(limit.status, "accepted");
  await desk.sell("1", "1", { order_type: "stop", stop_price: "-0.72", strategy: "stop" });
  deepEqual(await desk.resting(), ["buy limit 1 @ -0.55", "sell stop 1 @ -0.75"]);
  equal(fills(await desk.mark("0 0.1 -0.8 -0.6")), "buy 1 @ -0.55, sell 1 @ -0.75");
});

deskTest("exits lie beyond 0, by an amount, a percent or a trail", SPREAD, async (desk) => {
  await desk.buy("1", "0.5", { stop_loss: { amount: "1" }, take_profit: { amount: "2" } });
  deepEqual(await desk.resting(), ["sell stop_loss 1 @ -0.5", "sell take_profit 1 @ 2.5"]);
  equal(fills(await desk.mark("-0.6")), "sell 1 @ -0.6");
  await desk.sell("1", "-2", { stop_loss: { percent: "50" }, take_profit: { percent: "50" } });
  deepEqual(await desk.resting(), ["buy stop_loss 1 @ -1", "buy take_profit 1 @ -3"]);
  equal(fills(await desk.mark("-3.5")), "buy 1 @ -3");
  await desk.buy("1", "-2", { stop_loss: { type: "trailing_stop", trail_percent: "50" } });
  await desk.mark("-1");
  deepEqual(await desk.resting(), ["sell stop_loss 1 @ -1.5"]);
  equal(fills(await desk.mark("-1.5")), "sell 1 @ -1.5");
});

deskTest("an order at 0 or below is refused where the instrument does not allow it", {
  instrument: {},
}, async (desk) => {
  await desk.mark("2");
  const order = { order_type: "limit", limit_price: "-1" };
  equal((await desk.buy("1", "2", order)).code, "invalid_order");
  const exits = { take_profit: { limit_price: "3" }, stop_loss: { amount: "2" } };
  equal((await desk.buy("1", "2", exits)).code, "invalid_bracket");
});

deskTest("a replay and a batch come to the same, below 0 too", SPREAD, async (desk) => {
  const alerts = [
    { action: "buy", quantity: "2", price: "0.10", stop_loss: { amount: "0.5" } },
    { action: "mark", open: "0.1", high: "0.2", low: "-0.2", price: "0" },
    { action: "sell", quantity: "3", price: "-0.1" },
    { action: "mark", price: "-0.45" },
    { action: "buy", quantity: "1", price: "-0.5" },
    { action: "sell", quantity: "1", price: "0" },
  ];
  const together = await desk.batch(alerts);
  const copy = `${desk.account}-copy`;
  await desk.sql`select public.replay_account(${desk.account}, ${copy})`;
  const end = async (account: string) =>
    (await desk.sql`select cash, equity, realized_pnl from public.portfolio_summary(${account})`)
      .map((row) => ({ ...row }));
  deepEqual(await end(copy), await end(desk.account));
  deepEqual([...await desk.sql`select * from public.verify_account(${copy})`], []);
  equal(together.every(({ status }) => status !== "rejected"), true);
});

deskTest("every name of an instrument that allows it is known to the reader", {
  instrument: { allow_nonpositive: true, aliases: [newSymbol()] },
}, async (desk) => {
  const [row] = await desk.sql`select public.reading_settings(array[${desk.account}]) as settings`;
  const names: string[] = row?.settings[desk.account].nonpositive_symbols;
  const aliases = await desk.sql`select alias from trading.instrument_aliases where symbol = ${desk.symbol}`;
  deepEqual([desk.symbol, ...aliases.map(({ alias }) => alias)].filter((name) => !names.includes(name)), []);
});
