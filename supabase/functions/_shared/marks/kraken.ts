import { isMessage } from "../alerts/message.ts";
import { type Adapter, part, readList, unreadable, withQuery, wrongSymbol } from "./source.ts";

const PAIR = /^([A-Z0-9]{2,}?)(USDT|USDC|USD|EUR|GBP|JPY|CHF|CAD|AUD|XBT|ETH)$/;
/** What Kraken calls by another name than everybody. */
const OWN_NAMES: Record<string, string> = { BTC: "XBT", DOGE: "XDG" };

/** `XBTUSD` is also `XXBTZUSD`: the older pairs have an X before a coin, and a Z before money. */
function isSame(key: string, name: string): boolean {
  const [, base = name, quote = ""] = PAIR.exec(name) ?? [];
  return [name, `X${base}Z${quote}`, `X${base}X${quote}`].includes(key);
}

/**
 * `GET /0/public/OHLC`: `{ error: [], result: { pair: [[time in s, open, high, low, close, vwap, volume, count]], last } }`,
 * the oldest first, the last 720 minutes at most, and always the one that is not over yet. About one request a second.
 */
export const kraken: Adapter = {
  minutesAtOnce: 720,
  perSecond: 1,
  nameOf(ticker) {
    const [, base = "", quote = ""] = PAIR.exec(ticker.replace(/BTC$/, "XBT")) ?? [];
    return base === "" ? null : `${OWN_NAMES[base] ?? base}${quote}`;
  },
  urlOf: ({ url }, name, { from }) =>
    withQuery(url ?? "https://api.kraken.com/0/public/OHLC", {
      pair: name,
      interval: 1,
      // Those after it are answered, without it.
      since: from / 1_000 - 60,
    }),
  read(answer, name) {
    const errors = part(answer, "error");
    const result = part(answer, "result");
    if (!Array.isArray(errors) || errors.length > 0 || !isMessage(result)) return unreadable;
    const [pair, ...others] = [...result].filter(([key]) => key !== "last");
    if (pair === undefined || others.length > 0) return unreadable;
    if (!isSame(pair[0], name)) return wrongSymbol;
    return readList(pair[1], (bar) => ({
      begins: part(bar, 0),
      open: part(bar, 1),
      high: part(bar, 2),
      low: part(bar, 3),
      close: part(bar, 4),
    }));
  },
};
