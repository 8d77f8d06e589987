/** Bars of four hours: 26 weeks. */
const BARS = 26 * 7 * 6;
const BARS_A_DAY = 6;
/** Milliseconds of a bar. */
export const BAR = 4 * 3_600_000;
const SEED = 20_261_101;

interface Market {
  symbol: string;
  /** Where its price begins; then how much a bar moves it, as a share. */
  start: number;
  volatility: number;
  decimals: number;
  /** What the strategy trades of it. Contracts are text, as TradingView sends them. */
  strategy: string;
  contracts: string;
  fast: number;
  slow: number;
  /** True: short while the fast average is below; false: flat. */
  shorts: boolean;
}

export const MARKETS: readonly Market[] = [
  {
    ...{ symbol: "BTCUSDT", start: 61_400, volatility: 0.0095, decimals: 0 },
    ...{ strategy: "SMA 4/16", contracts: "0.8", fast: 4, slow: 16, shorts: false },
  },
  {
    ...{ symbol: "ETHUSDT", start: 2_480, volatility: 0.0125, decimals: 2 },
    ...{ strategy: "SMA 3/10", contracts: "12", fast: 3, slow: 10, shorts: true },
  },
];

/** A market and its bars: closes in order, as decimal text. */
type Path = ReturnType<typeof makePrices>[number];

/** A message as an alert's _Message_ field makes it, its placeholders filled in. */
export type Message = Record<string, unknown>;

type Side = "long" | "short" | "flat";

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 4_294_967_296;
  };
}

/** Two random walks with drifts that change, as markets have them, from one seed: the same every time. */
export function makePrices() {
  const random = randomFrom(SEED);
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const walks = MARKETS.map((market) => ({ ...market, price: market.start, closes: [] as string[] }));
  let drift = 0;
  for (let bar = 0; bar < BARS; bar++) {
    // About every ten days the wind turns.
    if (bar % 60 === 0) drift = (random() - 0.42) * 0.006;
    const common = gaussian();
    for (const walk of walks) {
      const own = 0.75 * common + 0.66 * gaussian();
      walk.price *= Math.exp(drift + walk.volatility * own);
      walk.closes.push(walk.price.toFixed(walk.decimals));
    }
  }
  return walks;
}

/**
 * Every alert that the markets make, in order: the mark of each market at its first bar and when a day closes, so that marks leave the
 * orders in sight, and the order of its strategy at every bar at which the averages have crossed.
 *
 * @param end milliseconds since the epoch at which the last bar closes
 */
export function alertsOf(paths: readonly Path[], end: number): Message[] {
  const sides = new Map<Path, Side>();
  const messages: Message[] = [];
  for (let bar = 0; bar < BARS; bar++) {
    const time = new Date(end - (BARS - 1 - bar) * BAR).toISOString().replace(".000Z", "Z");
    for (const path of paths) {
      if (bar === 0 || (bar + 1) % BARS_A_DAY === 0) messages.push(markOf(path, bar, time));
      const before = sides.get(path) ?? "flat";
      const wanted = bar === BARS - 1 ? before : sideOf(path, bar);
      if (wanted === before) continue;
      messages.push(orderOf(path, bar, time, before, wanted));
      sides.set(path, wanted);
    }
  }
  return messages;
}

/** Which side the averages say; flat until the slow one is known. */
function sideOf({ closes, fast, slow, shorts }: Path, bar: number): Side {
  if (bar + 1 < slow) return "flat";
  const average = (length: number) =>
    closes.slice(bar + 1 - length, bar + 1).reduce((sum, close) => sum + Number(close), 0) / length;
  if (average(fast) > average(slow)) return "long";
  return shorts ? "short" : "flat";
}

const exchange = "BINANCE";

/** The bar's price as an indicator's alert tells it: once a day, with no order in it. */
const markOf = ({ symbol, strategy, closes }: Path, bar: number, time: string): Message => ({
  ...{ action: "mark", ticker: symbol, exchange, strategy_name: strategy },
  ...{ close: closes[bar], interval: "240", timenow: time },
});

/** The message of the README, as TradingView fills it in. */
function orderOf(path: Path, bar: number, time: string, before: Side, wanted: Side): Message {
  const { symbol, strategy, contracts, closes } = path;
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
    ...{ exchange, ticker: symbol, interval: "240", time },
  };
}
