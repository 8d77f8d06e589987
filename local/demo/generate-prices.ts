/**
 * Makes `prices.csv`: `deno run -A local/demo/generate-prices.ts > local/demo/prices.csv`. Two random walks with drifts
 * that change, as markets have them, from one seed: the same file every time.
 */

/** Bars of four hours: 26 weeks. */
const BARS = 26 * 7 * 6;
const SEED = 20_261_101;

/** A market: where it begins, how much a bar moves it, how far the two markets move together. */
interface Market {
  symbol: string;
  start: number;
  volatility: number;
  decimals: number;
}

const MARKETS: readonly Market[] = [
  { symbol: "BTCUSDT", start: 61_400, volatility: 0.0095, decimals: 0 },
  { symbol: "ETHUSDT", start: 2_480, volatility: 0.0125, decimals: 2 },
];

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

/** The file's text: a head, then one line a bar with the close of each market. */
export function generatePrices(): string {
  const random = randomFrom(SEED);
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const prices = MARKETS.map(({ start }) => start);
  let drift = 0;
  const lines = [`bar,${MARKETS.map(({ symbol }) => symbol).join(",")}`];
  for (let bar = 0; bar < BARS; bar++) {
    // About every ten days the wind turns.
    if (bar % 60 === 0) drift = (random() - 0.42) * 0.006;
    const common = gaussian();
    MARKETS.forEach(({ volatility }, index) => {
      const own = 0.75 * common + 0.66 * gaussian();
      prices[index] = (prices[index] ?? 0) * Math.exp(drift + volatility * own);
    });
    lines.push([bar, ...MARKETS.map(({ decimals }, index) => prices[index]?.toFixed(decimals))].join(","));
  }
  return lines.join("\n") + "\n";
}

if (import.meta.main) Deno.stdout.writeSync(new TextEncoder().encode(generatePrices()));
