import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { canonical } from "../support/engine.ts";
import { outboxTest } from "../support/outbox.ts";

outboxTest("a fill is told once, with money and quantities as decimal strings", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  await desk.book(account, { action: "buy", quantity: "2.50", price: "10.10", strategy: "s1" });
  const [row, ...others] = await desk.rows(channel);
  equal(others.length, 0);
  const { at, fill_id, order_id, alert_id, ...payload } = row?.payload ?? {};
  ok([at, fill_id, order_id, alert_id].every((value) => typeof value === "string"));
  deepEqual({ event: row?.event, account: row?.account, payload }, {
    event: "fill",
    account,
    payload: {
      account,
      currency: "USD",
      fee: "0",
      price: "10.1",
      quantity: "2.5",
      realized_pnl: "0",
      side: "buy",
      strategy: "s1",
      symbol: "ACME",
    },
  });
});

outboxTest("a refused alert is told with its code, an accepted or ignored one is not", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  await desk.book(account, { action: "mark" });
  await desk.book(account, { action: "buy", quantity: "1", order_type: "limit", limit_price: "5" });
  await desk.buy(account, "1000000");
  const rows = await desk.rows(channel);
  deepEqual(rows.map(({ event, payload }) => [event, payload.code]), [["rejected", "insufficient_funds"]]);
});

outboxTest("a resting order that cannot be filled when it is reached is told as a refusal", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  const resting = { action: "buy", quantity: "9000", order_type: "limit", limit_price: "9" };
  await desk.book(account, { ...resting, strategy: "a" }, { ...resting, strategy: "b" });
  await desk.book(account, { action: "mark", price: "9" });
  const rows = await desk.rows(channel);
  deepEqual(rows.map(({ event, payload }) => [event, payload.code ?? payload.quantity]), [
    ["fill", "9000"],
    ["rejected", "insufficient_funds"],
  ]);
  ok(rows[1]?.payload.order_id);
});

outboxTest("a margin call is told as one, and as a fill to who is not told of margin calls", async (desk) => {
  const account = await desk.account();
  await desk.rpc("update_account_settings", { account, settings: { margin_call: "close" } });
  const all = await desk.channel([account]);
  const ofFills = await desk.channel([account], { events: ["fill"] });
  const ofCalls = await desk.channel([account], { events: ["margin_call"] });
  await desk.book(account, { action: "sell", quantity: "1000", price: "100" }, {
    action: "mark",
    price: "150",
  });
  const told = async (channel: string) => (await desk.rows(channel)).map(({ event }) => event);
  deepEqual([await told(all), await told(ofFills), await told(ofCalls)], [
    ["fill", "margin_call"],
    ["fill", "fill"],
    ["margin_call"],
  ]);
});

outboxTest("the events of one batch are in the order of its alerts", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  const [small, large] = [{ action: "buy", quantity: "1" }, { action: "buy", quantity: "1000000" }];
  await desk.book(account, large, small, large, small, small, large);
  await desk.rpc("halt_account", { account });
  await desk.rpc("resume_account", { account });
  deepEqual(
    (await desk.rows(channel)).map(({ event }) => event),
    ["rejected", "fill", "rejected", "fill", "fill", "rejected", "halted", "resumed"],
  );
});

outboxTest("a duplicate, and a preview, tell nothing", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  const alert = { action: "buy", quantity: "1", id: "once", hash: "a".repeat(32) };
  await desk.book(account, alert);
  await desk.book(account, alert);
  await desk.rpc("preview_alerts", {
    alerts: [canonical({ account, symbol: "ACME", action: "buy", quantity: "1", price: "10" })],
  });
  equal((await desk.rows(channel)).length, 1);
});

outboxTest("what is rolled back is not told", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  await rejects(desk.tx.savepoint(async () => {
    await desk.buy(account);
    equal((await desk.rows(channel)).length, 1);
    throw new Error("undone");
  }));
  deepEqual(await desk.rows(channel), []);
});

