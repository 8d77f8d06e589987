/**
 * Exact decimals as text. Money and quantities never pass through a float: a decimal is its normalized text
 * from the sender's message to Postgres `numeric` and back.
 */

/** Digits allowed before, and after, the decimal point once normalized. */
export const MAX_DIGITS = 18;

/** The form of every decimal that leaves this module: no exponent, no `+`, no needless zeros, no `-0`. */
export const DECIMAL_PATTERN = /^(?:0|-?(?:[1-9]\d{0,17}(?:\.\d{0,17}[1-9])?|0\.\d{0,17}[1-9]))$/;

/** What was read from a text, or what is wrong with it. */
export type Read<T> = { ok: true; value: T } | { ok: false; message: string };

const WRITTEN = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;
const NOT_A_NUMBER = /^[+-]?(?:nan|na|n\/a|inf|infinity|null|none|undefined)$/i;

/** Longer texts are refused before they are looked at. 18 + 18 digits, a sign, a point, and room for idle zeros. */
const MAX_TEXT = 80;

/**
 * Reads a decimal as it was written: `1e4` is `10000`, `1.08450` is `1.0845`, `+5` is `5`, `.5` is `0.5`, `-0` is `0`.
 *
 * Commas are refused, because `1,5` is one and a half to one sender and fifteen to another. Exponents are only
 * counted, never expanded past the bound: `1e999999999` costs nothing.
 */
export function readDecimal(text: string): Read<string> {
  if (DECIMAL_PATTERN.test(text)) return { ok: true, value: text }; // as most are written
  const written = text.trim();
  const match = written.length <= MAX_TEXT ? WRITTEN.exec(written) : null;
  if (match === null) return { ok: false, message: whyNot(written) };
  const [, sign, whole = "", fraction = "", exponent] = match;
  if (whole === "" && fraction === "") return { ok: false, message: whyNot(written) };

  // The digits alone, and where the point stands among them.
  const all = whole + fraction;
  let start = 0;
  while (start < all.length && all.charCodeAt(start) === 48) start++;
  let end = all.length;
  while (end > start && all.charCodeAt(end - 1) === 48) end--;
  if (start === end) return { ok: true, value: "0" };

  const digits = all.slice(start, end);
  const point = whole.length - start + (exponent === undefined ? 0 : Number(exponent));
  if (point > MAX_DIGITS) return outOfBounds("before");
  if (digits.length - point > MAX_DIGITS) return outOfBounds("after");

  const minus = sign === "-" ? "-" : "";
  if (point <= 0) return { ok: true, value: `${minus}0.${"0".repeat(-point)}${digits}` };
  if (point >= digits.length) return { ok: true, value: minus + digits.padEnd(point, "0") };
  return { ok: true, value: `${minus}${digits.slice(0, point)}.${digits.slice(point)}` };
}

/** The decimal that a text is; null when it is none, or no text. */
export function decimalIn(text: unknown): string | null {
  const read = typeof text === "string" ? readDecimal(text) : null;
  return read?.ok ? read.value : null;
}

/** Compares two decimals: -1, 0 or 1 as `a` is less than, equal to or more than `b`. */
export function compareDecimals(a: string, b: string): number {
  const left = scaled(a);
  const right = scaled(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

export function absolute(decimal: string): string {
  return decimal.startsWith("-") ? decimal.slice(1) : decimal;
}

/** A decimal as an integer count of 10^-places: sums of such counts are exact. What lies beyond is cut. */
export function scaledTo(places: number, decimal: string): bigint {
  const [whole = "0", fraction = ""] = absolute(decimal).split(".");
  const units = BigInt(whole + fraction.slice(0, places).padEnd(places, "0"));
  return decimal.startsWith("-") ? -units : units;
}

/** The normalized decimal of an integer count of 10^-places. */
export function unscaledFrom(places: number, count: bigint): string {
  const digits = (count < 0n ? -count : count).toString().padStart(places + 1, "0");
  const point = digits.length - places;
  const fraction = digits.slice(point).replace(/0+$/, "");
  return `${count < 0n ? "-" : ""}${digits.slice(0, point)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** A decimal as a count of 10^-18, which holds every one that is read; and back. */
export const scaled = (decimal: string): bigint => scaledTo(MAX_DIGITS, decimal);
export const unscaled = (count: bigint): string => unscaledFrom(MAX_DIGITS, count);

function outOfBounds(side: "before" | "after"): Read<string> {
  return { ok: false, message: `has more than ${MAX_DIGITS} digits ${side} the decimal point` };
}

function whyNot(written: string): string {
  if (written.length > MAX_TEXT) {
    return `is too long for a number: at most ${MAX_DIGITS} digits on either side of the point`;
  }
  if (NOT_A_NUMBER.test(written)) {
    return "is not a number: the sender's value was empty (na in Pine); send a number or leave the field out";
  }
  if (written.includes(",")) {
    return "has a comma: write 1000.50, with a point and without thousands separators";
  }
  if (/[$€£¥₹]/.test(written)) {
    return 'has a currency sign: send the number alone, and "quantity_type": "notional" where it is money';
  }
  if (written.endsWith("%")) {
    return "has a percent sign: send the number alone and say what it means in its type field";
  }
  return 'is not a number: write it like 10 or "1.25"';
}
