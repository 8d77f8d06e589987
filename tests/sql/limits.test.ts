import { deepEqual, equal } from "node:assert/strict";
import { type Desk, deskTest, fills } from "../support/desk.ts";
import { said } from "../support/order-cases.ts";

const at = (time: string) => ({ received_at: `2026-03-02T${time}Z` });

deskTest(
  "leverage 1 lets exposure reach equity and no more",
  { settings: { leverage: 1 }, cash: "1000" },
  async (desk) => {
    equal(said(await desk.buy("10", "100")), "filled: buy 10 @ 100");
    equal(said(await desk.buy("0.00000001", "100")), "rejected: insufficient_funds");
  },
);

deskTest(
  "leverage counts long and short positions alike",
  { settings: { leverage: 2 }, cash: "1000" },
  async (desk) => {
    equal(said(await desk.buy("10", "100", { strategy: "a" })), "filled: buy 10 @ 100");
    equal(said(await desk.sell("10", "100", { strategy: "b" })), "filled: sell 10 @ 100");
    equal(said(await desk.buy("1", "100", { symbol: "OTHER" })), "rejected: insufficient_funds");
  },
);

deskTest("a position that has lost equity may be reduced, never enlarged, beyond its leverage", {
  settings: { leverage: 2 },
  cash: "1000",
}, async (desk) => {
  await desk.buy("20", "100");
  equal(said(await desk.buy("1", "80")), "rejected: insufficient_funds");
  equal(said(await desk.sell("5", "80")), "filled: sell 5 @ 80");
  const reversal = await desk.sell("31", "80");
  equal(said(reversal), "filled: sell 15 @ 80");
  deepEqual(reversal.repaired, { expected: "-31", booked: "-15" });
});

deskTest(
  "without a limit on leverage nothing is unaffordable",
  { settings: { leverage: null }, cash: "0" },
  async (desk) => {
    equal((await desk.buy("1000", "1000")).cash, "-1000000");
  },
);

deskTest(
  "a long-only account sells what it holds and no more",
  { settings: { allow_short: false } },
  async (desk) => {
    equal(said(await desk.sell("1", "100")), "rejected: short_not_allowed");
    await desk.buy("5", "100");
    equal(said(await desk.sell("6", "100")), "filled: sell 5 @ 100");
    equal(said(await desk.sell("1", "100")), "rejected: short_not_allowed");
  },
);

deskTest(
  "max_order bounds the worth of one order",
  { settings: { leverage: null, max_order: 500 } },
  async (desk) => {
    equal(said(await desk.buy("5", "100")), "filled: buy 5 @ 100");
    equal(said(await desk.buy("5.01", "100")), "rejected: risk_limit");
  },
);

deskTest("max_order counts the multiplier", {
  settings: { leverage: null, max_order: 500 },
  instrument: { multiplier: "50" },
}, async (desk) => {
  equal(said(await desk.buy("0.1", "100")), "filled: buy 0.1 @ 100");
  equal(said(await desk.buy("0.2", "100")), "rejected: risk_limit");
});

deskTest(
  "max_order does not hold back a close",
  { settings: { leverage: null, max_order: 500 } },
  async (desk) => {
    await desk.buy("5", "100");
    equal(said(await desk.close("200")), "filled: sell 5 @ 200");
  },
);

deskTest("max_position bounds the worth of one position, on either side", {
  settings: { leverage: null, max_position: 500 },
}, async (desk) => {
  equal(said(await desk.buy("5", "100")), "filled: buy 5 @ 100");
  equal(said(await desk.buy("1", "100")), "rejected: risk_limit");
  equal(said(await desk.sell("10", "100")), "filled: sell 10 @ 100");
  equal(said(await desk.buy("11", "100")), "filled: buy 5 @ 100");
});

deskTest(
  "max_position is for each strategy by itself",
  { settings: { leverage: null, max_position: 500 } },
  async (desk) => {
    equal(said(await desk.buy("5", "100", { strategy: "a" })), "filled: buy 5 @ 100");
    equal(said(await desk.buy("5", "100", { strategy: "b" })), "filled: buy 5 @ 100");
  },
);

