import type { Notification } from "./outbox-rpc.ts";

/** A value of a payload as text; empty when it is not there. Money is a decimal string already, and stays so. */
const textOf = (value: unknown): string => value === null || value === undefined ? "" : String(value);

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
export function wordsOf({ event, payload }: Pick<Notification, "event" | "payload">) {
  const [headline, facts] = PHRASES[event] ?? [event, { account: "Account" }];
  return {
    headline: headline.replace(/\{(\w+)\}/g, (_, name: string) => textOf(payload[name])),
    facts: Object.entries(facts)
      .map(([name, title]): [string, string] => [title, textOf(payload[name])])
      .filter(([, value]) => value !== ""),
  };
}
