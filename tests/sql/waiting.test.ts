import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Answer } from "../support/alerts.ts";
import { type Desk, deskTest, fills } from "../support/desk.ts";
import type { Alert } from "../support/engine.ts";
import { storedRows } from "../support/ledger.ts";
import { said } from "../support/order-cases.ts";
import { unique } from "../support/stack.ts";

const start = Date.UTC(2026, 2, 2, 10);
/** Seconds after the first alert. */
const at = (seconds: number) => ({ received_at: new Date(start + seconds * 1_000).toISOString() });

const buy = (quantity: string, more: Alert = {}) => ({ action: "buy", quantity, ...more });
const sell = (quantity: string, more: Alert = {}) => ({ action: "sell", quantity, ...more });
const close = { action: "close" };
const target = (side: string, quantity: string, more: Alert = {}) => ({
  target: { side, quantity },
  ...more,
});

/** "waits: buy 5", or what else the answer says; no size while it is not known. */
function waits(answer: Answer): string {
  if (answer.reason !== "waiting_for_price") return said(answer);
  const order = answer.orders.find(({ status }) => status === "open");
  return ["waits:", order?.side, order?.quantity].filter(Boolean).join(" ");
}

/** What became of the orders of an answer: "expired", "canceled: replaced". */
const ended = ({ orders }: Answer) =>
  orders.filter(({ status }) => status !== "open" && status !== "filled")
    .map(({ status, reason }) => [status, reason].filter(Boolean).join(": ")).join();

deskTest("a market order without a price waits, and fills at the next mark with slippage", {
  settings: { leverage: null, slippage_bps: 100 },
}, async (desk) => {
  const answer = await desk.send(buy("5"));
  equal(answer.status, "accepted");
  equal(waits(answer), "waits: buy 5");
  equal(answer.position.quantity, "0");
  const [row] = await desk
    .sql`select type, quantity, status, reason, waiting from public.list_orders(${desk.account})`;
  deepEqual(row, { type: "market", quantity: "5", status: "open", reason: null, waiting: true });

  equal(fills(await desk.mark("100")), "buy 5 @ 101");
  const [filled] = await desk
    .sql`select quantity, status, waiting, expires_at from public.list_orders(${desk.account})`;
  deepEqual(filled, { quantity: "5", status: "filled", waiting: false, expires_at: null });
  equal(fills(await desk.mark("100")), "");
});

deskTest("it fills at the price of the next alert, before that alert's own order", {}, async (desk) => {
  await desk.send(buy("5"));
  equal(fills(await desk.sell("2", "100")), "buy 5 @ 100, sell 2 @ 100");
});

deskTest("an exit waits when the last mark is too old, and closes what is held then", {}, async (desk) => {
  await desk.buy("5", "100", at(0));
  equal(waits(await desk.send({ ...close, ...at(400) })), "waits: sell 5");
  equal(fills(await desk.buy("1", "90", at(401))), "sell 5 @ 90, buy 1 @ 90");
});

deskTest("any strategy's mark of its symbol fills it, no other symbol's does", {}, async (desk) => {
  await desk.send(buy("5", { strategy: "one" }));
  equal(fills(await desk.mark("7", { symbol: "OTHER" })), "");
  equal(fills(await desk.mark("100", { strategy: "two" })), "buy 5 @ 100");
});

deskTest(
  "of a bar it takes the close: only that came after it, and its exits see nothing of the bar",
  {},
  async (desk) => {
    const exits = { stop_loss: { amount: "5" }, take_profit: { amount: "5" } };
    await desk.send(buy("5", exits));
    equal(fills(await desk.mark("100 130 70 101")), "buy 5 @ 101");
    deepEqual(await desk.resting(), ["sell stop_loss 5 @ 96", "sell take_profit 5 @ 106"]);
    equal(fills(await desk.mark("95")), "sell 5 @ 95");
  },
);

deskTest("a waiting exit comes before the stop of its position", {}, async (desk) => {
  await desk.buy("5", "100", { stop_loss: { amount: "5" }, ...at(0) });
  await desk.send({ ...close, ...at(400) });
  equal(fills(await desk.mark("90", at(401))), "sell 5 @ 90");
  deepEqual(await desk.resting(), []);
});

for (
  const [quantity_type, quantity, filled] of [
    ["notional", "1000", "buy 20 @ 50"],
    ["percent_of_equity", "50", "buy 1000 @ 50"],
    ["risk_notional", "100", "buy 20 @ 50"],
    ["risk_percent", "1", "buy 200 @ 50"],
  ] as const
) {
  deskTest(
    `a size in ${quantity_type} is worked out at the fill`,
    { settings: { leverage: 1 } },
    async (desk) => {
      const alert = buy(quantity, { quantity_type, stop_loss: { amount: "5" } });
      equal(waits(await desk.send(alert)), "waits: buy");
      const [row] = await desk.sql`select quantity, waiting from public.list_orders(${desk.account})`;
      deepEqual(row, { quantity: null, waiting: true });
      equal(fills(await desk.mark("50")), filled);
    },
  );
}

