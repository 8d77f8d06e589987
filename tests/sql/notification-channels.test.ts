import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { checkWebhookUrl } from "../../supabase/functions/_shared/notifications/webhook-url.ts";
import { type Line, type OutboxDesk, outboxTest } from "../support/outbox.ts";
import { unique } from "../support/stack.ts";
import { PUBLIC, REFUSED } from "../unit/notifications/receivers.ts";

/** What is said of a refused change; null when it was made. */
const refusalOf = async (desk: OutboxDesk, rpc: string, args: Record<string, unknown>) => {
  try {
    await desk.tx.savepoint(() => desk.rpc(rpc, args));
    return null;
  } catch (error) {
    const { message, detail = "", hint = "" } = error as { message: string; detail?: string; hint?: string };
    return [message, detail, hint].join(" ");
  }
};

outboxTest("a secret that is rotated signs beside the new one for a day", async (desk) => {
  const account = await desk.account();
  const channel = await desk.channel([account]);
  const { secrets: [old] } = await desk.rpc<Line["channel"]>("notification_target", { channel });
  const { secret } = await desk.rpc<{ secret: string }>("update_notification_channel", {
    channel,
    changes: { rotate_secret: true },
  });
  deepEqual((await desk.rpc<Line["channel"]>("notification_target", { channel })).secrets, [secret, old]);
  await desk.tx`update trading.notification_channels set previous_secret_until = now() - interval '1 second'`;
  deepEqual((await desk.rpc<Line["channel"]>("notification_target", { channel })).secrets, [secret]);
});

outboxTest("a list of channels, of notifications, and a refusal show no secret", async (desk) => {
  const token = "12345:abcdefghijklmnopqrstuvwxyz";
  const url = "https://hooks.example.com/services/T0/B0/hunter2";
  await desk.channel([], { url });
  await desk.rpc("create_notification_channel", {
    channel: unique("tg"),
    kind: "telegram",
    token,
    chat_id: "-1",
  });
  const account = await desk.account();
  await desk.buy(account);
  const shown = JSON.stringify([
    await desk.rpc("list_notification_channels"),
    await desk.rpc("list_notifications"),
    await desk.tx.savepoint(() =>
      desk.rpc("create_notification_channel", { channel: "x", kind: "slack", url: "ftp://hunter2" })
    )
      .catch((error) => [error.message, error.detail ?? "", error.hint]),
  ]);
  ok(shown.includes("hooks.example.com"));
  for (const hidden of ["hunter2", token, "whsec_"]) ok(!shown.includes(hidden), hidden);
});

outboxTest("a channel has the fields of its kind, and only those", async (desk) => {
  const refused = (args: Record<string, unknown>) =>
    rejects(
      desk.tx.savepoint(() => desk.rpc("create_notification_channel", { channel: unique("c"), ...args })),
      /not as it should be/,
    );
  await refused({ kind: "carrier pigeon", url: "https://example.com/" });
  await refused({ kind: "webhook" });
  await refused({ kind: "telegram", token: "12345:abcdefghijklmnopqrstuvwxyz" });
  await refused({ kind: "slack", url: "https://example.com/", chat_id: "1" });
  await refused({ kind: "discord", url: "file:///etc/passwd" });
  await refused({ kind: "webhook", url: "https://example.com/", secret: "whsec_short" });
  await refused({ kind: "webhook", url: "https://example.com/", events: ["everything"] });
});

outboxTest(
  "a URL with a user name or a password is refused, made or changed, and not repeated",
  async (desk) => {
    const channel = await desk.channel();
    for (
      const url of [
        "https://user:hunter2@example.com/hook",
        "https://hunter2@example.com",
        "https://:hunter2@example.com/",
        "https://@example.com/hunter2",
        "https://example.com\\@hunter2.example.org/",
        "https://hunter2\\example.com/",
        "https:///hunter2",
      ]
    ) {
      const made = await refusalOf(desk, "create_notification_channel", {
        channel: "x",
        kind: "webhook",
        url,
      });
      const changed = await refusalOf(desk, "update_notification_channel", { channel, changes: { url } });
      for (const said of [made, changed]) {
        ok(said !== null, `${url} is taken`);
        ok(/no user name or password/.test(said) && !said.includes("hunter2"), said);
      }
    }
  },
);

outboxTest(
  "every URL that may be dialled may be stored, and what is shown of it is its host",
  async (desk) => {
    for (const url of PUBLIC.filter((each) => each.startsWith("https://"))) {
      const channel = await desk.channel([], { url });
      const { host } = await desk.rpc<{ host: string }>("update_notification_channel", {
        channel,
        changes: { enabled: true },
      });
      equal(new URL(`https://${host}/`).host, new URL(url).host);
      ok(!/[@/?#]/.test(host), host);
    }
  },
);

outboxTest("every URL that its sender would refuse for a user name cannot be stored", async (desk) => {
  const urls = Object.values(REFUSED).flat().filter((url) => {
    const check = checkWebhookUrl(url);
    return !check.ok && check.code === "forbidden_userinfo";
  });
  ok(urls.length > 5);
  for (const url of urls) {
    const args = { channel: unique("user"), kind: "slack", url };
    ok(await refusalOf(desk, "create_notification_channel", args) !== null, url);
  }
});
