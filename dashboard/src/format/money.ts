import { type Digits, formatDecimal, signOf } from "./decimal.ts";

/** Currencies that are counted finer than in cents. */
const FINE: Record<string, number> = { BTC: 8, XBT: 8, ETH: 6 };

/** Writes money of one currency. */
export interface Money {
  currency: string;
  /** Decimals that its amounts have. */
  places: number;
  /** An amount with the currency's sign: $1,234.50. */
  amount(text: string, digits?: Pick<Digits, "plus">): string;
  /** The figures alone, for columns: 1,234.50. */
  figures(text: string, digits?: Pick<Digits, "plus">): string;
}

/** How amounts of a currency are written. A code that no standard knows (USDT) stands before the amount. */
export function moneyOf(currency: string): Money {
  const { sign, places } = conventionsOf(currency);
  const figures = (text: string, { plus = false } = {}) =>
    formatDecimal(text, { least: places, most: places, plus });
  return {
    currency,
    places,
    figures,
    amount: (text, { plus = false } = {}) => {
      const written = figures(text.replace("-", ""));
      const lead = signOf(text) < 0 && /[1-9]/.test(written) ? "\u2212" : plus && signOf(text) > 0 ? "+" : "";
      return `${lead}${sign}${written}`;
    },
  };
}

function conventionsOf(currency: string): { sign: string; places: number } {
  const fine = FINE[currency];
  try {
    const format = new Intl.NumberFormat("en-US", {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
    });
    const symbol = format.formatToParts(0).find(({ type }) => type === "currency")?.value ?? currency;
    const places = fine ?? format.resolvedOptions().maximumFractionDigits ?? 2;
    return { sign: symbol === currency ? `${currency}\u00a0` : symbol, places };
  } catch {
    return { sign: `${currency}\u00a0`, places: fine ?? 2 };
  }
}
