import { deepEqual, equal, ok } from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { createOutbox } from "../../supabase/functions/_shared/notifications/outbox-rpc.ts";
import { sendTestNotification } from "../../supabase/functions/_shared/notifications/test-notification.ts";
import { createCallNotifications } from "../../supabase/functions/_shared/notifications/wake.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { asService, asUser, newAccount, stack, unique } from "../support/stack.ts";

const notifications = `${stack.api_url}/functions/v1/notifications`;
const call = createCallNotifications({ supabaseUrl: stack.api_url, serviceKeys: [stack.secret_key] });

/** Creates a channel of one account; answers its secret. */
async function newChannel(args: Record<string, unknown>): Promise<string> {
  const { data, error } = await asService().rpc("create_notification_channel", args as never);
  if (error) throw new Error(error.message);
  return (data as { secret: string }).secret;
}

const alert = async (account: string, fields: Record<string, unknown>) => {
  const response = await fetch(`${stack.api_url}/functions/v1/alerts?account=${account}`, {
    method: "POST",
    headers: { "x-api-key": stack.api_key },
    body: JSON.stringify({ symbol: "NOTE", action: "buy", quantity: "1", price: "10", ...fields }),
  });
  return await response.json();
};

/** A test with a receiver; its channels are deleted afterwards, so that nothing goes on trying. */
function receiverTest(
  name: string,
  body: (receiver: Receiver, channel: string, account: string) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const receiver = startReceiver();
    const [channel, account] = [unique("hook"), await newAccount()];
    try {
      await body(receiver, channel, account);
    } finally {
      await asService().rpc("delete_notification_channel", { channel });
      await receiver.stop();
    }
  });
}

receiverTest(
  "a fill, a halt and its end reach a webhook in order, signed",
  async (receiver, channel, account) => {
    const secret = await newChannel({
      channel,
      kind: "webhook",
      url: `${receiver.url}/in`,
      accounts: [account],
    });
    const filled = await alert(account, { id: "1" });
    equal(filled.status, "filled");
    await asService().rpc("halt_account", { account, reason: "done" });
    await asService().rpc("resume_account", { account });
    await receiver.got(3);
    const events = receiver.received.map(({ headers, body }) => {
      new Webhook(secret).verify(body, Object.fromEntries(headers));
      return JSON.parse(body);
    });
    deepEqual(events.map(({ type }) => type), ["fill", "halted", "resumed"]);
    const [{ data: { at: _, fill_id: __, order_id: ___, ...fill } }] = events;
    deepEqual(fill, {
      account,
      alert_id: filled.alert_id,
      currency: "USD",
      fee: "0",
      price: "10",
      quantity: "1",
      realized_pnl: "0",
      side: "buy",
      strategy: "",
      symbol: "NOTE",
    });
  },
);

receiverTest("after a rotation both secrets verify what is sent", async (receiver, channel, account) => {
  const old = await newChannel({ channel, kind: "webhook", url: receiver.url, accounts: [account] });
  const { data } = await asService().rpc("update_notification_channel", {
    channel,
    changes: { rotate_secret: true },
  });
  await alert(account, {});
  await receiver.got(1);
  for (const secret of [old, (data as { secret: string }).secret]) {
    const [got] = receiver.received;
    new Webhook(secret).verify(got?.body ?? "", Object.fromEntries(got?.headers ?? []));
  }
});

receiverTest("a chat gets the event as text", async (receiver, channel, account) => {
  await newChannel({
    channel,
    kind: "telegram",
    url: receiver.url,
    token: "12345:abcdefghijklmnopqrstuvwxyz",
    chat_id: "-7",
    accounts: [account],
  });
  await alert(account, {});
  await receiver.got(1);
  equal(receiver.received[0]?.path, "/bot12345:abcdefghijklmnopqrstuvwxyz/sendMessage");
  ok(JSON.parse(receiver.received[0]?.body ?? "").text.startsWith("<b>Filled: buy 1 NOTE at 10</b>"));
});

receiverTest("a test goes out at once and says what became of it", async (receiver, channel) => {
  await newChannel({ channel, kind: "slack", url: receiver.url });
  deepEqual(await sendTestNotification(call, channel), {
    ok: true,
    result: { channel, delivered: true, status: 204, error: null },
  });
  ok(receiver.received.some(({ body }) => body.includes("this channel works")));
  await asService().rpc("update_notification_channel", { channel, changes: { url: "http://127.0.0.1:9/" } });
  deepEqual(await sendTestNotification(call, channel), {
    ok: true,
    result: { channel, delivered: false, status: null, error: "connect_failed" },
  });
  deepEqual(await sendTestNotification(call, unique("nobody")), { ok: false, code: "unknown_channel" });
});

receiverTest(
  "no dispatch is lost between two that run at the same time",
  async (receiver, channel, account) => {
    await newChannel({ channel, kind: "webhook", url: receiver.url, accounts: [account] });
    for (let id = 0; id < 20; id++) await alert(account, { id });
    await Promise.all(
      Array.from(
        { length: 4 },
        () => call("", {}, AbortSignal.timeout(30_000)).then((answer) => answer.body?.cancel()),
      ),
    );
    await receiver.got(20);
    const ids = receiver.received.map(({ body }) => Number(JSON.parse(body).data.alert_id));
    deepEqual(ids, ids.toSorted((a, b) => a - b));
    equal(new Set(ids).size, 20);
  },
);

Deno.test("who has no key, a wrong one, or one without the scope may not have anything sent", async () => {
  const post = (path: string, headers: Record<string, string>) =>
    fetch(notifications + path, { method: "POST", headers, body: '{"channel":"x"}' }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
    );
  for (const path of ["", "/test"]) {
    equal(await post(path, {}), 401);
    equal(await post(path, { apikey: stack.publishable_key }), 401);
    equal(await post(path, { apikey: stack.secret_key.slice(0, -1) }), 401);
    equal(await post(path, { "x-api-key": "sa_x" }), 401);
    equal(await post(path, { authorization: `Bearer ${stack.user_jwt}` }), 401);
  }
  equal(await post("", { "x-api-key": stack.api_key }), 200);
  equal(await post("/test", { "x-api-key": stack.api_key }), 404);
  equal(
    (await fetch(notifications).then(async (answer) => (await answer.body?.cancel(), answer))).status,
    405,
  );
});

Deno.test("only the service role reaches channels and the outbox", async () => {
  for (
    const rpc of [
      "list_notification_channels",
      "list_notifications",
      "claim_notifications",
      "notification_work",
    ] as const
  ) {
    const { error } = await asUser().rpc(rpc);
    equal(error?.code, "42501", rpc);
  }
});

Deno.test("the outbox is asked through PostgREST as it is written down", async () => {
  const outbox = createOutbox(asService());
  const { channels, due } = await outbox.work(AbortSignal.timeout(5_000));
  ok(typeof channels === "number" && typeof due === "boolean");
  equal(await outbox.channel(unique("nobody")), null);
  await outbox.complete("9007199254740993", crypto.randomUUID());
  equal(
    (await outbox.fail("1", crypto.randomUUID(), { error: "timeout", retryAfter: null, refused: false }))
      .status,
    "lost",
  );
  await outbox.release(crypto.randomUUID());
});
