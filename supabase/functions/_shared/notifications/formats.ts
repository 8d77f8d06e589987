import { Webhook } from "standardwebhooks";
import type { Channel, Notification } from "./outbox-rpc.ts";
import type { Message } from "./send.ts";

export type Told = Pick<Notification, "message_id" | "event" | "payload" | "created_at">;

const TELEGRAM = "https://api.telegram.org";

/** Characters that each service takes at most. */
const LONGEST = { discord: 2_000, slack: 4_000, telegram: 4_096 };

const json = (url: string, body: unknown, headers: Record<string, string> = {}): Message => ({
  url,
  headers: { "content-type": "application/json", "user-agent": "supabase-automation/1", ...headers },
  body: JSON.stringify(body),
});

/**
 * A notification as a channel's service wants it: for a webhook `{ type, timestamp, data }` with the headers of Standard
 * Webhooks, for the others a text in which nothing of ours is markup of theirs.
 *
 * @param now milliseconds; goes into the signature
 */
export function toMessage(channel: Channel, told: Told, now: number = Date.now()): Message {
  const url = channel.url ?? "";
  switch (channel.kind) {
    case "webhook":
      return signed(channel, told, now);
    case "discord":
      // No mention in it is one, whatever an alert's texts say.
      return json(url, {
        content: textOf(told, escapeDiscord, LONGEST.discord, (text) => `**${text}**`),
        allowed_mentions: { parse: [] },
      });
    case "slack":
      return json(url, { text: textOf(told, escapeEntities, LONGEST.slack), mrkdwn: false });
    case "telegram":
      return json(`${url === "" ? TELEGRAM : url.replace(/\/+$/, "")}/bot${channel.token}/sendMessage`, {
        chat_id: channel.chat_id,
        text: textOf(told, escapeEntities, LONGEST.telegram, (text) => `<b>${text}</b>`),
        parse_mode: "HTML",
        link_preview_options: { is_disabled: true },
      });
  }
}

/** Signed by every live secret, the newest first: a receiver that knows either accepts it. */
function signed(
  { url, secrets }: Channel,
  { message_id: id, event, payload, created_at }: Told,
  now: number,
): Message {
  const message = json(url ?? "", {
    type: event,
    timestamp: new Date(created_at).toISOString(),
    data: payload,
  });
  const at = new Date(now);
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, message.body));
  return {
    ...message,
    headers: {
      ...message.headers,
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now / 1_000)),
      "webhook-signature": signatures.join(" "),
    },
  };
}

/** A value of a payload as text; empty when it is not there. Money is a decimal string already, and stays so. */
const payloadText = (value: unknown): string => value === null || value === undefined ? "" : String(value);

const OF_A_FILL = { account: "Account", strategy: "Strategy", realized_pnl: "Realized P&L", fee: "Fee" };

/** What each event is called, with the names of the payload's fields in braces, and the facts that are shown below. */
const PHRASES: Record<string, [headline: string, facts: Record<string, string>]> = {
  fill: ["Filled: {side} {quantity} {symbol} at {price}", OF_A_FILL],
  margin_call: ["Margin call: {side} {quantity} {symbol} at {price}", OF_A_FILL],
  rejected: ["Refused: {symbol}, {code}", { account: "Account", strategy: "Strategy", message: "Why" }],
  halted: ["Halted: {account}", { reason: "Why" }],
  resumed: ["Resumed: {account}", {}],
  daily_summary: ["Summary of {day}: {account}", {
    equity: "Equity",
    change: "Change",
    fills: "Fills",
    fees: "Fees",
    trades: "Trades closed",
    trades_net_pnl: "Their net P&L",
  }],
  missed_alert: ["An alert never came: {symbol}", {
    side: "Side",
    quantity: "Quantity",
    account: "Account",
    strategy: "Strategy",
    price: "Put right at",
    cost: "Cost",
  }],
  silent_strategy: ["Silent strategy: {account}", {
    strategy: "Strategy",
    last_alert_at: "Last alert",
    usual_seconds: "Usual seconds between alerts",
  }],
  price_jump: ["Held back: a bar of {symbol} far from its last mark {mark}", {
    account: "Account",
    source: "Source",
  }],
  channel_disabled: ["Channel disabled: {channel}", { kind: "Kind", reason: "Why", failures: "Failures" }],
  test: ["Test: this channel works", { channel: "Channel" }],
};

/** An event in words, of which nothing is escaped yet. One that has none is called by its name. */
function wordsOf({ event, payload }: Pick<Notification, "event" | "payload">) {
  const [headline, facts] = PHRASES[event] ?? [event, { account: "Account" }];
  return {
    headline: headline.replace(/\{(\w+)\}/g, (_, name: string) => payloadText(payload[name])),
    facts: Object.entries(facts)
      .map(([name, title]): [string, string] => [title, payloadText(payload[name])])
      .filter(([, value]) => value !== ""),
  };
}

/** The words of an event in lines, each part escaped by itself and cut before it is, so that no escape is cut in two. */
function textOf(
  told: Told,
  escape: (text: string) => string,
  longest: number,
  strong: (text: string) => string = (text) => text,
): string {
  const { headline, facts } = wordsOf(told);
  const plain = (text: string) => escape(cut(text.replace(/\p{Cc}+/gu, " "), 200));
  let text = strong(plain(headline));
  for (const [name, value] of facts) {
    const line = `\n${plain(name)}: ${plain(value)}`;
    if (text.length + line.length <= longest) text += line;
  }
  return text;
}

const cut = (text: string, longest: number): string => {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join("")}…`;
};

/** Slack and Telegram's HTML: the three characters that begin something. */
const escapeEntities = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Discord's markdown; a backslash makes each a plain character. A dot only where a digit before it makes a list. */
const escapeDiscord = (text: string): string => text.replace(/[\\*_~`|>#[\]()<@:-]/g, "\\$&");
