import { isMessage, type Value } from "../alerts/message.ts";
import {
  type Adapter,
  type AnswerFailure,
  part,
  readBarsAt,
  unreadable,
  withQuery,
  wrongSymbol,
} from "./source.ts";

const PAIR = /^([A-Z0-9]{2,}?)(USDT|USDC|USD|EUR|GBP|JPY|CHF|CAD|AUD|XBT|ETH)$/;
/** What Kraken calls by another name than everybody. */
const OWN_NAMES: Record<string, string> = { BTC: "XBT", DOGE: "XDG" };

/** `XBTUSD` is also `XXBTZUSD`, and `USDTUSD` is `USDTZUSD`: older names have an X before a coin, and a Z before money. */
function isSame(key: string, name: string): boolean {
  const [, base = name, quote = ""] = PAIR.exec(name.replace("/", "")) ?? [];
  const older = (part: string) => [part, `X${part}`, `Z${part}`];
  return key === name || older(base).some((coin) => older(quote).some((money) => key === coin + money));
}

/** What an error of an answer of HTTP 200 begins with. Of all others the answer is none. */
const ERRORS: [start: string, code: AnswerFailure][] = [
  ["EQuery:Unknown asset pair", "unknown_symbol"],
  ["EGeneral:Too many requests", "rate_limited"],
  ["EGeneral:Temporary lockout", "rate_limited"],
  ["EAPI:Rate limit exceeded", "rate_limited"],
  ["EService:", "source_away"],
];
const codeOf = (error: Value | undefined): AnswerFailure =>
  ERRORS.find(([start]) => typeof error === "string" && error.startsWith(start))?.[1] ?? "unreadable_answer";

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
    if (Array.isArray(errors) && errors.length > 0) return { ok: false, code: codeOf(part(errors, 0)) };
    if (!Array.isArray(errors) || !isMessage(result)) return unreadable;
    const [pair, ...others] = [...result].filter(([key]) => key !== "last");
    if (pair === undefined || others.length > 0) return unreadable;
    if (!isSame(pair[0], name)) return wrongSymbol;
    return readBarsAt(pair[1], [0, 1, 2, 3, 4]);
  },
};
