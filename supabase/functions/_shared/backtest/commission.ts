import { scaled, unscaled } from "../validators/decimal.ts";

/** What trading costs, as TradingView's strategy properties say it, in settings of an account. */
export type Fees = { fee_bps: string } | { fee_per_unit: string } | { fee_per_trade: string };

/** How a commission is counted, in the words of the properties and of Pine's `commission_type`. */
const WORDS: readonly [word: RegExp, fees: (amount: string) => Fees][] = [
  [/^(%|percent)$/, (amount) => ({ fee_bps: unscaled(scaled(amount) * 100n) })],
  [/^(per |\/|cash_per_)contract$/, (amount) => ({ fee_per_unit: amount })],
  [/^(per |\/|cash_per_)order$/, (amount) => ({ fee_per_trade: amount })],
];

const BEHIND = /^(\d{1,9}(?:\.\d{1,9})?) ?([a-z_ /%]+)$/;
const BEFORE = /^([a-z_]+) ?[ :=] ?(\d{1,9}(?:\.\d{1,9})?)$/;

export const COMMISSION_MESSAGE = 'must be like "0.05%", "0.02 per contract" or "1 per order"';

/** Reads `0.05%`, `0.02 per contract`, `1 per order`, or Pine's `cash_per_order 1`; null when it is none. */
export function readCommission(written: string): Fees | null {
  const text = written.trim().toLowerCase().replace(/^strategy\.commission\./, "").replaceAll(/\s+/g, " ");
  const [, before, after] = BEFORE.exec(text) ?? [];
  const [, amount = after ?? "", word = before ?? ""] = BEHIND.exec(text) ?? [];
  return WORDS.find(([each]) => each.test(word))?.[1](amount) ?? null;
}
