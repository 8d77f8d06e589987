import { equal } from "node:assert/strict";
import { type DeskOptions, deskTest, newSymbol } from "../support/desk.ts";

/** The fee of 3 bought at 50. */
function feeTest(
  name: string,
  settings: Record<string, unknown>,
  fee: string,
  more: DeskOptions & { fee?: string } = {},
): void {
  deskTest(
    `fee: ${name}`,
    { settings: { leverage: null, ...settings }, cash: "1000", ...more },
    async (desk) => {
      const answer = await desk.buy("3", "50", more.fee === undefined ? {} : { fee: more.fee });
      equal(answer.fills[0]?.fee, fee);
      equal(answer.position.fees, fee);
      equal(Number(answer.equity), 1000 - Number(fee));
    },
  );
}

feeTest("none by default", {}, "0");
feeTest("per trade", { fee_per_trade: "1.5" }, "1.5");
feeTest("per unit", { fee_per_unit: "0.005" }, "0.015");
feeTest("in basis points of the notional", { fee_bps: "2.5" }, "0.0375");
feeTest("in basis points of the notional, with the multiplier", { fee_bps: "2.5" }, "1.875", {
  instrument: { multiplier: "50" },
});
feeTest("the parts add up", { fee_per_trade: "1", fee_per_unit: "0.1", fee_bps: "10" }, "1.45");
feeTest("at least the minimum", { fee_per_unit: "0.005", fee_minimum: "1" }, "1");
feeTest("more than the minimum", { fee_per_trade: "2", fee_minimum: "1" }, "2");
feeTest("what the alert says wins over the model", { fee_per_trade: "2", fee_minimum: "1" }, "0.25", {
  fee: "0.25",
});
feeTest("zero, when the alert says so, is a fee too", { fee_per_trade: "2" }, "0", { fee: "0" });
feeTest("below zero is a rebate", {}, "-0.5", { fee: "-0.5" });

deskTest("fee: exact to the last digit in basis points", {
  settings: { leverage: null, fee_bps: "1.000000000000000001" },
}, async (desk) => {
  await desk.buy("123456789.123456789", "1.000000000000000001");
  const [row] = await desk
    .sql`select trim_scale(f.fee)::text as fee, f.fee = f.quantity * f.price * 1.000000000000000001 * 0.0001 as exact
    from trading.fills f join trading.accounts a on a.id = f.account_id where a.name = ${desk.account}`;
  equal(row?.exact, true, row?.fee);
});

deskTest(
  "fee: a resting order pays the model when it fills",
  { settings: { leverage: null, fee_bps: 10 } },
  async (desk) => {
    await desk.buy("2", "100", { order_type: "limit", limit_price: "90" });
    await desk.set({ fee_bps: 20 });
    equal((await desk.mark("90")).fills[0]?.fee, "0.36");
  },
);

deskTest("fee: a resting order pays the fee that its alert named", {
  settings: { leverage: null, fee_bps: 10 },
}, async (desk) => {
  await desk.buy("2", "100", { order_type: "limit", limit_price: "90", fee: "0.07" });
  equal((await desk.mark("90")).fills[0]?.fee, "0.07");
});

deskTest("fee: a flip splits its fee pro rata between the two trades", {}, async (desk) => {
  await desk.buy("1", "100", { fee: "0" });
  await desk.sell("3", "100", { fee: "3" });
  await desk.close("100", { fee: "0" });
  const trades = await desk.sql`select trading.decimal(t.fees) as fees from trading.trades t
    join trading.accounts a on a.id = t.account_id where a.name = ${desk.account} order by t.id`;
  equal(trades.map(({ fees }) => fees).join(), "1,2");
});

deskTest(
  "a future's multiplier counts in cash, profit and equity",
  { instrument: { multiplier: "50" } },
  async (desk) => {
    const bought = await desk.buy("2", "4000");
    equal(bought.cash, "-300000");
    equal(bought.equity, "100000");
    equal(bought.position.average_price, "4000");
    equal((await desk.mark("4001.5")).equity, "100150");
    const sold = await desk.sell("1", "4002");
    equal(sold.fills[0]?.realized_pnl, "100");
    equal(sold.equity, "100200");
    const flipped = await desk.sell("3", "3990");
    equal(flipped.fills[0]?.realized_pnl, "-500");
    equal(flipped.position.average_price, "3990");
    equal(flipped.cash, "498600");
    equal(flipped.equity, "99600");
  },
);

deskTest("an alias books into the instrument that it names", {}, async (desk) => {
  const [symbol, alias] = [newSymbol(), newSymbol()];
  await desk.sql`select public.upsert_instrument(${symbol}, 2, aliases => ${[alias]})`;
  const first = await desk.buy("1", "100", { symbol: alias });
  equal(first.symbol, symbol);
  const second = await desk.buy("1", "100", { symbol });
  equal(second.position.quantity, "2");
  equal(second.cash, "99600");
});

deskTest("an alias and its symbol in one batch are one position", {}, async (desk) => {
  const [symbol, alias] = [newSymbol(), newSymbol()];
  await desk.sql`select public.upsert_instrument(${symbol}, aliases => ${[alias]})`;
  const answers = await desk.batch([
    { action: "buy", quantity: "1", price: "10", symbol: alias },
    { action: "buy", quantity: "1", price: "12", symbol },
  ]);
  equal(answers[1]?.position.quantity, "2");
  equal(answers[1]?.position.average_price, "11");
});

deskTest(
  "slippage never leads to a price that is none",
  { settings: { leverage: null, slippage_bps: 9999 } },
  async (desk) => {
    const down = await desk.sell("1", "0.000000000000000001");
    equal(down.fills[0]?.price, "0.000000000000000001");
    const up = await desk.buy("1", "999999999999999999");
    equal(up.fills[0]?.price, "999999999999999999.999999999999999999");
  },
);
