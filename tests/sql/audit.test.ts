import { deepEqual, equal, rejects } from "node:assert/strict";
import type { TransactionSql } from "postgres";
import { type Desk, deskTest } from "../support/desk.ts";
import { unique } from "../support/stack.ts";

/** Some trading: a round trip, a flip, a bracket that rests, fees and a deposit. */
async function trade(desk: Desk): Promise<void> {
  await desk.buy("10", "100", { fee: "1" });
  await desk.sell("15", "104.5", { fee: "0.75" });
  await desk.sql`select public.deposit(${desk.account}, 500)`;
  await desk.buy("3", "99.9", {
    symbol: "OTHER",
    stop_loss: { type: "stop", percent: "5" },
    take_profit: { percent: "10" },
  });
  await desk.mark("103");
}

/** The differences that verify_account finds after `tamper`, which is undone afterwards. */
async function differencesAfter(
  desk: Desk,
  tamper: (tx: TransactionSql) => Promise<unknown>,
): Promise<string[]> {
  let items: string[] = [];
  const undone = new Error("undone");
  await desk.sql.begin(async (tx) => {
    await tamper(tx);
    const rows = await tx`select item from public.verify_account(${desk.account})`;
    items = rows.map(({ item }) => item as string);
    throw undone;
  }).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return items;
}

const account = (desk: Desk, tx: TransactionSql) =>
  tx`select id from trading.accounts where name = ${desk.account}`;

deskTest("verify_account finds no difference after trading", {}, async (desk) => {
  await trade(desk);
  deepEqual(await desk.differences(), []);
});

deskTest("verify_account tells of cash that no entry explains", {}, async (desk) => {
  await trade(desk);
  const items = await differencesAfter(
    desk,
    (tx) => tx`update trading.accounts set cash = cash + 0.000000000000000001 where name = ${desk.account}`,
  );
  deepEqual(items, ["cash", "net profit"]);
});

deskTest("verify_account tells of a position that its fills do not come to", {}, async (desk) => {
  await trade(desk);
  const items = await differencesAfter(
    desk,
    (tx) =>
      tx`update trading.positions set realized_pnl = realized_pnl + 1 where symbol = 'OTHER'
         and account_id = (${account(desk, tx)})`,
  );
  deepEqual(items, ["position realized_pnl"]);
});

deskTest("verify_account tells of a filled order without its fill", {}, async (desk) => {
  await trade(desk);
  const items = await differencesAfter(
    desk,
    (tx) =>
      tx`update trading.orders set status = 'filled', closed_at = now() where leg = 'take_profit'
         and account_id = (${account(desk, tx)})`,
  );
  equal(items.length, 1);
  equal(items[0]?.startsWith("order "), true);
});

deskTest("verify_account tells of a bracket that covers more than its position", {}, async (desk) => {
  await trade(desk);
  const items = await differencesAfter(
    desk,
    (tx) =>
      tx`update trading.orders set quantity = quantity + 1 where leg = 'stop_loss' and account_id = (${
        account(desk, tx)
      })`,
  );
  equal(items.length, 1);
  equal(items[0]?.startsWith("exit order "), true);
});

deskTest("the cash ledger holds every deposit, fill and fee, and its sum is the cash", {}, async (desk) => {
  await trade(desk);
  const [row] = await desk.sql`
    select array_agg(distinct l.kind order by l.kind) as kinds, sum(l.amount) = a.cash as agrees
    from trading.accounts a join trading.cash_ledger l on l.account_id = a.id and l.epoch = a.epoch
    where a.name = ${desk.account} group by a.cash`;
  deepEqual(row, { kinds: ["deposit", "fee", "fill"], agrees: true });
});

const summary = async (desk: Desk, name: string) => {
  const [row] = await desk.sql`select * from public.portfolio_summary(${name})`;
  const { account: _, version: __, ...rest } = row ?? {};
  return rest;
};

deskTest(
  "a replay without overrides comes to the same account",
  { settings: { leverage: 3, fee_bps: 7 } },
  async (desk) => {
    await trade(desk);
    await desk.set({ slippage_bps: 20 });
    await desk.buy("1", "110");
    const copy = unique("copy");
    await desk.sql`select public.replay_account(${desk.account}, ${copy})`;
    deepEqual(await summary(desk, copy), await summary(desk, desk.account));
    deepEqual(
      [
        ...await desk
          .sql`select side, symbol, quantity, price, fee, realized_pnl, filled_at from public.list_fills(${copy})`,
      ],
      [
        ...await desk
          .sql`select side, symbol, quantity, price, fee, realized_pnl, filled_at from public.list_fills(${desk.account})`,
      ],
    );
    deepEqual([...await desk.sql`select * from public.verify_account(${copy})`], []);
  },
);

