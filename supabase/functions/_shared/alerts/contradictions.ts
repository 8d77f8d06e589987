import { readDecimal } from "../validators/decimal.ts";
import type { FieldName } from "./field-names.ts";
import { plainText } from "./fits.ts";
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
export function contradicts(field: FieldName, first: Value, second: Value): boolean {
  if (ONLY_ONE.test(field)) return !isSameNumber(first, second);
  const [one, other] = [plainText(first), plainText(second)];
  if (field === "action") return isOtherAction(one, other);
  const [word, otherWord] = [WORDS_OF.get(field)?.get(one), WORDS_OF.get(field)?.get(other)];
  return word !== undefined && otherWord !== undefined && word !== otherWord;
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
