import { isMessage } from "../alerts/message.ts";
import { type Adapter, iso, part, readBarsAt, unreadable, withQuery, wrongSymbol } from "./source.ts";

/**
 * `GET /v2/stocks/bars`: `{ bars: { AAPL: [{ t, o, h, l, c, … }] }, next_page_token }`, the oldest first; minutes without a
 * trade are left out, and a page may have fewer than its limit though there are more: then it has the token of the next. 200
 * requests a minute, and the feed of one exchange (IEX), are free; keys go into the headers
 * `APCA-API-KEY-ID` and `APCA-API-SECRET-KEY`.
 */
export const alpaca: Adapter = {
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
