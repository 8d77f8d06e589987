import { isMessage, type Value } from "../alerts/message.ts";
import { tickerOf } from "../validators/names.ts";
import { httpSource } from "./http-source.ts";
import type { DueSymbol } from "./marks-rpc.ts";
import {
  type Adapter,
  type AnswerFailure,
  iso,
  type Kind,
  part,
  readBarsAt,
  type Source,
  unreadable,
  withQuery,
  wrongSymbol,
} from "./source.ts";

const PERPETUAL = /\.P$/;

/** `[open time in ms, open, high, low, close, …]`, the oldest first; the last one may not be over. */
const klines = (url: string, minutesAtOnce: number): Pick<Adapter, "minutesAtOnce" | "urlOf" | "read"> => ({
  minutesAtOnce,
  urlOf: (source, name, { from, to }) =>
    withQuery(source.url ?? url, {
      symbol: name,
      interval: "1m",
      startTime: from,
      endTime: to - 1,
      limit: minutesAtOnce,
    }),
  read: (answer) => readBarsAt(answer, [0, 1, 2, 3, 4]),
});

/**
 * `GET /api/v3/klines`: 2 of 6000 units of weight a minute. At the address for market data only, which asks nobody for a
 * key, and is not closed to the regions in which api.binance.com is.
 */
const binance: Adapter = {
  ...klines("https://data-api.binance.vision/api/v3/klines", 1_000),
  perSecond: 50,
  nameOf: (ticker) => /^[A-Z0-9]+$/.test(ticker) ? ticker : null,
};

/** `GET /fapi/v1/klines`: of 2400 units of weight a minute a request of up to 499 minutes takes 2. TradingView's `.P` is a perpetual. */
const binanceFutures: Adapter = {
  ...klines("https://fapi.binance.com/fapi/v1/klines", 499),
  perSecond: 18,
  nameOf: (ticker) => PERPETUAL.test(ticker) ? ticker.replace(PERPETUAL, "") : null,
};

const COINBASE_PAIR = /^([A-Z0-9]{2,})(USDT|USDC|USD|EUR|GBP|BTC|ETH)$/;

/**
 * `GET /products/{id}/candles` of Coinbase Exchange: `[time in s, low, high, open, close, volume]`, the newest first, at
 * most 300; minutes without a trade are left out, and some before the start may be among them. The newest may be some
 * minutes late.
 */
const coinbase: Adapter = {
  minutesAtOnce: 300,
  perSecond: 8,
  nameOf: (ticker) => COINBASE_PAIR.test(ticker) ? ticker.replace(COINBASE_PAIR, "$1-$2") : null,
  urlOf: ({ url }, name, { from, to }) =>
    withQuery(
      url ?? "https://api.exchange.coinbase.com/products",
      // Both ends are of the span: one minute more would be one too many.
      { granularity: 60, start: iso(from), end: iso(to - 60_000) },
      `/${encodeURIComponent(name)}/candles`,
    ),
  read: (answer) => readBarsAt(answer, [0, 3, 2, 1, 4]),
};

const KRAKEN_PAIR = /^([A-Z0-9]{2,}?)(USDT|USDC|USD|EUR|GBP|JPY|CHF|CAD|AUD|XBT|ETH)$/;
/** What Kraken calls by another name than everybody. */
const KRAKEN_NAMES: Record<string, string> = { BTC: "XBT", DOGE: "XDG" };

/** `XBTUSD` is also `XXBTZUSD`, and `USDTUSD` is `USDTZUSD`: older names have an X before a coin, and a Z before money. */
function isSamePair(key: string, name: string): boolean {
  const [, base = name, quote = ""] = KRAKEN_PAIR.exec(name.replace("/", "")) ?? [];
  const older = (part: string) => [part, `X${part}`, `Z${part}`];
  return key === name || older(base).some((coin) => older(quote).some((money) => key === coin + money));
}