/** What an account's fills were, the newest first. */
const fillsOf = async (desk: Desk, name: string) =>
  (await desk.sql`select side, symbol, quantity, price, fee from public.list_fills(${name})`)
    .map(({ side, symbol, quantity, price, fee }) => `${side} ${quantity} ${symbol} @ ${price}, fee ${fee}`);

/** Replays an account into a new one, whose name it returns. */
async function replayed(desk: Desk, name = desk.account): Promise<string> {
  const copy = unique("copy");
  await desk.sql`select public.replay_account(${name}, ${copy})`;
  return copy;
}

deskTest("a replay cancels the order that stands for the one whose id a cancel names", {}, async (desk) => {
  const limit = { order_type: "limit", limit_price: "95" };
  await desk.buy("1", "100", limit);
  const second = await desk.buy("2", "100", limit);
  const bracket = { stop_loss: { type: "stop", stop_price: "90" }, take_profit: { limit_price: "120" } };
  const entry = await desk.buy("4", "100", bracket);
  const stop = entry.orders.find(({ leg }) => leg === "stop_loss");
  await desk.send({ action: "cancel", order_id: second.orders[0]?.id });
  await desk.send({ action: "cancel", order_id: stop?.id });
  await desk.send({ action: "cancel", order_id: "no order" });
  await desk.mark("94");
  await desk.mark("89");
  await desk.mark("121");
  const copy = await replayed(desk);
  deepEqual(await fillsOf(desk, copy), await fillsOf(desk, desk.account));
  deepEqual(await fillsOf(desk, await replayed(desk, copy)), await fillsOf(desk, desk.account));
});

deskTest("a replay of a replay keeps the order of alerts and operations", {}, async (desk) => {
  await desk.buy("1", "100");
  await desk.set({ fee_per_trade: 5 });
  await desk.buy("1", "100");
  const copy = await replayed(desk, await replayed(desk));
  deepEqual(await fillsOf(desk, copy), ["buy 1 ACME @ 100, fee 5", "buy 1 ACME @ 100, fee 0"]);
});

deskTest(
  "a replay on the alerts' clock books in the order of arrival, under the settings of that moment",
  { settings: { leverage: 1, clock: "alert", fee_per_trade: 3 } },
  async (desk) => {
    await desk.buy("1", "90000", { symbol: "FIRST", time: "2026-03-02T10:05:00Z" });
    const late = await desk.buy("1", "90000", { symbol: "LATE", time: "2026-03-02T10:00:00Z" });
    equal(late.code, "insufficient_funds");
    await desk.set({ fee_per_trade: 4 });
    await desk.buy("1", "100", { symbol: "LAST", time: "2026-03-02T10:01:00Z" });
    deepEqual(await fillsOf(desk, await replayed(desk)), [
      "buy 1 LAST @ 100, fee 4",
      "buy 1 FIRST @ 90000, fee 3",
    ]);
  },
);

deskTest("a replay may ask what other fees would have come to", {}, async (desk) => {
  await desk.buy("10", "100", { fee: "3" });
  await desk.sell("10", "110");
  const copy = unique("copy");
  const overrides = { settings: { fee_per_trade: 5 }, alerts: { fee: null } };
  await desk.sql`select public.replay_account(${desk.account}, ${copy}, ${
    JSON.stringify(overrides)
  }::text::jsonb)`;
  const { realized_pnl, fees } = await summary(desk, copy);
  deepEqual({ realized_pnl, fees }, { realized_pnl: "100", fees: "10" });
});

deskTest("a replay may ask what another size would have come to", {}, async (desk) => {
  await desk.buy("10", "100");
  await desk.close("110");
  const copy = unique("copy");
  const overrides = { alerts: { quantity: "1000", quantity_type: "notional" } };
  await desk.sql`select public.replay_account(${desk.account}, ${copy}, ${
    JSON.stringify({
      ...overrides,
      alerts: { ...overrides.alerts, quantity: "5000" },
    })
  }::text::jsonb)`;
  equal((await summary(desk, copy)).realized_pnl, "500");
});

deskTest("a replay into an account that exists is refused", {}, async (desk) => {
  await rejects(desk.sql`select public.replay_account(${desk.account}, ${desk.account})`, /duplicate key/);
});

deskTest("a replay with an override that means nothing is refused", {}, async (desk) => {
  await rejects(
    desk.sql`select public.replay_account(${desk.account}, ${unique("copy")}, '{"fees": 1}')`,
    /overrides may hold settings and alerts/,
  );
});
