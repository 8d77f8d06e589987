import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { connect, unique } from "../support/stack.ts";
import { type Line, type OutboxDesk, outboxTest } from "../support/outbox.ts";

/** The only line that is due. */
async function onlyLine(desk: OutboxDesk, args: Record<string, unknown> = {}): Promise<Line> {
  const [line, ...others] = await desk.claim({ lines: 100, ...args });
  equal(others.length, 0);
  if (line === undefined) throw new Error("nothing is due");
  return line;
}
const ids = (line: Line) => line.notifications.map(({ id }) => id);

outboxTest("a line is claimed in its order, with its channel's secrets, and by one sender", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  for (let number = 0; number < 3; number++) await desk.buy(account);
  const line = await onlyLine(desk);
  equal(line.channel.name, channel);
  equal(line.channel.secrets.length, 1);
  deepEqual(ids(line), (await desk.rows(channel)).map(({ id }) => id));
  deepEqual(await desk.claim(), [], "nothing is left while the lease lasts");
});

outboxTest("the lines of one channel are claimed side by side, one an account", async (desk) => {
  const [one, two] = [await desk.account(), await desk.account()];
  await desk.channel();
  await desk.buy(one);
  await desk.buy(two);
  await desk.buy(one);
  const lines = await desk.claim({ lines: 10 });
  deepEqual(lines.map(({ notifications }) => notifications.map(({ payload }) => payload.account)), [[
    one,
    one,
  ], [two]]);
});

outboxTest("a later event is not claimed while an earlier one waits for its next attempt", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  await desk.buy(account);
  const line = await onlyLine(desk);
  await desk.fail(line.notifications[0]?.id ?? "", line.lease);
  await desk.buy(account);
  deepEqual(await desk.claim({ lines: 10 }), []);
  await desk.later("10 seconds");
  deepEqual(ids(await onlyLine(desk)), (await desk.rows(channel)).map(({ id }) => id));
});

outboxTest("a failure gives back what was claimed behind it", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  for (let number = 0; number < 3; number++) await desk.buy(account);
  const line = await onlyLine(desk);
  const [first = "", second = ""] = ids(line);
  ok(await desk.complete(first, line.lease));
  await desk.fail(second, line.lease);
  deepEqual((await desk.rows(channel)).map(({ status, attempts, leased }) => [status, attempts, leased]), [
    ["delivered", 1, false],
    ["pending", 1, false],
    ["pending", 0, false],
  ]);
});

outboxTest(
  "a sender that dies loses nothing: its rows are free when its lease ends, and its late word counts for nothing",
  async (desk) => {
    const account = await desk.account();
    await desk.channel([account]);
    await desk.buy(account);
    const dead = await onlyLine(desk, { lease_seconds: 60 });
    const [id = ""] = ids(dead);
    await desk.later("61 seconds");
    const next = await onlyLine(desk);
    deepEqual(ids(next), [id]);
    equal(
      next.notifications[0]?.message_id,
      dead.notifications[0]?.message_id,
      "the receiver can know it as a repetition",
    );
    equal(await desk.complete(id, dead.lease), false);
    equal((await desk.fail(id, dead.lease)).status, "lost");
    equal(await desk.complete(id, next.lease), true);
  },
);

outboxTest(
  "attempts come after about 5 s, 5 min, 30 min, 2 h, 5 h and 10 h; then it is dead and its channel disabled",
  async (desk) => {
    const account = await desk.account();
    const channel = await desk.channel([account]);
    await desk.buy(account);
    for (const seconds of [5, 300, 1_800, 7_200, 18_000, 36_000]) {
      const line = await onlyLine(desk);
      equal((await desk.fail(ids(line)[0] ?? "", line.lease)).status, "pending");
      const [row] = await desk.rows(channel);
      ok(
        row !== undefined && row.wait > seconds * 0.84 && row.wait < seconds * 1.16,
        `${row?.wait} for ${seconds}`,
      );
      await desk.later(`${seconds * 1.2} seconds`);
    }
    const line = await onlyLine(desk);
    const end = await desk.fail(ids(line)[0] ?? "", line.lease);
    deepEqual({ status: end.status, disabled: end.channel_disabled }, { status: "dead", disabled: true });
    deepEqual(await desk.claim(), []);
  },
);

outboxTest("waits are jittered: not all come back at the same moment", async (desk) => {
  const waits = await desk.tx`select distinct trading.retry_delay(3) as wait from generate_series(1, 20)`;
  ok(waits.length > 10);
});

outboxTest("Retry-After is honoured when it is longer than the schedule, and at most a day", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  await desk.buy(account);
  const waitAfter = async (retry_after: number) => {
    const line = await onlyLine(desk);
    await desk.fail(ids(line)[0] ?? "", line.lease, { retry_after });
    const [row] = await desk.rows(channel);
    await desk.later("3 days");
    return Math.round(row?.wait ?? 0);
  };
  equal(await waitAfter(100), 100);
  ok(await waitAfter(1) >= 250);
  equal(await waitAfter(999_999), 86_400);
});

outboxTest(
  "a refused message is dead at once, and those claimed behind it stay with their sender",
  async (desk) => {
    const account = await desk.account();
    const channel = await desk.channel([account]);
    for (let number = 0; number < 3; number++) await desk.buy(account);
    const line = await onlyLine(desk);
    const [first = "", second = ""] = ids(line);
    const refused = await desk.fail(first, line.lease, { error: "http_status 400", refused: true });
    deepEqual([refused.status, refused.channel_disabled], ["dead", false]);
    equal(await desk.complete(second, line.lease), true);
    deepEqual(
      (await desk.rows(channel)).map(({ status, last_error, leased }) => [status, last_error, leased]),
      [
        ["dead", "http_status 400", false],
        ["delivered", null, false],
        ["pending", null, true],
      ],
    );
  },
);