deskTest("max_open_positions bounds how many are open, not how often they are traded", {
  settings: { leverage: null, max_open_positions: 2 },
}, async (desk) => {
  await desk.buy("1", "100", { symbol: "A" });
  await desk.buy("1", "100", { symbol: "B" });
  equal(said(await desk.buy("1", "100", { symbol: "C" })), "rejected: risk_limit");
  equal(said(await desk.sell("2", "100", { symbol: "A" })), "filled: sell 2 @ 100");
  await desk.close("100", { symbol: "A" });
  equal(said(await desk.buy("1", "100", { symbol: "C" })), "filled: buy 1 @ 100");
});

deskTest("max_open_positions also holds for orders that rest, when they fill", {
  settings: { leverage: null, max_open_positions: 1 },
}, async (desk) => {
  await desk.buy("1", "100", { strategy: "a", order_type: "limit", limit_price: "90" });
  await desk.buy("1", "100", { strategy: "b", order_type: "limit", limit_price: "91" });
  const answer = await desk.mark("85");
  equal(fills(answer), "buy 1 @ 85");
  equal(answer.orders.map(({ status }) => status).sort().join(), "canceled,filled");
});

deskTest("max_orders_per_minute counts orders of the last 60 seconds", {
  settings: { leverage: null, max_orders_per_minute: 2 },
}, async (desk) => {
  equal(said(await desk.buy("1", "100", at("10:00:00"))), "filled: buy 1 @ 100");
  equal(
    said(await desk.buy("1", "100", { order_type: "limit", limit_price: "50", ...at("10:00:30") })),
    "accepted",
  );
  equal(said(await desk.buy("1", "100", at("10:00:59"))), "rejected: risk_limit");
  equal(said(await desk.buy("1", "100", at("10:01:00"))), "filled: buy 1 @ 100");
  equal(said(await desk.buy("1", "100", at("10:01:01"))), "rejected: risk_limit");
});

deskTest("max_orders_per_minute holds within one batch", {
  settings: { leverage: null, max_orders_per_minute: 3 },
}, async (desk) => {
  const answers = await desk.batch(
    Array.from({ length: 5 }, () => ({ action: "buy", quantity: "1", price: "100" })),
  );
  equal(answers.map(({ status }) => status).join(), "filled,filled,filled,rejected,rejected");
});

deskTest("max_orders_per_minute never holds back a close", {
  settings: { leverage: null, max_orders_per_minute: 1 },
}, async (desk) => {
  await desk.buy("1", "100", at("10:00:00"));
  equal(said(await desk.close("100", at("10:00:01"))), "filled: sell 1 @ 100");
});

deskTest("a bracket's legs do not count as orders per minute", {
  settings: { leverage: null, max_orders_per_minute: 2 },
}, async (desk) => {
  await desk.buy("1", "100", { stop_loss: { amount: "5" }, take_profit: { amount: "5" }, ...at("10:00:00") });
  equal(said(await desk.buy("1", "100", at("10:00:01"))), "filled: buy 1 @ 100");
});

const loser = { settings: { leverage: null, max_daily_loss: 100 }, cash: "1000" };

deskTest("max_daily_loss halts the account once equity has fallen that far", loser, async (desk) => {
  await desk.buy("10", "100", at("10:00:00"));
  equal((await desk.mark("90.01", at("11:00:00"))).halted, undefined);
  equal((await desk.mark("90", at("12:00:00"))).halted, "max_daily_loss");
  equal(said(await desk.buy("1", "90", at("12:00:01"))), "rejected: account_halted");
  equal(said(await desk.sell("4", "90", at("12:00:02"))), "filled: sell 4 @ 90");
  equal(said(await desk.sell("7", "90", at("12:00:03"))), "filled: sell 6 @ 90");
  equal(said(await desk.sell("1", "90", at("12:00:04"))), "rejected: account_halted");
});

deskTest(
  "an alert whose own price shows the loss of max_daily_loss opens nothing more",
  loser,
  async (desk) => {
    await desk.buy("10", "100", at("10:00:00"));
    await desk.buy("1", "100", { order_type: "limit", limit_price: "95", ...at("10:00:01") });
    const answer = await desk.buy("1", "90", at("11:00:00"));
    equal(said(answer), "rejected: account_halted");
    equal(answer.halted, "max_daily_loss");
    deepEqual([answer.position.quantity, await desk.resting()], ["10", []]);
    equal(said(await desk.close("90", at("11:00:01"))), "filled: sell 10 @ 90");
  },
);

