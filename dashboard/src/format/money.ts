import { type Digits, formatDecimal } from "./decimal.ts";

/** Currencies that are counted finer than in cents. */
const FINE: Record<string, number> = { BTC: 8, XBT: 8, ETH: 6 };

/** Writes money of one currency. */
export type Money = ReturnType<typeof moneyOf>;

/** How amounts of a currency are written. A code that no standard knows (USDT) stands before the amount. */
export function moneyOf(currency: string) {
  const isCode = /^[A-Z]{3}$/i.test(currency);
  const style = isCode
    ? { style: "currency", currency, currencyDisplay: "narrowSymbol" } as const
    : { style: "currency", currency: "XXX", currencyDisplay: "code" } as const;
  const places = FINE[currency] ??
    new Intl.NumberFormat("en-US", style).resolvedOptions().maximumFractionDigits ?? 2;
  const digits = { least: places, most: places };
  return {
    /** Decimals that its amounts have. */
    places,
    /** The figures alone, for columns: 1,234.50. */
    figures: (text: string, { plus }: Digits = {}) => formatDecimal(text, { ...digits, plus }),
    /** An amount with the currency's sign: $1,234.50. */
    amount: (text: string, { plus }: Digits = {}) =>
      formatDecimal(text, { ...digits, plus }, style).replace("XXX", currency),
  };
}
