import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import type { Stack } from "../../local/stack.ts";
import { send, sendUntilBooked, withOwnStack } from "../support/own-stack.ts";
import { eventually, type Received, startRawReceiver, startReceiver } from "../support/receiver.ts";

const local = { env: { NOTIFY_ALLOW_PRIVATE: "1" } };

/** A test over a stack of its own, with a connection to its database. */
function faultTest(name: string, body: (stack: Stack, sql: Sql) => Promise<void>): void {
  Deno.test(name, () =>
    withOwnStack(async (stack) => {
      const sql = postgres(stack.info.db_url, { max: 1, onnotice: () => {} });
      try {
        await body(stack, sql);
      } finally {
        // What is still under way ends with its channel.
        await sql`delete from trading.notification_channels`;
        await sql.end();
      }
    }, local));
}

const channel = (sql: Sql, name: string, url: string) =>
  sql`select public.create_notification_channel(${name}, 'webhook', ${url}, events => '{fill}')`;
const account = (sql: Sql, name: string) =>
  sql`select public.create_account(${name}, settings => '{"leverage": null}'::jsonb)`;

/** Sends alerts to an account; answers their ids and the milliseconds that each took. */
async function buy(stack: Stack, account: string, count: number) {
  const ids: string[] = [];
  const milliseconds: number[] = [];
  for (let number = 0; number < count; number++) {
    const sent = await send(stack, {
      id: crypto.randomUUID(),
      account,
      symbol: "FAULT",
      action: "buy",
      quantity: "1",
      price: "10",
    });
    assert.equal(sent.status, 200);
    ids.push(sent.body.alert_id);
    milliseconds.push(sent.milliseconds);
  }
  return {
    ids,
    median: milliseconds.toSorted((a, b) => a - b)[count >> 1] ?? 0,
    slowest: Math.max(...milliseconds),
  };
}

/** The alerts that a receiver was told of for an account, each where it was told first. */
const told = (received: Received[], account: string): string[] => [
  ...new Set(
    received.map(({ body }) => JSON.parse(body).data).filter((data) => data.account === account).map((data) =>
      data.alert_id
    ),
  ),
];

const isSending = async (sql: Sql): Promise<boolean> =>
  (await sql`select from trading.notification_outbox where status = 'pending' and lease is not null`).length >
    0;

/** As if it were an hour later, for all that waits or is leased. */
async function anHourPasses(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    // Between the senders' transactions: this one takes the rows in no order that they keep. Exclusive, since they lock
    // rows before they update them: a weaker lock would let them do the first and not the second, and both would wait.
    await tx`lock table trading.notification_outbox in exclusive mode`;
    await tx`update trading.notification_outbox set next_attempt_at = next_attempt_at - interval '1 hour',
      leased_until = leased_until - interval '1 hour' where status = 'pending'`;
  });
}