outboxTest(
  "a channel that refuses all it is told for half a day is disabled, and the other channels are told",
  async (desk) => {
    const account = await desk.account();
    const refusing = await desk.channel([account]);
    const other = await desk.channel([], { events: ["channel_disabled"] });
    const refuse = async () => {
      await desk.buy(account);
      const line = await onlyLine(desk);
      return (await desk.fail(ids(line)[0] ?? "", line.lease, { error: "http_status 410", refused: true }))
        .channel_disabled;
    };
    equal(await refuse(), false);
    await desk.later("11 hours");
    equal(await refuse(), false);
    await desk.later("2 hours");
    equal(await refuse(), true);
    deepEqual(await desk.claim({ lines: 10 }).then((lines) => lines.map(({ channel }) => channel.name)), [
      other,
    ]);
    const [told] = await desk.rows(other);
    deepEqual([told?.event, told?.payload.channel, told?.payload.reason], [
      "channel_disabled",
      refusing,
      "repeated_failure",
    ]);
  },
);

outboxTest(
  "a channel that reached its receiver in between is not disabled by one message that dies",
  async (desk) => {
    const [one, two] = [await desk.account(), await desk.account()];
    const channel = await desk.channel();
    await desk.buy(one);
    for (let attempt = 0; attempt < 6; attempt++) {
      const line = await onlyLine(desk);
      await desk.fail(ids(line)[0] ?? "", line.lease);
      await desk.later("13 hours");
    }
    const dying = await onlyLine(desk);
    await desk.buy(two);
    await desk.tx`update trading.notification_channels set failures = 0, failing_since = null`;
    const end = await desk.fail(ids(dying)[0] ?? "", dying.lease);
    deepEqual({ status: end.status, disabled: end.channel_disabled }, { status: "dead", disabled: false });
    deepEqual((await desk.rows(channel)).map(({ status }) => status), ["dead", "pending"]);
  },
);

outboxTest("a channel that fails is asked about one line at a time", async (desk) => {
  const accounts = [await desk.account(), await desk.account(), await desk.account()];
  await desk.channel();
  for (const account of accounts) await desk.buy(account);
  const line = (await desk.claim({ lines: 1 }))[0];
  await desk.fail(line?.notifications[0]?.id ?? "", line?.lease ?? "");
  equal((await desk.claim({ lines: 10 })).length, 1);
  equal((await desk.claim({ lines: 10 })).length, 0);
});

outboxTest(
  "dead notifications are sent again in their order, under the webhook-id they had",
  async (desk) => {
    const account = await desk.account();
    const channel = await desk.channel([account]);
    for (let number = 0; number < 3; number++) await desk.buy(account);
    const before = await desk.rows(channel);
    await desk.rpc("update_notification_channel", { channel, changes: { enabled: false } });
    await rejects(desk.tx.savepoint(() => desk.rpc("resend_notifications", { channel })), /disabled/);
    await desk.rpc("update_notification_channel", { channel, changes: { enabled: true } });
    equal(await desk.rpc("resend_notifications", { channel, ids: [before[1]?.id] }), 1);
    equal(await desk.rpc("resend_notifications", { channel }), 2);
    deepEqual(
      (await onlyLine(desk)).notifications.map(({ message_id }) => message_id),
      before.map(({ message_id }) => message_id),
    );
  },
);

Deno.test("senders that claim at the same time never get the same row", async () => {
  const sql = connect(6);
  const account = unique("acct");
  // Nobody listens there: what a dispatcher of the stack gets hold of fails, and waits.
  const channels = Array.from({ length: 24 }, () => unique("race"));
  try {
    await sql`select public.create_account(${account})`;
    for (const channel of channels) {
      await sql`select public.create_notification_channel(${channel}, 'slack', 'http://127.0.0.1:9/', accounts => ${[
        account,
      ]})`;
    }
    await sql`select public.halt_account(${account})`;
    const claims = await Promise.all(
      Array.from({ length: 6 }, () => sql`select public.claim_notifications(8) as lines`),
    );
    const claimed = claims.flatMap(([row]) => row?.lines as Line[]).flatMap(ids);
    equal(new Set(claimed).size, claimed.length);
    ok(claimed.length > 0);
  } finally {
    await sql`delete from trading.notification_channels where name = any (${channels})`;
    await sql.end();
  }
});

Deno.test("a channel that is deleted while an alert is booked does not fail the alert", async () => {
  const sql = connect(2);
  const [account, channel] = [unique("acct"), unique("going")];
  try {
    await sql`select public.create_account(${account})`;
    await sql`select public.create_notification_channel(${channel}, 'slack', 'http://127.0.0.1:9/', accounts => ${[
      account,
    ]})`;
    const deleted = Promise.withResolvers<void>();
    const deleting = sql.begin(async (tx) => {
      await tx`select public.delete_notification_channel(${channel})`;
      deleted.resolve();
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    await deleted.promise;
    const [row] = await sql`select public.halt_account(${account}) as answer`;
    await deleting;
    equal(row?.answer.halted, true);
  } finally {
    await sql.end();
  }
});
