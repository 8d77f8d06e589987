import { type Adapter, iso, readBarsAt, withQuery } from "./source.ts";

const PAIR = /^([A-Z0-9]{2,})(USDT|USDC|USD|EUR|GBP|BTC|ETH)$/;

/**
 * `GET /products/{id}/candles` of Coinbase Exchange: `[time in s, low, high, open, close, volume]`, the newest first, at
 * most 300; minutes without a trade are left out, and some before the start may be among them. The newest may be some
 * minutes late.
 */
export const coinbase: Adapter = {
  minutesAtOnce: 300,
  perSecond: 8,
  nameOf: (ticker) => PAIR.test(ticker) ? ticker.replace(PAIR, "$1-$2") : null,
  urlOf: ({ url }, name, { from, to }) =>
    withQuery(
      url ?? "https://api.exchange.coinbase.com/products",
      // Both ends are of the span: one minute more would be one too many.
      { granularity: 60, start: iso(from), end: iso(to - 60_000) },
      `/${encodeURIComponent(name)}/candles`,
    ),
  read: (answer) => readBarsAt(answer, [0, 3, 2, 1, 4]),
};