/** What an error of an answer of HTTP 200 begins with. Of all others the answer is none. */
const KRAKEN_ERRORS: [start: string, code: AnswerFailure][] = [
  ["EQuery:Unknown asset pair", "unknown_symbol"],
  ["EGeneral:Too many requests", "rate_limited"],
  ["EGeneral:Temporary lockout", "rate_limited"],
  ["EAPI:Rate limit exceeded", "rate_limited"],
  ["EService:", "source_away"],
];
const codeOf = (error: Value | undefined): AnswerFailure =>
  KRAKEN_ERRORS.find(([start]) => typeof error === "string" && error.startsWith(start))?.[1] ??
    "unreadable_answer";

/**
 * `GET /0/public/OHLC`: `{ error: [], result: { pair: [[time in s, open, high, low, close, vwap, volume, count]], last } }`,
 * the oldest first, the last 720 minutes at most, and always the one that is not over yet. About one request a second.
 */
const kraken: Adapter = {
  minutesAtOnce: 720,
  perSecond: 1,
  nameOf(ticker) {
    const [, base = "", quote = ""] = KRAKEN_PAIR.exec(ticker.replace(/BTC$/, "XBT")) ?? [];
    return base === "" ? null : `${KRAKEN_NAMES[base] ?? base}${quote}`;
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
    if (!isSamePair(pair[0], name)) return wrongSymbol;
    return readBarsAt(pair[1], [0, 1, 2, 3, 4]);
  },
};

/**
 * `GET /v2/stocks/bars`: `{ bars: { AAPL: [{ t, o, h, l, c, … }] }, next_page_token }`, the oldest first; minutes without a
 * trade are left out, and a page may have fewer than its limit though there are more: then it has the token of the next. 200
 * requests a minute, and the feed of one exchange (IEX), are free; keys go into the headers
 * `APCA-API-KEY-ID` and `APCA-API-SECRET-KEY`.
 */
const alpaca: Adapter = {
  minutesAtOnce: 1_000,
  perSecond: 3,
  nameOf: (ticker) => /^[A-Z]{1,5}(\.[A-Z]{1,2})?$/.test(ticker) ? ticker : null,
  urlOf: ({ url }, name, { from, to }) =>
    withQuery(url ?? "https://data.alpaca.markets/v2/stocks/bars", {
      symbols: name,
      timeframe: "1Min",
      start: iso(from),
      end: iso(to - 1_000),
      limit: 1_000,
      adjustment: "raw",
      feed: "iex",
      sort: "asc",
    }),
  read(answer, name) {
    const bars = part(answer, "bars");
    const isCut = typeof part(answer, "next_page_token") === "string";
    // Nothing was traded.
    if (bars === null || isMessage(bars) && bars.size === 0) return { ok: true, bars: [], isCut };
    if (!isMessage(bars)) return unreadable;
    if (bars.size !== 1 || !bars.has(name)) return wrongSymbol;
    const read = readBarsAt(bars.get(name), ["t", "o", "h", "l", "c"]);
    return read.ok ? { ...read, isCut } : read;
  },
};

export const ADAPTERS: Readonly<Record<Kind, Adapter>> = {
  binance,
  binance_futures: binanceFutures,
  coinbase,
  kraken,
  alpaca,
  http: httpSource,
};

/** Who is asked for a symbol, and what it is called there. */
export type Choice = NonNullable<ReturnType<typeof chooseSource>>;

/** The source that answers for a symbol: the operator's choice, else the first of its exchange that knows such; null: none that is on. */
export function chooseSource(
  { symbol, exchange, source: chosen, name, allow_nonpositive: allowNonpositive }: Omit<
    DueSymbol,
    "accounts" | "read_until" | "price"
  >,
  sources: readonly Source[],
) {
  // An account that keeps exchanges apart has it in the symbol.
  const place = exchange === "" ? symbol.slice(0, -tickerOf(symbol).length).replace(/: ?$/, "") : exchange;
  for (const source of sources) {
    if (chosen === null ? !source.exchanges.includes(place) : source.name !== chosen) continue;
    const called = name ?? ADAPTERS[source.kind].nameOf(tickerOf(symbol));
    // `allowNonpositive`: whether its price may be 0 or below; elsewhere that is no price.
    if (called !== null) return { source, name: called, allowNonpositive };
  }
  return null;
}
