import {
  absolute,
  compareDecimals,
  scaled,
  scaledTo,
  unscaled,
  unscaledFrom,
} from "../../../supabase/functions/_shared/validators/decimal.ts";

/** Decimal strings, as every RPC gives money and quantities, without ever becoming a float. */

/** A plain decimal: digits, perhaps a point, perhaps a minus. */
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Whether a text is a decimal as the RPCs write them. */
export const isDecimal = (text: string): boolean => DECIMAL.test(text);

/** The exact sum. */
export const addDecimals = (decimals: readonly string[]): string =>
  unscaled(decimals.reduce((sum, each) => sum + scaled(each), 0n));

/** The decimal with the other sign. */
export const negated = (text: string): string => unscaled(-scaled(text));

/** -1 below zero, 0 at zero, 1 above. */
export const signOf = (text: string): number => compareDecimals(text, "0");

/** How a decimal is to be written. */
export interface Digits {
  /** Fewest decimals, filled with zeros. */
  least?: number;
  /** Most decimals; what is longer is rounded. */
  most?: number;
  /** Write a plus above zero. */
  plus?: boolean;
}

/** By how they are to write: to make one takes longer than to write by it. */
const formats = new Map<string, Intl.NumberFormat>();

/**
 * A decimal for people: thousands grouped, a true minus, rounded half to even, as the database does. Intl takes a text as
 * the exact number that it says.
 *
 * @param style in percent, or in a currency
 */
export function formatDecimal(
  text: string,
  { least = 0, most = 8, plus = false }: Digits = {},
  style: Intl.NumberFormatOptions = {},
): string {
  const key = JSON.stringify([least, most, plus, style]);
  const format = formats.get(key) ?? new Intl.NumberFormat("en-US", {
    ...{ minimumFractionDigits: least, maximumFractionDigits: most, roundingMode: "halfEven" },
    signDisplay: plus ? "exceptZero" : "negative",
    ...style,
  });
  formats.set(key, format);
  return format.format(text as Intl.StringNumericLiteral).replace("-", "\u2212");
}

/** A decimal in as few characters as tell its size: 1.2k, −34.5M. */
export function compactDecimal(text: string, plus = false): string {
  for (const [suffix, zeros] of [["B", 9], ["M", 6], ["k", 3]] as const) {
    const shifted = shiftPoint(text, -zeros);
    const size = absolute(shifted);
    if (compareDecimals(size, "1") >= 0) {
      const places = compareDecimals(size, "10") < 0 ? 1 : 0;
      return formatDecimal(shifted, { most: places, plus }) + suffix;
    }
  }
  return formatDecimal(text, { most: compareDecimals(absolute(text), "10") < 0 ? 2 : 0, plus });
}

/** The decimal times 10^places: its point that far to the right, or below 0 to the left. */
export function shiftPoint(text: string, places: number): string {
  const scale = Math.max(text.split(".")[1]?.length ?? 0, places);
  return unscaledFrom(scale - places, scaledTo(scale, text));
}

/** How two values of a column sort: numbers by size, exactly; the rest by the alphabet; nothing last. */
export function compareValues(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (isDecimal(a) && isDecimal(b)) return compareDecimals(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}
