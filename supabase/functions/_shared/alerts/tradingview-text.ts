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
