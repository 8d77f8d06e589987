import { readDecimal } from "../validators/decimal.ts";
import { readTime } from "../validators/time.ts";
import { isMessage, plainName, type Value } from "./message.ts";
import {
  ACTION_WORDS,
  FLAG_WORDS,
  KINDS,
  ORDER_TYPE_WORDS,
  SIDE_WORDS,
  TIME_IN_FORCE_WORDS,
  TYPED_ACTION_WORDS,
} from "./words.ts";

/** Tells whether a name with this value means the field: `type` is an order type, and the action where it says `buy`. */
export type When =
  | "action"
  | "not action"
  | "no kind"
  | "close"
  | "not place"
  | "buy"
  | "sell"
  | "buy or sell"
  | "order type"
  | "time in force"
  | "side"
  | "number"
  | "text"
  | "flag"
  | "true, false or all"
  | "no flag"
  | "list"
  | "no list"
  | "set"
  | "not set"
  | "reverse"
  | "time"
  | "pair"
  | "plain";

/** The text of a scalar, as words are compared. */
export const plainText = (value: Value): string =>
  typeof value === "string" ? plainName(value.trim()) : typeof value === "boolean" ? String(value) : "";

/** Values that ask for nothing. */
const NOTHING = new Set(
  ["", "none", "no", "off", "null", "nan", "na", "n/a", "false", "undefined", "disabled"],
);

/** Whether a value asks for nothing: empty, zero, false or none. */
export function isNothing(value: Value): boolean {
  if (isMessage(value)) return false;
  const text = plainText(value);
  if (typeof value !== "string" || NOTHING.has(text)) return value !== true;
  const read = readDecimal(text.replace(/%$/, ""));
  return read.ok && read.value === "0";
}

/** Whether a value holds no others: what stands in objects and lists is looked at by its own names. */
export const isScalar = (value: Value): boolean => !isMessage(value) && !Array.isArray(value);

/** What a `close` says that is a flag: others write the price there. */
const CLOSES = /^(true|false|all)$/;

const isAction = (text: string): boolean => ACTION_WORDS.has(text) || TYPED_ACTION_WORDS.has(text);

/** A pair of currencies or coins, as `market` holds one: others write there what kind of market it is. */
const PAIR = /^[A-Z0-9]{2,12}[-_/](USD|USDT|USDC|EUR|GBP|JPY|KRW|BTC|ETH|PERP)$/i;

/** Whether a name with such a value means its field. */
export function fits(value: Value, when: When): boolean {
  const text = plainText(value);
  switch (when) {
    case "action":
      return isAction(text);
    case "not action":
      return !isAction(text);
    case "no kind":
      return !isAction(text) && !KINDS.has(text);
    case "close":
      return /^(close|cancel)$/.test(ACTION_WORDS.get(text)?.action ?? "");
    case "not place":
      return text !== "place";
    case "buy":
    case "sell":
      return text === when;
    case "buy or sell":
      return text === "buy" || text === "sell";
    case "order type":
      return ORDER_TYPE_WORDS.has(text);
    case "time in force":
      return TIME_IN_FORCE_WORDS.has(text);
    case "side":
      return SIDE_WORDS.has(text);
    case "flag":
      return FLAG_WORDS.has(text);
    case "true, false or all":
      return CLOSES.test(text);
    case "no flag":
      return !CLOSES.test(text);
    case "list":
      return Array.isArray(value);
    case "no list":
      return !Array.isArray(value);
    case "set":
      return Array.isArray(value) ? value.some(isScalar) : !isNothing(value);
    case "not set":
      return FLAG_WORDS.get(text) === false;
    case "reverse":
      return text === "reverse" || text === "reverseposition";
    case "number":
      return typeof value === "string" && readDecimal(value).ok;
    case "text":
      return isScalar(value);
    case "time":
      return typeof value === "string" && readTime(value).ok;
    case "pair":
      return typeof value === "string" && PAIR.test(value.trim());
    case "plain":
      return /^[a-z0-9]{1,16}$/.test(text);
  }
}
