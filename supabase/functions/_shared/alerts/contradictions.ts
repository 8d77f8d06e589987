import { readDecimal } from "../validators/decimal.ts";
import type { Field, FieldName } from "./field-names.ts";
import { isScalar, plainText } from "./fits.ts";
import type { Value } from "./message.ts";
import { ACTION_WORDS, FLAG_WORDS, ORDER_TYPE_WORDS, SIDE_WORDS, TIME_IN_FORCE_WORDS } from "./words.ts";

/** Fields of which no second name may say something else: only one can be meant, and money hangs on it. */
const ONLY_ONE =
  /^(quantity|quote_quantity|percent_quantity|position_percent|position_size|limit_price|stop_price|take_profit\.|stop_loss\.)/;

/** The words of fields that say one of a few things. */
const WORDS_OF = new Map<FieldName, ReadonlyMap<string, string | boolean>>([
  ["order_type", ORDER_TYPE_WORDS],
  ["time_in_force", TIME_IN_FORCE_WORDS],
  ["target.side", SIDE_WORDS],
  ["position_side", SIDE_WORDS],
  ["reduce_only", FLAG_WORDS],
]);

/** Whether a field's less telling name says what the more telling one does not: which is meant nobody can tell. */
export function contradicts(field: FieldName, { value: first, source }: Field, other: Field): boolean {
  const second = other.value;
  if (!isScalar(first) || !isScalar(second)) return true;
  if (ONLY_ONE.test(field)) return !isSameNumber(first, second);
  const [one, two] = [plainText(first), plainText(second)];
  if (field === "action") return isOtherAction(one, two);
  if (field === "symbol") {
    return SYMBOLS.test(source) && SYMBOLS.test(other.source) && isOtherSymbol(one, two);
  }
  const [word, otherWord] = [WORDS_OF.get(field)?.get(one), WORDS_OF.get(field)?.get(two)];
  return word !== undefined && otherWord !== undefined && word !== otherWord;
}

/** Names that hold nothing but a symbol; an `asset` may be "crypto", an `instrument` "EQ". */
const SYMBOLS = /^(symbol|ticker|pair)$/;

/** Whether of two symbols neither is the other one with more to it, as an exchange: `BINANCE:BTCUSDT`, `BTC/USDT`. */
function isOtherSymbol(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => text.replace(/[^a-z0-9]/g, ""));
  return left !== undefined && right !== undefined && !left.includes(right) && !right.includes(left);
}

/**
 * A sell beside a buy, a close, cancel or reverse beside either. A sell beside a close (`action: close, side: sell`) says how
 * that is done, and a side beside an order (`action: sell, side: long`) which position it is for.
 */
function isOtherAction(first: string, second: string): boolean {
  const [one, other] = [ACTION_WORDS.get(first)?.action, ACTION_WORDS.get(second)?.action];
  if (one === undefined || other === undefined || one === other || other === "enter") return false;
  if (one !== "buy" && one !== "sell") return false;
  return SIDE_WORDS.has(first) || !SIDE_WORDS.has(second);
}

function isSameNumber(a: Value, b: Value): boolean {
  const [left, right] = [a, b].map((value) => typeof value === "string" ? readDecimal(value) : null);
  return left?.ok === true && right?.ok === true && left.value === right.value;
}
