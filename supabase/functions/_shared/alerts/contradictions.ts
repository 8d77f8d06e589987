import { decimalIn } from "../validators/decimal.ts";
import type { Field, FieldName } from "./field-names.ts";
import { isScalar, plainText } from "./fits.ts";
import { ACTION_WORDS, FLAG_WORDS, KINDS, SIDE_WORDS, WORDS_OF } from "./words.ts";

/** Fields of which no second name may say something else: only one can be meant, and money hangs on it. */
const ONLY_ONE =
  /^(quantity$|quote_quantity|percent_quantity|position_percent|close_percent|risk_(percent|notional)|position_size|limit_price|stop_price|trail_|activation_|take_profit\.|stop_loss\.)/;

/** The words of fields that say one of a few things, as they are sent. */
const WORDS = new Map<string, ReadonlyMap<string, unknown>>([
  ...WORDS_OF as ReadonlyMap<string, ReadonlyMap<string, unknown>>,
  ...["action", "order_side"].map((field) => [field, ACTION_WORDS] as const),
  ...["position_side", "close_side"].map((field) => [field, SIDE_WORDS] as const),
  ...["reduce_only", "close_position", "reverse"].map((field) => [field, FLAG_WORDS] as const),
]);

/** What a field's less telling name says beside the more telling one: nothing else; what nobody can bring together; another thing. */
type Beside = "the same" | "contradiction" | "other";

export function compare(field: FieldName, first: Field, second: Field): Beside {
  if (!isScalar(first.value) || !isScalar(second.value)) return "contradiction";
  const number = decimalIn(first.value);
  if (number !== null && number === decimalIn(second.value)) return "the same";
  if (ONLY_ONE.test(field)) return "contradiction";
  const [one, two] = [plainText(first.value), plainText(second.value)];
  if (one === two) return "the same";
  const words = WORDS.get(field);
  if (words !== undefined) return compareWords(field, words, [one, two], second.source);
  if (field === "symbol" && !isOtherSymbol(one, two)) return "the same";
  const names = SURE_NAMES.get(field);
  return names?.test(first.source) && names.test(second.source) ? "contradiction" : "other";
}

function compareWords(
  field: FieldName,
  words: ReadonlyMap<string, unknown>,
  [one, two]: [string, string],
  source: string,
): Beside {
  if (field === "action" && isOtherAction(one, two)) return "contradiction";
  // What the more telling name says is refused for itself; a side beside a position's side is that of the order.
  if (!words.has(one) || field === "position_side" && !words.has(two)) return "the same";
  if (words.has(two)) {
    return field === "action" || words.get(one) === words.get(two) ? "the same" : "contradiction";
  }
  const isExit = field === "action" && ACTION_WORDS.get(one)?.action === "close";
  // A word that nobody knows may say anything, as `inverse` does: but not beside an exit, nor in a `type`, which may be a bot's.
  return isExit || source === "type" || two === "market" || KINDS.has(two) || SIDE_WORDS.has(two)
    ? "other"
    : "contradiction";
}

/** Names that hold nothing but their field: an `asset` may be "crypto", an `instrument` "EQ", a `strategy_id` another name of it. */
const SURE_NAMES = new Map<FieldName, RegExp>([
  ["symbol", /^(symbol|ticker|pair|market|trading_symbol|tsym)$/],
  ["strategy", /^strategy(_name|\.name)?$/],
]);

/** Whether of two symbols neither is the other one with more to it, as an exchange: `BINANCE:BTCUSDT`, `BTC/USDT`. */
function isOtherSymbol(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => text.replace(/[^a-z0-9]/g, ""));
  if (left === undefined || right === undefined) return false;
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  // What is more of an option's or a future's own symbol is another one: `NIFTY` and `NIFTY2461224200CE`.
  return !long.includes(short) || /\d{4}/.test(long.replace(short, ""));
}

/**
 * A sell beside a buy, a close, cancel or reverse beside either, an entry beside an exit. A sell beside a close (`action:
 * close, side: sell`) says how that is done, but a buy closes no long; a side beside an order (`action: sell, side: long`)
 * says which position it is for.
 */
function isOtherAction(first: string, second: string): boolean {
  const [one, other] = [ACTION_WORDS.get(first), ACTION_WORDS.get(second)];
  if (one === undefined || other === undefined) return false;
  if (one.side !== undefined && other.side !== undefined && isSide(second) && !isSide(first)) return false;
  if (one.action === other.action) {
    return one.side !== other.side && one.side !== undefined && other.side !== undefined;
  }
  const actions = [one.action, other.action];
  if (actions.includes("enter")) return actions.includes("close") || actions.includes("cancel");
  if (one.action === "close") {
    return other.action === (one.side === "long" ? "buy" : one.side === "short" ? "sell" : "");
  }
  if (one.action !== "buy" && one.action !== "sell") return false;
  return isSide(first) || !isSide(second);
}

/** Long or short: beside an action it says of which position that is. */
const isSide = (word: string): boolean => word === "long" || word === "short";
