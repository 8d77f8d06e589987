import { tickerOf } from "../validators/names.ts";
import { alpaca } from "./alpaca.ts";
import { binance, binanceFutures } from "./binance.ts";
import { coinbase } from "./coinbase.ts";
import { httpSource } from "./http-source.ts";
import { kraken } from "./kraken.ts";
import type { DueSymbol } from "./marks-rpc.ts";
import type { Adapter, Kind, Source } from "./source.ts";

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
