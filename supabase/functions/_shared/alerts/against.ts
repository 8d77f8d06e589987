import { plainText } from "./fits.ts";
import { type Value, wordsOf } from "./message.ts";
import { NO_ORDERS } from "./order-words.ts";
import { REPORTING_WORDS } from "./report-names.ts";
import { ACTION_WORDS, type ActionWord, TYPED_ACTION_WORDS } from "./words.ts";

/** What was read of a message: its action, and the side of the position that it leaves or acts on. */
export type Order = { action: Value | undefined; side: Value | undefined };

/** Whether a name's value is of another time, of another one, or of another case. */
export const reportsAnother = (name: string): boolean =>
  wordsOf(name).some((word) => REPORTING_WORDS.has(word));

/** What a word says that says to trade nothing. */
const NONE: ActionWord = { action: "mark" };

/** A word of an action that is nothing else as well: `BTC` is a coin, and `open` a bar's price. */
function actionIn(value: Value): ActionWord | undefined {
  const text = plainText(value);
  const word = ACTION_WORDS.get(text) ?? ACTION_WORDS.get(TYPED_ACTION_WORDS.get(text)?.action ?? "");
  return text.length > 3 || text === "buy" ? word : undefined;
}

/** Whether a value under a name that nobody knows is an action against the one that was read. */
export function isAgainst(name: string, value: Value, { action, side }: Order): boolean {
  const word = NO_ORDERS.has(plainText(value)) ? NONE : actionIn(value);
  if (word === undefined || reportsAnother(name)) return false;
  const reduces = action === "sell" && side === "long" || action === "buy" && side === "short" ||
    side === "flat";
  const isOrder = action === "buy" || action === "sell" || action === undefined && side !== undefined;
  if (!isOrder || reduces) return false;
  if (word === NONE || word.action === "close" || word.action === "cancel") return true;
  if (word.action !== "buy" && word.action !== "sell") return false;
  // `long` and `short` are the side of a position as well, which an order may reduce.
  const isSide = /^(long|short)$/.test(plainText(value));
  const wanted = side ?? (isSide ? undefined : action === "buy" ? "long" : "short");
  return wanted !== undefined && wanted !== (word.action === "buy" ? "long" : "short");
}