deskTest("a size in percent of the position counts what is held then", {}, async (desk) => {
  await desk.buy("8", "100", at(0));
  const half = { quantity: "50", quantity_type: "percent_of_position" };
  equal(waits(await desk.send({ ...close, ...half, ...at(400) })), "waits: sell 4");
  equal(waits(await desk.send({ ...close, ...half, ...at(401) })), "waits: sell 2");
  equal(fills(await desk.mark("100", at(402))), "sell 4 @ 100, sell 2 @ 100");
});

deskTest("a target counts what is held when it fills", {}, async (desk) => {
  await desk.buy("2", "100", { strategy: "", ...at(0) });
  equal(waits(await desk.send({ ...buy("3"), ...at(400) })), "waits: buy 3");
  equal(waits(await desk.send({ ...target("long", "9"), ...at(401) })), "waits: buy 4");
  equal(fills(await desk.mark("100", at(402))), "buy 3 @ 100, buy 4 @ 100");
});

deskTest("a later target takes the place of one that waits", {}, async (desk) => {
  await desk.send(target("long", "5"));
  const later = await desk.send(target("short", "2"));
  equal(waits(later), "waits: sell 2");
  equal(ended(later), "canceled: replaced");
  const flat = await desk.send(target("flat", "0"));
  equal(flat.status, "ignored");
  equal(ended(flat), "canceled: replaced");
  equal(fills(await desk.mark("100")), "");
});

deskTest("a close while an entry waits: both wait, and fill in order", {}, async (desk) => {
  equal(waits(await desk.send(buy("5"))), "waits: buy 5");
  equal(waits(await desk.send(close)), "waits: sell 5");
  equal(waits(await desk.send(sell("1"))), "waits: sell 1");
  equal(fills(await desk.mark("100")), "buy 5 @ 100, sell 5 @ 100, sell 1 @ 100");
});

deskTest("a close behind an entry of a size not yet known waits without one", {}, async (desk) => {
  await desk.send(buy("1000", { quantity_type: "notional" }));
  equal(waits(await desk.send(close)), "waits: sell");
  equal(waits(await desk.send(target("flat", "0", { action: "sell" }))), "waits: sell");
  const answer = await desk.mark("100");
  equal(fills(answer), "buy 10 @ 100, sell 10 @ 100");
  equal(ended(answer), "canceled: nothing_to_do");
});

deskTest("the entries and exits of a long-only account wait in order", {
  settings: { allow_short: false },
}, async (desk) => {
  for (const alert of [buy("5"), sell("5"), buy("2")]) await desk.send(alert);
  equal(waits(await desk.send(sell("3"))), "rejected: short_not_allowed");
  equal(fills(await desk.mark("100")), "buy 5 @ 100, sell 5 @ 100, buy 2 @ 100");
});

deskTest("a cancel takes it away", {}, async (desk) => {
  const cancels = [{ action: "cancel" }, { action: "cancel", symbol: "" }];
  for (const cancel of cancels) {
    await desk.send(buy("1000", { quantity_type: "notional" }));
    equal(ended(await desk.send(cancel)), "canceled: alert");
  }
  const { orders: [order] } = await desk.send(buy("5"));
  equal((await desk.send({ action: "cancel", order_id: order?.id })).status, "canceled");
  equal(fills(await desk.mark("100")), "");
});

deskTest("it expires after price_wait, before the price that comes then", {
  settings: { leverage: null, price_wait: 60 },
}, async (desk) => {
  await desk.send(buy("5", at(0)));
  const answer = await desk.mark("100", at(60));
  equal(fills(answer), "");
  equal(ended(answer), "expired");
  await desk.send(buy("5", at(1_000)));
  equal(fills(await desk.mark("100", at(1_059))), "buy 5 @ 100");
});

deskTest("by default it waits for an hour; with the day it ends earlier", {}, async (desk) => {
  await desk.send(buy("5", at(0)));
  await desk.send(buy("5", { time_in_force: "day", received_at: "2026-03-02T23:30:00Z" }));
  const rows = await desk.sql`select expires_at from public.list_orders(${desk.account}) order by id::bigint`;
  deepEqual(rows.map(({ expires_at }) => (expires_at as Date).toISOString()), [
    "2026-03-02T11:00:00.000Z",
    "2026-03-03T00:00:00.000Z",
  ]);
});

deskTest("price_wait null refuses it, and nothing is no time to wait", {
  settings: { price_wait: null },
}, async (desk) => {
  for (const alert of [buy("5"), sell("5"), close, target("long", "5")]) {
    equal(said(await desk.send(alert)), "rejected: no_price");
  }
  for (const price_wait of [0, -1, 604_801]) await rejects(desk.set({ price_wait }), /price_wait/);
});

deskTest("what is to fill at once or not at all does not wait", {}, async (desk) => {
  equal(said(await desk.send(buy("5", { time_in_force: "ioc" }))), "rejected: no_price");
});

deskTest("a close of nothing does not wait", {}, async (desk) => {
  equal(said(await desk.send(close)), "ignored");
  equal(said(await desk.send({ ...close, quantity: "100", quantity_type: "notional" })), "ignored");
  equal(said(await desk.send(sell("5", { target: { side: "long" } }))), "ignored");
});

