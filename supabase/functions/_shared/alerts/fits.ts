import { decimalIn } from "../validators/decimal.ts";
import { readTime } from "../validators/time.ts";
import { numberIn } from "./amounts.ts";
import { isMessage, plainName, type Value, words } from "./message.ts";
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

const NOTHING = new Set(["", ...words("none no off null nan na n/a false undefined disabled")]);

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

/**
 * With which values a name means its field: `type` is an order type, and the action where it says `buy`. The words follow
 * "where it" in docs/alerts.md.
 */
export const FITS = {
  "action": [isAction, "says an action"],
  "not action": [(text) => !isAction(text), "says no action"],
  "no kind": [(text) => !isAction(text) && !KINDS.has(text), "says no action and no kind of market"],
  "close": [
    (text) => /^(close|cancel)$/.test(ACTION_WORDS.get(text)?.action ?? ""),
    "says a close or cancel",
  ],
  "not place": [(text) => text !== "place", "does not say place"],
  "buy": [(text) => text === "buy", "says buy"],
  "sell": [(text) => text === "sell", "says sell"],
  "buy or sell": [(text) => text === "buy" || text === "sell", "says buy or sell"],
  "order type": [(text) => ORDER_TYPE_WORDS.has(text), "says an order type"],
  "time in force": [(text) => TIME_IN_FORCE_WORDS.has(text), "says a time in force"],
  "side": [(text) => SIDE_WORDS.has(text), "says a side, or flat"],
  "flag": [(text) => FLAG_WORDS.has(text), "says yes or no"],
  "true, false or all": [(text) => CLOSES.test(text), "is true, false or all"],
  "no flag": [(text) => !CLOSES.test(text), "is none of true, false and all"],
  "list": [(_, value) => Array.isArray(value), "is a list"],
  "no list": [(_, value) => !Array.isArray(value), "is no list"],
  "set": [
    (_, value) => Array.isArray(value) ? value.some(isScalar) : !isNothing(value),
    "is not empty, zero, false or none",
  ],
  "if touched": [(text) => text === "takeprofit", "says take-profit"],
  "a stop loss": [(text) => text === "stoploss", "says stop-loss"],
  "viqc or post": [(text) => /viqc|post/.test(text), "says viqc or post"],
  "closes or post": [
    (text) => /close|reduceonly|participate/.test(text),
    "says Close, ReduceOnly or post-only",
  ],
  "not set": [(text) => FLAG_WORDS.get(text) === false, "says no"],
  "reverse": [(text) => text === "reverse" || text === "reverseposition", "says reverse"],
  "number": [(_, value) => numberIn(value) !== null, "is a number"],
  "text": [(_, value) => isScalar(value), "is no object"],
  "time": [(_, value) => typeof value === "string" && readTime(value).ok, "is a time"],
  "pair": [(_, value) => typeof value === "string" && PAIR.test(value.trim()), "is a pair, as BTC-USDT"],
  "plain": [(text) => /^[a-z0-9]{1,16}$/.test(text), "is letters and digits"],
} satisfies Record<string, [is: (text: string, value: Value) => boolean, said: string]>;
export type When = keyof typeof FITS;

export const fits = (value: Value, when: When): boolean => FITS[when][0](plainText(value), value);
