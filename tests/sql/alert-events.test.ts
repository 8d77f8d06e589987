import { deepEqual, equal } from "node:assert/strict";
import type { Alert } from "../support/engine.ts";
import { type OutboxDesk, outboxTest } from "../support/outbox.ts";

const minutes = (count: number) => new Date(Date.now() + count * 60_000).toISOString();
const flat = { side: "flat", quantity: "0" };
const long = (quantity: string) => ({ side: "long", quantity });

/** Wakes the clock, as if it were so many minutes later. */
const wake = (desk: OutboxDesk, later: number) =>
  desk.rpc<number>("enqueue_timed_events", { at: minutes(later) });
const events = async (desk: OutboxDesk, channel: string, event: string) =>
  (await desk.rows(channel)).filter((row) => row.event === event).map(({ payload }) => payload);

/** A buy of 5, and a sale that finds more to sell than its sender thought. */
const missedOne = (desk: OutboxDesk, account: string, more: Alert = {}) =>
  desk.book(
    account,
    { action: "buy", quantity: "5", target: long("5"), ...more },
    { action: "sell", quantity: "2", target: flat, ...more },
  );

/** Alerts of more than a week, half an hour apart around the clock, the last of them just now. */
const steady = (desk: OutboxDesk, account: string, more: Alert = {}) =>
  desk.book(
    account,
    ...Array.from({ length: 400 }, (_, nr) => ({
      ...{ action: nr % 2 === 0 ? "buy" : "sell", quantity: "1" },
      ...{ received_at: minutes(-30 * (399 - nr)), ...more },
    })),
  );

outboxTest("a repair is told as a missed alert, once", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account], { events: ["missed_alert"] });
  await missedOne(desk, account, { strategy: "s1" });
  equal(await wake(desk, 1), 1);
  equal(await wake(desk, 2), 0);
  const [payload, ...others] = await events(desk, channel, "missed_alert");
  equal(others.length, 0);
  const { at, alert_id, ...said } = payload ?? {};
  deepEqual([typeof at, typeof alert_id], ["string", "string"]);
  deepEqual(said, {
    ...{ account, strategy: "s1", symbol: "ACME", side: "sell", quantity: "3", repaired: true },
    ...{ price: "10", cost: null, currency: "USD" },
  });
});

outboxTest("a contradiction is told, too, though nothing repaired it", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  await desk.book(account, { action: "buy", quantity: "5" }, {
    action: "buy",
    quantity: "1",
    previous: flat,
  });
  await wake(desk, 1);
  deepEqual(
    (await events(desk, channel, "missed_alert")).map(({ side, quantity, repaired, price }) => [
      side,
      quantity,
      repaired,
      price,
    ]),
    [["sell", "5", false, null]],
  );
});

outboxTest("a gap that something else explains is not told", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account], { events: ["missed_alert"] });
  const stop_loss = { type: "stop", stop_price: "9" };
  await desk.book(
    account,
    { action: "buy", quantity: "5", target: long("5"), stop_loss },
    { action: "mark", price: "8" },
    { action: "sell", quantity: "5", target: flat },
  );
  equal(await wake(desk, 1), 0);
  deepEqual(await desk.rows(channel), []);
});

outboxTest("what a replay books, or was before the channel, is no news", async (desk) => {
  const account = await desk.account();
  await missedOne(desk, account, { received_at: minutes(-5) });
  const channel = await desk.channel([account], { events: ["missed_alert"] });
  await missedOne(desk, account, { received_at: minutes(-600) });
  equal(await wake(desk, 1), 0);
  deepEqual(await events(desk, channel, "missed_alert"), []);
});

outboxTest(
  "a strategy that falls silent is told once, when it does, and again after it was back",
  async (desk) => {
    const account = await desk.account();
    const channel = await desk.channel([account], { events: ["silent_strategy"] });
    await steady(desk, account, { strategy: "s1" });
    equal(await wake(desk, 60), 0);
    equal(await wake(desk, 100), 1);
    equal(await wake(desk, 102), 0);
    equal(await wake(desk, 600), 0);
    const [payload] = await events(desk, channel, "silent_strategy");
    deepEqual([payload?.account, payload?.strategy, payload?.usual_seconds], [account, "s1", "1800"]);
    // Back, and silent once more.
    await desk.book(account, {
      action: "buy",
      quantity: "1",
      strategy: "s1",
      received_at: minutes(601),
    });
    equal(await wake(desk, 603), 0);
    equal(await wake(desk, 2000), 1);
    equal((await events(desk, channel, "silent_strategy")).length, 2);
  },
);

outboxTest(
  "a strategy with one alert is never told as silent, nor one that has been for days",
  async (desk) => {
    const account = await desk.account();
    const channel = await desk.channel([account]);
    await desk.book(account, { action: "buy", quantity: "1", strategy: "once" });
    await steady(desk, account, { strategy: "old" });
    equal(await wake(desk, 3 * 24 * 60), 0);
    deepEqual(await events(desk, channel, "silent_strategy"), []);
  },
);

outboxTest("a halted account tells neither, nor one on the alerts' clock", async (desk) => {
  const [halted, played] = [await desk.account(), await desk.account()];
  await desk.rpc("update_account_settings", { account: played, settings: { clock: "alert" } });
  const channel = await desk.channel();
  for (const account of [halted, played]) {
    await missedOne(desk, account, { strategy: "missed" });
    await steady(desk, account, { strategy: "silent" });
  }
  await desk.rpc("halt_account", { account: halted });
  await wake(desk, 1);
  await wake(desk, 120);
  const said = (await desk.rows(channel)).filter(({ account, event }) =>
    [halted, played].includes(account ?? "") && ["missed_alert", "silent_strategy"].includes(event)
  );
  deepEqual(said, []);
});

outboxTest("a channel of another account, or of other events, hears neither", async (desk) => {
  const [mine, other] = [await desk.account(), await desk.account()];
  const channels = [await desk.channel([other]), await desk.channel([mine], { events: ["fill"] })];
  await missedOne(desk, mine);
  await steady(desk, mine, { strategy: "s1" });
  await wake(desk, 120);
  for (const channel of channels) {
    deepEqual(await events(desk, channel, "missed_alert"), []);
    deepEqual(await events(desk, channel, "silent_strategy"), []);
  }
});

outboxTest("after a reset the account begins anew, and is told of again", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account], { events: ["missed_alert"] });
  await missedOne(desk, account);
  equal(await wake(desk, 1), 1);
  await desk.rpc("reset_account", { account });
  await missedOne(desk, account);
  equal(await wake(desk, 2), 1);
  equal((await events(desk, channel, "missed_alert")).length, 2);
});

outboxTest(
  "a shadow's missed alert is told to who names the shadow, not to who hears of all accounts",
  async (desk) => {
    const account = await desk.account();
    const shadow = `${account}-shadow`;
    await desk.rpc("upsert_shadow_account", { account, shadow });
    const channels = [await desk.channel([]), await desk.channel([shadow])];
    await missedOne(desk, account);
    await wake(desk, 1);
    const toldOf = async (channel: string) =>
      (await events(desk, channel, "missed_alert")).map((payload) => payload.account)
        .filter((name) => name === account || name === shadow);
    deepEqual(await Promise.all(channels.map(toldOf)), [[account], [shadow]]);
  },
);