deskTest("max_daily_loss is measured from the equity at the day's beginning", loser, async (desk) => {
  await desk.buy("10", "100", at("10:00:00"));
  await desk.mark("120", at("11:00:00"));
  equal((await desk.mark("91", at("12:00:00"))).halted, undefined);
  await desk.mark("95", { received_at: "2026-03-03T00:00:00Z" });
  equal((await desk.mark("81.01", { received_at: "2026-03-03T10:00:00Z" })).halted, undefined);
  equal((await desk.mark("81", { received_at: "2026-03-03T10:00:00Z" })).halted, "max_daily_loss");
});

deskTest(
  "a day's loss counts the gap overnight: the day begins with yesterday's equity",
  loser,
  async (desk) => {
    await desk.buy("10", "100", at("10:00:00"));
    equal((await desk.mark("90", { received_at: "2026-03-03T10:00:00Z" })).halted, "max_daily_loss");
  },
);

deskTest("the day of max_daily_loss begins in the account's time zone", {
  ...loser,
  settings: { ...loser.settings, time_zone: "Asia/Tokyo" },
}, async (desk) => {
  await desk.buy("10", "100", at("14:00:00"));
  await desk.mark("91", at("14:59:59"));
  equal((await desk.mark("82", at("15:00:00"))).halted, undefined, "a new day in Tokyo");
  equal((await desk.mark("81", at("15:00:01"))).halted, "max_daily_loss");
});

deskTest(
  "fees count as loss of the day",
  { ...loser, settings: { ...loser.settings, fee_per_trade: 50 } },
  async (desk) => {
    equal((await desk.buy("1", "100")).halted, undefined);
    equal((await desk.sell("1", "100")).halted, "max_daily_loss");
  },
);

deskTest("a deposit or a withdrawal is no profit or loss of the day", loser, async (desk) => {
  await desk.buy("5", "100");
  await desk.sql`select public.withdraw(${desk.account}, 300)`;
  equal((await desk.mark("100")).halted, undefined);
  await desk.sql`select public.deposit(${desk.account}, 500)`;
  equal((await desk.mark("80")).halted, "max_daily_loss");
});

async function halts(
  desk: Desk,
  halt: () => Promise<unknown>,
  resume: () => Promise<unknown>,
): Promise<void> {
  await desk.buy("2", "100");
  await halt();
  equal(said(await desk.buy("1", "100")), "rejected: account_halted");
  equal(said(await desk.sell("1", "100")), "filled: sell 1 @ 100");
  equal(said(await desk.mark("100")), "ignored");
  await resume();
  equal(said(await desk.buy("1", "100")), "filled: buy 1 @ 100");
}

deskTest("an operator halts and resumes an account by RPC", {}, (desk) =>
  halts(
    desk,
    () => desk.sql`select public.halt_account(${desk.account}, 'holiday')`,
    () => desk.sql`select public.resume_account(${desk.account})`,
  ));

deskTest(
  "an alert halts and resumes an account",
  {},
  (desk) =>
    halts(
      desk,
      () => desk.send({ action: "halt", symbol: "" }),
      () => desk.send({ action: "resume", symbol: "" }),
    ),
);

deskTest(
  "an account that its daily loss has halted is resumed by an alert, its loss counted anew",
  loser,
  async (desk) => {
    await desk.buy("5", "100");
    equal((await desk.mark("80")).halted, "max_daily_loss");
    equal((await desk.send({ action: "resume", symbol: "" })).halted, undefined);
    equal(said(await desk.buy("1", "80")), "filled: buy 1 @ 80");
    equal((await desk.mark("60")).halted, "max_daily_loss");
  },
);

deskTest(
  "an account that its daily loss has halted is resumed by RPC, its loss counted anew",
  loser,
  async (desk) => {
    await desk.buy("5", "100");
    equal((await desk.mark("80")).halted, "max_daily_loss");
    await desk.sql`select public.resume_account(${desk.account})`;
    equal(said(await desk.buy("1", "80")), "filled: buy 1 @ 80");
  },
);
