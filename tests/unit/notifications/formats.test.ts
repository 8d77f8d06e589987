import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { type Told, toMessage } from "../../../supabase/functions/_shared/notifications/formats.ts";
import type { Channel } from "../../../supabase/functions/_shared/notifications/outbox-rpc.ts";

const secret = (letter: string) => `whsec_${btoa(letter.repeat(32))}`;
const channel = (more: Partial<Channel>): Channel => ({
  name: "c",
  kind: "webhook",
  url: "https://example.com/hook",
  token: null,
  chat_id: null,
  secrets: [],
  ...more,
});
const told = (more: Partial<Told> = {}): Told => ({
  message_id: "msg_1",
  event: "fill",
  payload: {
    account: "default",
    strategy: "",
    symbol: "AAPL",
    side: "buy",
    quantity: "0.000000000000000001",
    price: "1234567890.123456789",
    fee: "0",
    realized_pnl: "-1.5",
  },
  created_at: "2026-01-02T03:04:05.678+00:00",
  ...more,
});
const textOf = (message: { body: string }): string => {
  const body = JSON.parse(message.body);
  return body.content ?? body.text;
};
/** What an alert's sender might put into names that we pass on. */
const nasty = told({
  payload: {
    side: "buy",
    quantity: "1",
    symbol: "<!channel>",
    price: "2",
    account: "@everyone </b><a href='x'>*b* _i_ [l](http://x)",
    strategy: "a\nb\u0000`c`",
  },
});

Deno.test("a webhook gets type, timestamp and data, signed so that Standard Webhooks verifies it", () => {
  const now = Date.now();
  const message = toMessage(channel({ secrets: [secret("a")] }), told(), now);
  assert.deepEqual(JSON.parse(message.body), {
    type: "fill",
    timestamp: "2026-01-02T03:04:05.678Z",
    data: told().payload,
  });
  assert.equal(message.headers["webhook-id"], "msg_1");
  assert.equal(message.headers["webhook-timestamp"], String(Math.floor(now / 1_000)));
  new Webhook(secret("a")).verify(message.body, message.headers);
  assert.throws(() => new Webhook(secret("a")).verify(`${message.body} `, message.headers));
  assert.throws(() => new Webhook(secret("b")).verify(message.body, message.headers));
});

Deno.test("while secrets rotate, who knows either accepts it", () => {
  const message = toMessage(channel({ secrets: [secret("n"), secret("o")] }), told());
  for (const known of ["n", "o"]) new Webhook(secret(known)).verify(message.body, message.headers);
  assert.throws(() => new Webhook(secret("x")).verify(message.body, message.headers));
});

Deno.test("a repetition has the same id and body, and a signature of its own time", () => {
  const target = channel({ secrets: [secret("a")] });
  const [first, second] = [toMessage(target, told(), 1_000_000), toMessage(target, told(), 9_000_000)];
  assert.equal(first.headers["webhook-id"], second.headers["webhook-id"]);
  assert.equal(first.body, second.body);
  assert.notEqual(first.headers["webhook-signature"], second.headers["webhook-signature"]);
});

Deno.test("money and quantities are shown as they are, to the last digit", () => {
  for (const kind of ["discord", "slack", "telegram"] as const) {
    const text = textOf(toMessage(channel({ kind, token: "1:x", chat_id: "1" }), told())).replaceAll(
      "\\",
      "",
    );
    assert.ok(text.includes("buy 0.000000000000000001 AAPL at 1234567890.123456789"), text);
    assert.ok(text.includes("-1.5"));
    assert.ok(!text.includes("Strategy"), "what is empty is left out");
  }
});

Deno.test("Discord: markdown is escaped, and nobody is mentioned", () => {
  const message = toMessage(channel({ kind: "discord" }), nasty);
  assert.deepEqual(JSON.parse(message.body).allowed_mentions, { parse: [] });
  const text = textOf(message);
  assert.ok(text.includes("\\@everyone") && text.includes("\\*b\\* \\_i\\_ \\[l\\]\\(http\\://x\\)"), text);
});

Deno.test("Slack: no mention, link or formatting", () => {
  const message = toMessage(channel({ kind: "slack" }), nasty);
  assert.equal(JSON.parse(message.body).mrkdwn, false);
  assert.ok(!/[<>]/.test(textOf(message)));
  assert.ok(textOf(message).includes("&lt;!channel&gt;"));
});

Deno.test("Telegram: HTML is escaped, the token is in the path, the chat in the body", () => {
  const message = toMessage(channel({ kind: "telegram", url: null, token: "123:abc", chat_id: "-5" }), nasty);
  assert.equal(message.url, "https://api.telegram.org/bot123:abc/sendMessage");
  const body = JSON.parse(message.body);
  assert.deepEqual([body.chat_id, body.parse_mode], ["-5", "HTML"]);
  assert.equal(body.text.replaceAll(/<\/?b>/g, "").match(/[<>]/), null);
  assert.equal(body.text.match(/<b>/g).length, 1);
});

Deno.test("no text breaks a line of ours, or is longer than a service takes", () => {
  assert.ok(textOf(toMessage(channel({ kind: "slack" }), nasty)).includes("Strategy: a b"));
  const long = told({
    event: "rejected",
    payload: {
      symbol: "&".repeat(9_000),
      code: "x",
      message: "*".repeat(9_000),
      account: "😀".repeat(9_000),
    },
  });
  for (const [kind, longest] of [["discord", 2_000], ["slack", 4_000], ["telegram", 4_096]] as const) {
    const text = textOf(toMessage(channel({ kind, token: "1:x", chat_id: "1" }), long));
    assert.ok(text.length <= longest, `${kind} ${text.length}`);
    assert.ok(text.isWellFormed());
  }
});

Deno.test("every event has words, also one that came later than these", () => {
  for (
    const event of [
      "fill",
      "margin_call",
      "rejected",
      "halted",
      "resumed",
      "daily_summary",
      "missed_alert",
      "silent_strategy",
      "channel_disabled",
      "test",
      "something_new",
    ]
  ) {
    const text = textOf(toMessage(channel({ kind: "slack" }), told({ event })));
    assert.ok(text.length > 3 && !/undefined|null|\{|\}/.test(text), text);
  }
});
