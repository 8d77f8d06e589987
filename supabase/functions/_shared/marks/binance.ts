import { type Adapter, readBarsAt, withQuery } from "./source.ts";

const PERPETUAL = /\.P$/;

/** `[open time in ms, open, high, low, close, …]`, the oldest first; the last one may not be over. */
const read: Adapter["read"] = (answer) => readBarsAt(answer, [0, 1, 2, 3, 4]);

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
  read,
});

/**
 * `GET /api/v3/klines`: 2 of 6000 units of weight a minute. At the address for market data only, which asks nobody for a
 * key, and is not closed to the regions in which api.binance.com is.
 */
export const binance: Adapter = {
  ...klines("https://data-api.binance.vision/api/v3/klines", 1_000),
  perSecond: 50,
  nameOf: (ticker) => /^[A-Z0-9]+$/.test(ticker) ? ticker : null,
};

/** `GET /fapi/v1/klines`: of 2400 units of weight a minute a request of up to 499 minutes takes 2. TradingView's `.P` is a perpetual. */
export const binanceFutures: Adapter = {
  ...klines("https://fapi.binance.com/fapi/v1/klines", 499),
  perSecond: 18,
  nameOf: (ticker) => PERPETUAL.test(ticker) ? ticker.replace(PERPETUAL, "") : null,
};