faultTest(
  "receivers that hang, reset, fail, redirect inside or return 100 MB delay no alert and no other receiver",
  async (stack, sql) => {
    await sendUntilBooked(stack, { symbol: "FAULT", action: "mark", price: "10" });
    const before = await buy(stack, "default", 40);

    const secret = startReceiver();
    const redirect = startReceiver(() => Response.redirect(`${secret.url}/latest/meta-data`, 307));
    const good = startReceiver();
    const fails = startReceiver(() => new Response(null, { status: 500 }));
    const hangs = startRawReceiver(() => new Promise(() => {}));
    const resets = startRawReceiver((connection) => Promise.resolve(connection.close()));
    const floods = startRawReceiver(async (connection) => {
      await connection.read(new Uint8Array(4_096));
      await connection.write(
        new TextEncoder().encode("HTTP/1.1 500 No\r\ncontent-length: 104857600\r\n\r\n"),
      );
      for (let megabyte = 0; megabyte < 100; megabyte++) await connection.write(new Uint8Array(1_048_576));
      connection.close();
    });
    for (const [name, { url }] of Object.entries({ hangs, resets, fails, redirect, floods, good })) {
      await channel(sql, name, url);
    }

    const during = await buy(stack, "default", 40);
    await good.got(40);
    assert.deepEqual(told(good.received, "default"), during.ids, "all, in order");
    await eventually(
      () =>
        [fails, redirect].every(({ received }) => received.length > 0) && resets.count() > 0 &&
        floods.count() > 0,
      "all tried",
    );
    assert.equal(hangs.count(), 1, "one attempt holds up its own line only");
    assert.equal(secret.received.length, 0, "no redirect is followed");
    // A few milliseconds each; the machine may be busy with other things.
    assert.ok(
      during.median < before.median * 3 + 50,
      `${before.median} ms before, ${during.median} ms during`,
    );
    assert.ok(during.slowest < 2_500, `${during.slowest} ms`);
    const rows = await sql`
    select c.name, min(o.last_error) as error, count(*) filter (where o.status = 'dead')::int as dead
    from trading.notification_outbox o join trading.notification_channels c on c.id = o.channel_id
    where c.name <> 'hangs' group by 1 order by 1`;
    assert.deepEqual(rows.map(({ name, error, dead }) => [name, error, dead]), [
      ["fails", "http_status 500", 0],
      ["floods", "http_status 500", 0],
      ["good", null, 0],
      ["redirect", "redirect 307", 0],
      ["resets", "not_http", 0],
    ]);
    await sql`delete from trading.notification_channels`;
    for (const receiver of [secret, redirect, good, fails]) await receiver.stop();
    for (const receiver of [hangs, resets, floods]) receiver.stop();
  },
);

faultTest(
  "a receiver that answers 500 for an hour is told everything afterwards, in order per account",
  async (stack, sql) => {
    let down = true;
    const receiver = startReceiver(() => new Response(null, { status: down ? 500 : 200 }));
    await channel(sql, "hour", receiver.url);
    await account(sql, "other");
    const [first, second] = [await buy(stack, "default", 5), await buy(stack, "other", 5)];
    // The first attempts may be over by now. After the fourth an hour would not do: the next is two hours later.
    let seen = 0;
    for (let attempt = 1; attempt <= 4; attempt++) {
      await eventually(() => receiver.received.length > seen, "another attempt");
      // Its failure sets when the next one is: an hour that passed before would be lost.
      await eventually(async () => !await isSending(sql), "its failure");
      seen = receiver.received.length;
      await anHourPasses(sql);
    }
    const later = await buy(stack, "default", 5);
    assert.equal(
      (await sql`select from trading.notification_outbox where status <> 'pending'`).length,
      0,
      "nothing is given up",
    );
    down = false;
    await eventually(
      async () => {
        await anHourPasses(sql);
        return (await sql`select from trading.notification_outbox where status <> 'delivered'`).length === 0;
      },
      "all delivered",
      60_000,
    );
    assert.deepEqual(told(receiver.received, "default"), [...first.ids, ...later.ids]);
    assert.deepEqual(told(receiver.received, "other"), second.ids);
    await receiver.stop();
  },
);

faultTest(
  "a kill of the isolates in the middle of sending loses no event and keeps each account's order",
  async (stack, sql) => {
    const receiver = startReceiver(async () => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      return new Response();
    });
    await account(sql, "other");
    await channel(sql, "slow", receiver.url);
    const sent = new Map<string, string[]>();
    for (let round = 0; round < 4; round++) {
      for (const name of ["default", "other"]) {
        sent.set(name, [...sent.get(name) ?? [], ...(await buy(stack, name, 10)).ids]);
      }
      await receiver.got(receiver.received.length + 1);
      for (const { pid } of stack.components.filter(({ name }) => name.startsWith("notifications."))) {
        if (pid !== null) Deno.kill(pid, "SIGKILL");
      }
      await anHourPasses(sql);
    }
    await eventually(
      async () => {
        await anHourPasses(sql);
        return (await sql`select from trading.notification_outbox where status <> 'delivered'`).length === 0;
      },
      "all delivered",
      60_000,
    );
    for (const [name, ids] of sent) assert.deepEqual(told(receiver.received, name), ids, name);
    await receiver.stop();
  },
);
