import { decimalIn } from "../validators/decimal.ts";
import { readTime } from "../validators/time.ts";
import { numberIn } from "./amounts.ts";
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

/** The text of a scalar, as words are compared. */
export const plainText = (value: Value): string =>
  typeof value === "string" ? plainName(value.trim()) : typeof value === "boolean" ? String(value) : "";

const NOTHING = new Set(
  ["", "none", "no", "off", "null", "nan", "na", "n/a", "false", "undefined", "disabled"],
);

/** Whether a value asks for nothing: empty, zero, false or none. */
export function isNothing(value: Value): boolean {
  if (isMessage(value)) return false;
  const text = plainText(value);
  if (typeof value !== "string" || NOTHING.has(text)) return value !== true;
  return decimalIn(text.replace(/%$/, "")) === "0";
}

/** Whether a value holds no others: what stands in objects and lists is looked at by its own names. */
export const isScalar = (value: Value): boolean => !isMessage(value) && !Array.isArray(value);

/** What a `close` says that is a flag: others write the price there. */
const CLOSES = /^(true|false|all)$/;

const isAction = (text: string): boolean => ACTION_WORDS.has(text) || TYPED_ACTION_WORDS.has(text);

/** A pair of currencies or coins, as `market` holds one: others write there what kind of market it is. */
const PAIR = /^[A-Z0-9]{2,12}[-_/](USD|USDT|USDC|EUR|GBP|JPY|KRW|BTC|ETH|PERP)$/i;

/** With which values a name means its field: `type` is an order type, and the action where it says `buy`. */
const FITS = {
  "action": isAction,
  "not action": (text: string) => !isAction(text),
  "no kind": (text: string) => !isAction(text) && !KINDS.has(text),
  "close": (text: string) => /^(close|cancel)$/.test(ACTION_WORDS.get(text)?.action ?? ""),
  "not place": (text: string) => text !== "place",
  "buy": (text: string) => text === "buy",
  "sell": (text: string) => text === "sell",
  "buy or sell": (text: string) => text === "buy" || text === "sell",
  "order type": (text: string) => ORDER_TYPE_WORDS.has(text),
  "time in force": (text: string) => TIME_IN_FORCE_WORDS.has(text),
  "side": (text: string) => SIDE_WORDS.has(text),
  "flag": (text: string) => FLAG_WORDS.has(text),
  "true, false or all": (text: string) => CLOSES.test(text),
  "no flag": (text: string) => !CLOSES.test(text),
  "list": (_: string, value: Value) => Array.isArray(value),
  "no list": (_: string, value: Value) => !Array.isArray(value),
  "set": (_: string, value: Value) => Array.isArray(value) ? value.some(isScalar) : !isNothing(value),
  "if touched": (text: string) => text === "takeprofit",
  "a stop loss": (text: string) => text === "stoploss",
  "viqc or post": (text: string) => /viqc|post/.test(text),
  "closes or post": (text: string) => /close|reduceonly|participate/.test(text),
  "not set": (text: string) => FLAG_WORDS.get(text) === false,
  "reverse": (text: string) => text === "reverse" || text === "reverseposition",
  "number": (_: string, value: Value) => numberIn(value) !== null,
  "text": (_: string, value: Value) => isScalar(value),
  "time": (_: string, value: Value) => typeof value === "string" && readTime(value).ok,
  "pair": (_: string, value: Value) => typeof value === "string" && PAIR.test(value.trim()),
  "plain": (text: string) => /^[a-z0-9]{1,16}$/.test(text),
};
export type When = keyof typeof FITS;

export const fits = (value: Value, when: When): boolean => FITS[when](plainText(value), value);
