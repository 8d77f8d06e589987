import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Desk, deskTest, fills, newSymbol } from "../support/desk.ts";

const split = (desk: Desk, symbol: string, fresh: number, old = 1) =>
  desk.sql`select public.split(${symbol}, ${fresh}, ${old})`;
const held = async (desk: Desk, symbol: string, account = desk.account) =>
  (await desk
    .sql`select strategy, quantity, average_price, mark, unrealized_pnl from public.list_positions(${account})
    where symbol = ${symbol}`).map((row) => ({ ...row }));

deskTest("four for one: four times the units at a quarter of the price, and nothing gained or lost", {
  instrument: {},
}, async (desk) => {
  await desk.buy("10", "100");
  await desk.mark("110");
  await split(desk, desk.symbol, 4);
  deepEqual(await held(desk, desk.symbol), [
    { strategy: "", quantity: "40", average_price: "25", mark: "27.5", unrealized_pnl: "100" },
  ]);
  const close = await desk.close("30");
  equal(fills(close), "sell 40 @ 30");
  equal(close.cash, "100200");
  const [trade] = await desk.sql`
    select quantity, entry_price, exit_price, net_pnl, mae, mfe from public.list_trades(${desk.account})`;
  deepEqual({ ...trade }, {
    quantity: "40",
    entry_price: "25",
    exit_price: "30",
    net_pnl: "200",
    mae: "0",
    mfe: "5",
  });
});

deskTest("one for ten, with a partial exit before it, and a short", { instrument: {} }, async (desk) => {
  await desk.buy("20", "1", { strategy: "long" });
  await desk.sell("10", "2", { strategy: "long" });
  await desk.sell("30", "2", { strategy: "short" });
  await split(desk, desk.symbol, 1, 10);
  deepEqual((await held(desk, desk.symbol)).map(({ quantity, average_price }) => [quantity, average_price]), [
    ["1", "10"],
    ["-3", "20"],
  ]);
  equal((await desk.close("15", { strategy: "short" })).position.realized_pnl, "15");
});

deskTest("what rests is split too: its units, its prices, and what it would place", {
  instrument: {},
}, async (desk) => {
  const exits = { stop_loss: { stop_price: "90" }, take_profit: { percent: "20" } };
  await desk.buy("10", "100", exits);
  await desk.buy("1", "100", { order_type: "limit", limit_price: "80", stop_loss: { amount: "8" } });
  await desk.sell("1", "100", { order_type: "trailing_stop", trail_amount: "50" });
  await split(desk, desk.symbol, 2);
  deepEqual(await desk.resting(), [
    "sell stop_loss 20 @ 45",
    "sell take_profit 20 @ 60",
    "buy limit 2 @ 40",
    "sell trailing_stop 2 @ 25",
  ]);
  equal(fills(await desk.mark("45")), "sell 20 @ 45");
  equal(fills(await desk.mark("40")), "buy 2 @ 40");
  equal((await desk.resting()).includes("sell stop_loss 2 @ 36"), true);
});

deskTest("a replay splits where the original did", { instrument: {} }, async (desk) => {
  await desk.buy("10", "100");
  await split(desk, desk.symbol, 3);
  await desk.sell("5", "40");
  await split(desk, desk.symbol, 1, 2);
  await desk.buy("1", "90");
  const copy = `${desk.account}-copy`;
  await desk.sql`select public.replay_account(${desk.account}, ${copy})`;
  deepEqual(await held(desk, desk.symbol, copy), await held(desk, desk.symbol));
  deepEqual([...await desk.sql`select * from public.verify_account(${copy})`], []);
});

deskTest("a split of one symbol changes no other, and impossible units are refused", {}, async (desk) => {
  const symbol = newSymbol();
  await desk.buy("1", "100", { symbol });
  await split(desk, newSymbol(), 5);
  equal((await held(desk, symbol))[0]?.quantity, "1");
  for (const [fresh, old] of [[0, 1], [1, 0], [-1, 1], [1e6, 1], [NaN, 1]] as const) {
    await rejects(split(desk, symbol, fresh, old), /a split needs/);
  }
});
