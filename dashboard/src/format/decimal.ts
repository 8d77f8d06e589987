/** Decimal strings, as every RPC gives money and quantities, without ever becoming a float. */

/** A plain decimal: digits, perhaps a point, perhaps a minus. */
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** The sign that figures are written with; CSV keeps the plain hyphen. */
export const MINUS = "\u2212";

interface Parts {
  negative: boolean;
  whole: string;
  fraction: string;
}

/** Whether a text is a decimal as the RPCs write them. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

function partsOf(text: string): Parts {
  const negative = text.startsWith("-");
  const [whole = "0", fraction = ""] = (negative ? text.slice(1) : text).split(".");
  return { negative, whole, fraction };
}

/** A decimal as a count of 10^-scale; what lies beyond the scale is cut. */
function scaled(text: string, scale: number): bigint {
  const { negative, whole, fraction } = partsOf(text);
  const units = BigInt(whole + fraction.slice(0, scale).padEnd(scale, "0"));
  return negative ? -units : units;
}

function unscaled(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? "-" : ""}${whole}${scale === 0 ? "" : `.${digits.slice(-scale)}`}`;
}

const scaleOf = (text: string): number => partsOf(text).fraction.length;

/** -1, 0 or 1, as a sorts before, with or after b. Exact. */
export function compareDecimals(a: string, b: string): number {
  const scale = Math.max(scaleOf(a), scaleOf(b));
  const difference = scaled(a, scale) - scaled(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The exact sum. */
export function addDecimals(decimals: readonly string[]): string {
  const scale = Math.max(0, ...decimals.map(scaleOf));
  return unscaled(decimals.reduce((sum, each) => sum + scaled(each, scale), 0n), scale);
}

/** The decimal with the other sign. */
export function negated(text: string): string {
  return text.startsWith("-") ? text.slice(1) : signOf(text) === 0 ? text : `-${text}`;
}

/** -1 below zero, 0 at zero, 1 above. */
export function signOf(text: string): number {
  return compareDecimals(text, "0");
}

/** Rounds to so many places, half to even, as the database does; shorter ones keep their length. */
export function roundDecimal(text: string, places: number): string {
  const scale = scaleOf(text);
  if (scale <= places) return text;
  const divisor = 10n ** BigInt(scale - places);
  const units = scaled(text, scale);
  const rest = (units < 0n ? -units : units) % divisor * 2n;
  const down = units / divisor;
  const away = rest > divisor || rest === divisor && down % 2n !== 0n;
  return unscaled(away ? down + (units < 0n ? -1n : 1n) : down, places);
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
  const { whole, fraction } = partsOf(rounded);
  const kept = fraction.replace(/0+$/, "").padEnd(least, "0");
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  const sign = signOf(rounded);
  return `${sign < 0 ? MINUS : plus && sign > 0 ? "+" : ""}${grouped}${kept === "" ? "" : `.${kept}`}`;
}

/** A decimal in as few characters as tell its size: 1.2k, −34.5M. */
export function compactDecimal(text: string, plus = false): string {
  for (const [suffix, zeros] of [["B", 9], ["M", 6], ["k", 3]] as const) {
    const shifted = shiftPoint(text, -zeros);
    if (compareDecimals(shifted.replace("-", ""), "1") >= 0) {
      const places = shifted.replace("-", "").split(".")[0]?.length === 1 ? 1 : 0;
      return formatDecimal(shifted, { most: places, plus }) + suffix;
    }
  }
  return formatDecimal(text, { most: compareDecimals(text.replace("-", ""), "10") < 0 ? 2 : 0, plus });
}

/** The decimal times 10^places: its point that far to the right, or below 0 to the left. */
export function shiftPoint(text: string, places: number): string {
  const scale = scaleOf(text);
  const left = scale - places;
  return left >= 0
    ? unscaled(scaled(text, scale), left)
    : unscaled(scaled(text, scale) * 10n ** BigInt(-left), 0);
}
