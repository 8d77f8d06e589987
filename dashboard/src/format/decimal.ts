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

/** The sign that figures are written with; CSV keeps the plain hyphen. */
export const MINUS = "\u2212";

/** Whether a text is a decimal as the RPCs write them. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

const scaleOf = (text: string): number => text.split(".")[1]?.length ?? 0;

/** The exact sum. */
export function addDecimals(decimals: readonly string[]): string {
  return unscaled(decimals.reduce((sum, each) => sum + scaled(each), 0n));
}

/** The decimal with the other sign. */
export function negated(text: string): string {
  return text.startsWith("-") ? text.slice(1) : signOf(text) === 0 ? text : `-${text}`;
}

/** -1 below zero, 0 at zero, 1 above. */
export function signOf(text: string): number {
  return compareDecimals(text, "0");
}

/** Rounds to so many places, half to even, as the database does; shorter ones stay as they are. */
export function roundDecimal(text: string, places: number): string {
  const scale = scaleOf(text);
  if (scale <= places) return text;
  const divisor = 10n ** BigInt(scale - places);
  const units = scaledTo(scale, text);
  const rest = (units < 0n ? -units : units) % divisor * 2n;
  const down = units / divisor;
  const away = rest > divisor || rest === divisor && down % 2n !== 0n;
  return unscaledFrom(places, away ? down + (units < 0n ? -1n : 1n) : down);
}

/** How a decimal is to be written. */
export interface Digits {
  /** Fewest decimals, filled with zeros. */
  least?: number;
  /** Most decimals; what is longer is rounded. */
  most?: number;
  /** Write a plus above zero. */
  plus?: boolean;
}

/** A decimal for people: thousands grouped, a true minus, rounded to at most `most` decimals. */
export function formatDecimal(text: string, { least = 0, most = 8, plus = false }: Digits = {}): string {
  const rounded = roundDecimal(text, most);
  const [whole = "", fraction = ""] = absolute(rounded).split(".");
  const kept = fraction.replace(/0+$/, "").padEnd(least, "0");
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  const sign = signOf(rounded);
  return `${sign < 0 ? MINUS : plus && sign > 0 ? "+" : ""}${grouped}${kept === "" ? "" : `.${kept}`}`;
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
  const scale = Math.max(scaleOf(text), places);
  return unscaledFrom(scale - places, scaledTo(scale, text));
}

/** How two values of a column sort: numbers by size, exactly; the rest by the alphabet; nothing last. */
export function compareValues(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (isDecimal(a) && isDecimal(b)) return compareDecimals(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}
