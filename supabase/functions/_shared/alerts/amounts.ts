import { decimalIn } from "../validators/decimal.ts";
import type { FieldName } from "./field-names.ts";
import { type Value, words } from "./message.ts";

/** Commas between thousands that can be nothing else: several, or with a point behind. In `1,234` it may be a decimal's. */
const THOUSANDS = /^[+-]?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})$/;
const CODES = "(?:USD[TC]?|EUR|GBP|JPY|CHF|INR|KRW)";
const CURRENCY = new RegExp(`^(?:[$€£¥₹]|${CODES}\\b) *| *(?:[$€£¥₹]|\\b${CODES})$`, "i");
const DOLLARS = /^\$ *| *(?:\$|\bUSD[TC]?)$/i;

const withoutCommas = (text: string): string => THOUSANDS.test(text) ? text.replaceAll(",", "") : text;

const priceIn = (text: string): string => withoutCommas(text.replace(CURRENCY, ""));

/**
 * What can be taken from the numbers of fields since it says nothing more: of a price its currency, and from under a name of
 * money its dollars. Of an exit a sign may say that it is a distance in money, and of a size in whose currency it counts:
 * there it stays, and is refused.
 */
export const PLAIN_NUMBERS: ReadonlyMap<FieldName, (text: string) => string> = new Map(([
  ["price order_price limit_price stop_price open high low close", priceIn],
  ["quote_quantity risk_notional", (text) => withoutCommas(text.replace(DOLLARS, ""))],
  ["quantity target.quantity position_size stop take_profit.limit_price take_profit.amount", withoutCommas],
  ["stop_loss.stop_price stop_loss.limit_price stop_loss.amount", withoutCommas],
] satisfies [string, (text: string) => string][]).flatMap(([names, plain]) =>
  words(names).map((name) => [name as FieldName, plain] as const)
));

/** The decimal of a number that may be written as a price. */
export const numberIn = (value: Value): string | null =>
  decimalIn(value) ??
    (typeof value === "string" && /\d/.test(value) ? decimalIn(priceIn(value.trim())) : null);
