import type { Path } from "./strategy.ts";

/** Bars of four hours: 26 weeks. */
const BARS = 26 * 7 * 6;
const SEED = 20_261_101;

/** A market: where it begins, how much a bar moves it. */
const MARKETS = [
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

/** Two random walks with drifts that change, as markets have them, from one seed: the same every time. */
export function makePrices(): Path[] {
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
