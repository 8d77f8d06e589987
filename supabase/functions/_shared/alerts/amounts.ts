import { decimalIn } from "../validators/decimal.ts";
import type { FieldName } from "./field-names.ts";
import type { Value } from "./message.ts";

/** Commas between thousands that can be nothing else: several, or with a point behind. In `1,234` it may be a decimal's. */
const THOUSANDS = /^[+-]?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})$/;
const CODES = "(?:USD[TC]?|EUR|GBP|JPY|CHF|INR|KRW)";
const CURRENCY = new RegExp(`^(?:[$€£¥₹]|${CODES}\\b) *| *(?:[$€£¥₹]|\\b${CODES})$`, "i");
const DOLLARS = /^\$ *| *(?:\$|\bUSD[TC]?)$/i;

const withoutCommas = (text: string): string => THOUSANDS.test(text) ? text.replaceAll(",", "") : text;

/**
 * Fields, and what can be taken from their numbers since it says nothing more: of a price its currency, and from under a name
 * of money its dollars. Of an exit a sign may say that it is a distance in money, and of a size in whose currency it counts:
 * there it stays, and is refused.
 */
const PLAIN: readonly [fields: RegExp, plain: (text: string) => string][] = [
  [
    /^((order_|limit_|stop_)?price|open|high|low|close)$/,
    (text) => withoutCommas(text.replace(CURRENCY, "")),
  ],
  [/^(quote_quantity|risk_notional)$/, (text) => withoutCommas(text.replace(DOLLARS, ""))],
  [/^((target\.)?quantity|position_size|.*\.(limit_price|stop_price|amount)|stop)$/, withoutCommas],
];

/** A field's number as it is read, where it can be read in one way only; else as it is. */
export function plainNumber(name: FieldName, text: string): string {
  const [, plain] = PLAIN.find(([fields]) => fields.test(name)) ?? [];
  return plain === undefined ? text : plain(text.trim());
}

/** The decimal of a number that may be written as a price. */
export const numberIn = (value: Value): string | null =>
  decimalIn(value) ?? (typeof value === "string" ? decimalIn(plainNumber("price", value)) : null);
