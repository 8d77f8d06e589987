/** A market's bars: closes in order, as decimal text. */
export interface Path {
  symbol: string;
  closes: readonly string[];
}

/** What the strategy trades of a market. Contracts are text, as TradingView sends them. */
export interface Plan {
  strategy: string;
  contracts: string;
  fast: number;
  slow: number;
  /** True: short while the fast average is below; false: flat. */
  shorts: boolean;
}

/** A message as an alert's _Message_ field makes it, its placeholders filled in. */
export type Message = Record<string, unknown>;

export const PLANS: Readonly<Record<string, Plan>> = {
  BTCUSDT: { strategy: "SMA 4/16", contracts: "0.8", fast: 4, slow: 16, shorts: false },
  ETHUSDT: { strategy: "SMA 3/10", contracts: "12", fast: 3, slow: 10, shorts: true },
};

const exchange = "BINANCE";

/** Milliseconds of a bar. */
export const BAR = 4 * 3_600_000;
const BARS_A_DAY = 6;

type Side = "long" | "short" | "flat";

/**
 * Every alert that the markets make, in order: the mark of each market at its first bar and when a day closes, so that marks leave the
 * orders in sight, and the order of its strategy at every bar at which the averages have crossed.
 *
 * @param end milliseconds since the epoch at which the last bar closes
 */
export function alertsOf(paths: readonly Path[], end: number): Message[] {
  const bars = Math.max(...paths.map(({ closes }) => closes.length));
  const sides = new Map<string, Side>();
  const messages: Message[] = [];
  for (let bar = 0; bar < bars; bar++) {
    const time = new Date(end - (bars - 1 - bar) * BAR).toISOString().replace(".000Z", "Z");
    for (const path of paths) {
      const plan = PLANS[path.symbol];
      if (plan === undefined) throw new Error(`no plan for ${path.symbol}`);
      if (bar === 0 || (bar + 1) % BARS_A_DAY === 0) messages.push(markOf(path, plan, bar, time));
      const before = sides.get(path.symbol) ?? "flat";
      const wanted = bar === bars - 1 ? before : sideOf(path.closes, bar, plan);
      if (wanted === before) continue;
      messages.push(orderOf(path, plan, bar, time, before, wanted));
      sides.set(path.symbol, wanted);
    }
  }
  return messages;
}

/** Which side the averages say; flat until the slow one is known. */
function sideOf(closes: readonly string[], bar: number, { fast, slow, shorts }: Plan): Side {
  if (bar + 1 < slow) return "flat";
  if (average(closes, bar, fast) > average(closes, bar, slow)) return "long";
  return shorts ? "short" : "flat";
}

function average(closes: readonly string[], bar: number, length: number): number {
  return closes.slice(bar + 1 - length, bar + 1).reduce((sum, close) => sum + Number(close), 0) / length;
}

/** The bar's price as an indicator's alert tells it: once a day, with no order in it. */
function markOf({ symbol, closes }: Path, { strategy }: Plan, bar: number, time: string): Message {
  const named = { ticker: symbol, exchange, strategy_name: strategy };
  return { action: "mark", ...named, close: closes[bar], interval: "240", timenow: time };
}

/** The message of the README, as TradingView fills it in. */
function orderOf(
  { symbol, closes }: Path,
  { strategy, contracts }: Plan,
  bar: number,
  time: string,
  before: Side,
  wanted: Side,
): Message {
  // A reversal is one order of twice the size.
  const size = before !== "flat" && wanted !== "flat" ? 2 * Number(contracts) : Number(contracts);
  return {
    strategy_name: strategy,
    strategy: {
      order_action: wanted === "long" || wanted === "flat" && before === "short" ? "buy" : "sell",
      order_contracts: String(size),
      market_position: wanted,
      market_position_size: wanted === "flat" ? "0" : contracts,
      order_price: closes[bar],
      order_comment: wanted === "flat" ? "averages crossed: out" : `averages crossed: ${wanted}`,
    },
    exchange,
    ticker: symbol,
    interval: "240",
    time,
  };
}
