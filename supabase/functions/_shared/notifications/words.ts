import type { Notification } from "./outbox-rpc.ts";

/** An event in words: a headline, and facts by name. Nothing is escaped yet. */
export interface Words {
  headline: string;
  facts: [name: string, value: string][];
}

type Told = Pick<Notification, "event" | "payload">;

/** A value of a payload as text; empty when it is not there. Money is a decimal string already, and stays so. */
const textOf = (value: unknown): string => value === null || value === undefined ? "" : String(value);

/** What each event is called, with the names of the payload's fields in braces, and the facts that are shown below. */
const PHRASES: Record<string, { headline: string; facts: Record<string, string> }> = {
  fill: {
    headline: "Filled: {side} {quantity} {symbol} at {price}",
    facts: { account: "Account", strategy: "Strategy", realized_pnl: "Realized P&L", fee: "Fee" },
  },
  margin_call: {
    headline: "Margin call: {side} {quantity} {symbol} at {price}",
    facts: { account: "Account", strategy: "Strategy", realized_pnl: "Realized P&L", fee: "Fee" },
  },
  rejected: {
    headline: "Refused: {symbol}, {code}",
    facts: { account: "Account", strategy: "Strategy", message: "Why" },
  },
  halted: { headline: "Halted: {account}", facts: { reason: "Why" } },
  resumed: { headline: "Resumed: {account}", facts: {} },
  daily_summary: {
    headline: "Summary of {day}: {account}",
    facts: {
      equity: "Equity",
      change: "Change",
      fills: "Fills",
      fees: "Fees",
      trades: "Trades closed",
      trades_net_pnl: "Their net P&L",
    },
  },
  missed_alert: {
    headline: "An alert never came: {symbol}",
    facts: {
      side: "Side",
      quantity: "Quantity",
      account: "Account",
      strategy: "Strategy",
      price: "Put right at",
      cost: "Cost",
    },
  },
  silent_strategy: {
    headline: "Silent strategy: {account}",
    facts: {
      strategy: "Strategy",
      last_alert_at: "Last alert",
      usual_seconds: "Usual seconds between alerts",
    },
  },
  price_jump: {
    headline: "Held back: a bar of {symbol} far from its last mark {mark}",
    facts: { account: "Account", source: "Source" },
  },
  channel_disabled: {
    headline: "Channel disabled: {channel}",
    facts: { kind: "Kind", reason: "Why", failures: "Failures" },
  },
  test: { headline: "Test: this channel works", facts: { channel: "Channel" } },
};

/** Says an event in words. An event that has none yet is called by its name. */
export function wordsOf({ event, payload }: Told): Words {
  const { headline, facts } = PHRASES[event] ?? { headline: event, facts: { account: "Account" } };
  return {
    headline: headline.replace(/\{(\w+)\}/g, (_, name: string) => textOf(payload[name])),
    facts: Object.entries(facts)
      .map(([name, title]): [string, string] => [title, textOf(payload[name])])
      .filter(([, value]) => value !== ""),
  };
}
