import type { Problem } from "../http/errors.ts";
import type { Message } from "./message.ts";

/**
 * TradingView's own message of a strategy's order, which it sends when _Message_ is left as it is:
 * `Name (inputs): order buy @ 1 filled on BTCUSD. New strategy position is 1`.
 */
const ORDER_FILLED =
  /^(.*?):\s*order (buy|sell) @ ([\d.,e+-]+) filled on (\S.*?)\.\s*New strategy position is (-?[\d.,e+-]+?)\.?\s*$/is;

/** No name of a strategy with its inputs is longer. Of longer texts the pattern would look at too many ends. */
const LONGEST = 1_000;

/** The message that the text is; null when it is another text. Its price is not told: the mark's is taken. */
export function readTradingViewText(text: string): Message | null {
  if (text.length > LONGEST) return null;
  const [, , action, quantity, symbol, position] = ORDER_FILLED.exec(text.trim()) ?? [];
  if (action === undefined || quantity === undefined || symbol === undefined || position === undefined) {
    return null;
  }
  return new Map([
    ["action", action],
    ["quantity", withoutGroups(quantity)],
    ["symbol", symbol],
    ["position_size", withoutGroups(position)],
  ]);
}

/** `1,000.5` without its commas. A comma that parts no thousands is a decimal's somewhere else: that number is refused. */
const withoutGroups = (number: string): string =>
  /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(number) ? number.replaceAll(",", "") : number;

/** The smallest alert, as the documentation has it. */
export const EXAMPLE = '{"symbol": "AAPL", "action": "buy", "quantity": "10", "price": "190.25"}';

/** Messages of other services that cannot be an alert here, whatever of them could be read, and why. */
const OF_OTHERS: readonly [looks: RegExp, like: string][] = [
  [/^\d{6,},\s*\w+,/, "PineConnector's: its sizes and pips mean what the license's settings say"],
  [/\w\([^()]{0,200}\)\s*\{/, "Alertatron's commands, a program for its own engine"],
  [/^(?=.*\b[abceqs]=\S+\s+[abceqs]=)/, "Autoview's command line, whose letters mean what its settings say"],
  [/^(ENTER|EXIT)-(LONG|SHORT|ALL)_/i, "WunderTrading's code, which names a bot there and no order"],
];
/** Pairs that a space parts. */
const SPACED_PAIRS = /^\w+=[^\s=;&,]+([ \t]+\w+=[^\s=;&,]+)+$/;
const PRICE_ALERT = /\b(crossing|greater than|less than|entering channel|moving (up|down))\b/i;

/** Characters that are looked at: those messages are short, and begin as they do. */
const LOOKED_AT = 500;

/** What a message of another service is, which is no alert however much of it could be read; null for others. */
export function messageOfOthers(text: string): Problem | null {
  const start = text.slice(0, LOOKED_AT);
  const [, like] = OF_OTHERS.find(([looks]) => looks.test(start)) ?? [];
  if (like !== undefined) return noAlert(`looks like ${like}`);
  const message = "has pairs with spaces between: put each on a line of its own, or ; between";
  return SPACED_PAIRS.test(start) ? noAlert(message) : null;
}

/** Why a text that is neither JSON nor pairs is no alert. One problem: there is one mistake. */
export function explainText(text: string): Problem {
  return noAlert(
    PRICE_ALERT.test(text.slice(0, LOOKED_AT))
      ? "is TradingView's text of a price alert, which has no order in it"
      : "is neither JSON nor key=value pairs",
  );
}

const noAlert = (why: string): Problem => ({
  path: "",
  message: `${why}; send for example ${EXAMPLE}`,
  code: "invalid_body",
});