deskTest("what needs no price to be refused is refused at once", {
  settings: { max_orders_per_minute: 1 },
  instrument: { lot_size: "1" },
}, async (desk) => {
  equal(said(await desk.send({ action: "buy" })), "rejected: no_quantity");
  equal(said(await desk.send(buy("0.5"))), "rejected: quantity_too_small");
  equal(said(await desk.send(buy("1", { quantity_type: "risk_percent" }))), "rejected: no_stop");
  equal(waits(await desk.send(buy("1"))), "waits: buy 1");
  equal(said(await desk.send(buy("1"))), "rejected: risk_limit");
  await desk.send({ action: "halt" });
  equal(said(await desk.send(buy("1"))), "rejected: account_halted");
});

deskTest("the rules are those of the moment of its fill", { settings: { leverage: 1 } }, async (desk) => {
  await desk.send(buy("500"));
  await desk.send(buy("600"));
  const answer = await desk.mark("100");
  equal(fills(answer), "buy 500 @ 100");
  equal(ended(answer), "canceled: insufficient_funds");
  await desk.send(buy("1", { symbol: "OTHER" }));
  await desk.send(buy("1", { symbol: "OTHER", stop_loss: { stop_price: "200" } }));
  equal(ended(await desk.mark("100", { symbol: "OTHER" })), "canceled: invalid_bracket");
  await desk.send(buy("1", { symbol: "THIRD" }));
  await desk.send({ action: "halt" });
  equal(ended(await desk.mark("100", { symbol: "THIRD" })), "canceled: account_halted");
});

deskTest("a newer alert does not make it stale, nor does its own max_age", {}, async (desk) => {
  await desk.send(buy("5", { time: "2026-03-02T10:00:00Z", max_age: 60, ...at(0) }));
  await desk.send(sell("1", { time: "2026-03-02T10:00:05Z", ...at(5) }));
  equal(fills(await desk.mark("100", at(100))), "buy 5 @ 100, sell 1 @ 100");
});

deskTest("a stale one does not wait", {}, async (desk) => {
  await desk.buy("1", "100", { time: "2026-03-02T10:00:05Z", ...at(5) });
  equal(
    said(await desk.send(buy("5", { time: "2026-03-02T10:00:00Z", ...at(400) }))),
    "rejected: stale_alert",
  );
});

deskTest("it counts among the orders that rest, with its exits", {
  settings: { leverage: null, max_resting_orders: 3 },
}, async (desk) => {
  await desk.send(buy("1", { stop_loss: { amount: "5" }, take_profit: { amount: "5" } }));
  await desk.send(buy("1"));
  equal(said(await desk.send(buy("1"))), "rejected: too_many_orders");
  await desk.mark("100");
  equal((await desk.resting()).length, 2);
});

deskTest("a target that turns its action says so when it begins to wait", {}, async (desk) => {
  const answer = await desk.send(target("long", "5", { action: "sell" }));
  equal(waits(answer), "waits: buy 5");
  deepEqual(answer.repaired, { expected: "0", booked: "5" });
  equal((await desk.send(target("long", "7", { action: "buy" }))).repaired, undefined);
});

deskTest(
  "orders that begin to wait and fill in one batch come to what single alerts do",
  {},
  async (desk) => {
    const alerts = [buy("1000", { quantity_type: "notional" }), close, buy("3"), {
      action: "mark",
      price: "100",
    }];
    const answers = await desk.batch(alerts);
    equal(
      answers.map(waits).join("; "),
      "waits: buy; waits: sell; waits: buy 3; filled: buy 10 @ 100, sell 10 @ 100, buy 3 @ 100",
    );
  },
);

deskTest("a reset ends it", {}, async (desk) => {
  await desk.send(buy("1000", { quantity_type: "notional" }));
  await desk.sql`select public.reset_account(${desk.account})`;
  equal(fills(await desk.mark("100")), "");
});

/** A replay of the account comes to the same rows, all of them. */
async function assertReplays(desk: Desk): Promise<void> {
  const copy = unique("copy");
  await desk.sql`select public.replay_account(${desk.account}, ${copy})`;
  deepEqual(await storedRows(desk.sql, copy), await storedRows(desk.sql, desk.account));
}

deskTest("a replay makes the same orders wait, fill, expire and go", {
  settings: { leverage: null, price_wait: 60, slippage_bps: 10 },
}, async (desk) => {
  await desk.send(buy("5", at(0)));
  await desk.send({ ...close, ...at(1) });
  await desk.send(buy("2000", { quantity_type: "notional", ...at(2) }));
  const { orders: [first] } = await desk.send(buy("7", at(3)));
  await desk.send({ action: "cancel", order_id: first?.id, ...at(4) });
  await desk.mark("100", at(5));
  await desk.send({ ...target("short", "5"), ...at(400) });
  await desk.send({ ...target("short", "6"), ...at(401) });
  await desk.mark("110", at(500));
  await desk.send({ ...target("short", "6"), ...at(900) });
  await assertReplays(desk);
});
