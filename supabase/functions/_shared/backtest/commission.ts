import { scaled, unscaled } from "../validators/decimal.ts";

/** What trading costs, as TradingView's strategy properties say it, in settings of an account. */
export type Fees = { fee_bps: string } | { fee_per_unit: string } | { fee_per_trade: string };

const WRITTEN = /^(\d{1,9}(?:\.\d{1,9})?) ?(%|per contract|per order)$/;

/** What a commission must be written like. */
export const COMMISSION_MESSAGE = 'must be like "0.05%", "0.02 per contract" or "1 per order"';

/** Reads `0.05%`, `0.02 per contract` or `1 per order`; null when it is none. */
export function readCommission(written: string): Fees | null {
  const [, amount = "", per] = WRITTEN.exec(written.trim().toLowerCase()) ?? [];
  if (per === "%") return { fee_bps: unscaled(scaled(amount) * 100n) };
  if (per === "per contract") return { fee_per_unit: amount };
  return per === "per order" ? { fee_per_trade: amount } : null;
}