outboxTest(
  "a halt is told with its reason, by an operator, an alert or the day's loss; a second halt is not",
  async (desk) => {
    const account = await desk.account();
    const channel = await desk.channel([account], { events: ["halted", "resumed"] });
    await desk.rpc("halt_account", { account, reason: "lunch" });
    await desk.rpc("halt_account", { account, reason: "again" });
    await desk.rpc("resume_account", { account });
    await desk.book(account, { action: "halt" }, { action: "mark" });
    await desk.rpc("resume_account", { account });
    await desk.rpc("update_account_settings", { account, settings: { max_daily_loss: 10 } });
    await desk.book(account, { action: "buy", quantity: "10", price: "100" }, {
      action: "mark",
      price: "50",
    });
    deepEqual((await desk.rows(channel)).map(({ event, payload }) => [event, payload.reason]), [
      ["halted", "lunch"],
      ["resumed", "lunch"],
      ["halted", "alert"],
      ["resumed", "alert"],
      ["halted", "max_daily_loss"],
    ]);
  },
);

outboxTest(
  "a channel hears only the events and accounts that it wants, and none while it is disabled",
  async (desk) => {
    const [mine, other] = [await desk.account(), await desk.account()];
    const all = await desk.channel();
    const own = await desk.channel([mine]);
    const refusals = await desk.channel([], { events: ["rejected"] });
    const off = await desk.channel();
    await desk.rpc("update_notification_channel", { channel: off, changes: { enabled: false } });
    await desk.buy(mine);
    await desk.buy(other);
    await desk.buy(other, "1000000");
    const told = async (channel: string) =>
      (await desk.rows(channel)).filter(({ event }) => event !== "channel_disabled").map((
        { event, account },
      ) => [event, account]);
    deepEqual(await told(all), [["fill", mine], ["fill", other], ["rejected", other]]);
    deepEqual(await told(own), [["fill", mine]]);
    deepEqual(await told(refusals), [["rejected", other]]);
    deepEqual(await told(off), []);
  },
);

outboxTest("what a replay books is no news", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  await desk.book(account, { action: "buy", quantity: "1", received_at: "2026-01-02T03:04:05Z" });
  await desk.book(account, { action: "buy", quantity: "1000000", received_at: "2026-01-02T03:04:06Z" });
  deepEqual(await desk.rows(channel), []);
});

outboxTest("a day's summary is told once, after the day ended where the account is", async (desk) => {
  const account = await desk.account();
  await desk.rpc("update_account_settings", { account, settings: { time_zone: "Pacific/Auckland" } });
  const channel = await desk.channel([account], { events: ["daily_summary"] });
  const summaries = (at: string) => desk.rpc<number>("enqueue_daily_summaries", { at });
  const on = (received_at: string, more: Record<string, unknown>) =>
    desk.book(account, { received_at, ...more });
  // In Auckland, in summer, the 5th of January begins at 11:00 of the 4th in UTC.
  await on("2026-01-04T10:59:00Z", { action: "buy", quantity: "10", price: "100" });
  await on("2026-01-04T11:00:00Z", { action: "mark", price: "110" });
  await on("2026-01-05T10:58:00Z", { action: "sell", quantity: "4", price: "120", fee: "1" });
  await on("2026-01-05T11:00:00Z", { action: "mark", price: "500" });
  equal(await summaries("2026-01-05T10:59:59Z"), 1, "the 4th");
  equal(await summaries("2026-01-05T11:00:00Z"), 1, "the 5th");
  equal(await summaries("2026-01-05T18:00:00Z"), 0, "the 5th is told already");
  const [, fifth] = await desk.rows(channel);
  const { day, equity, change, fills, fees, trades, trades_net_pnl } = fifth?.payload ?? {};
  deepEqual({ day, equity, change, fills, fees, trades, trades_net_pnl }, {
    day: "2026-01-05",
    equity: "100199",
    change: "199",
    fills: 1,
    fees: "1",
    trades: 0,
    trades_net_pnl: "0",
  });
});

outboxTest("a day without an alert has no summary, and nobody who wants one costs nothing", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  equal(await desk.rpc("enqueue_daily_summaries", { at: "2027-01-02T12:00:00Z" }), 0);
  deepEqual(await desk.rows(channel), []);
});
