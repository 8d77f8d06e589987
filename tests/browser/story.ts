import type { Sql } from "postgres";
import { type Alert, book } from "../support/engine.ts";

/** A random walk that is the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const HOUR_MS = 3600_000;
const MARKETS = [
  { symbol: "AAPL", price: 190, swing: 0.006, strategy: "Breakout", quantity: "40" },
  { symbol: "BTCUSD", price: 68_000, swing: 0.012, strategy: "Trend 4h", quantity: "0.15" },
  { symbol: "ES1!", price: 5_300, swing: 0.004, strategy: "Mean reversion", quantity: "3" },
  { symbol: "NVDA", price: 121, swing: 0.011, strategy: "Breakout", quantity: "55" },
];

/**
 * Weeks of trading as alerts would have booked them, each at its own time: four markets, three strategies that follow moving
 * averages, stops, targets and a refusal. Ends now, with positions held and orders resting.
 */
export async function tellStory(sql: Sql, account: string, days = 45): Promise<void> {
  const begin = Date.now() - days * 24 * HOUR_MS;
  const alerts = MARKETS.flatMap((market, index) => {
    const random = randomFrom(11 + index * 101);
    return tradeMarket(market, days * 12, random, (step) => begin + (step * 2 + index / 4) * HOUR_MS);
  });
  alerts.sort((a, b) => String(a.time).localeCompare(String(b.time)));
  alerts.push({ symbol: "AAPL", action: "buy", quantity: "100000", price: "240.5", strategy: "Breakout" });
  const owned = alerts.map((alert) => ({ ...alert, account }));
  for (let start = 0; start < owned.length; start += 100) await book(sql, owned.slice(start, start + 100));
}

function tradeMarket(
  { symbol, price, swing, strategy, quantity }: typeof MARKETS[number],
  steps: number,
  random: () => number,
  timeOf: (step: number) => number,
): Alert[] {
  const closes: number[] = [price];
  const average = (length: number) =>
    closes.slice(-length).reduce((sum, each) => sum + each, 0) / Math.min(length, closes.length);
  let [held, push] = [0, 0];
  return Array.from({ length: steps }, (_, step) => {
    const open = closes.at(-1) ?? price;
    push = 0.93 * push + (random() - 0.49) * swing * 0.32;
    const close = open * (1 + push + (random() - 0.5) * swing);
    closes.push(close);
    const at = new Date(timeOf(step)).toISOString();
    const bar = {
      symbol,
      price: close.toFixed(2),
      open: open.toFixed(2),
      high: (Math.max(open, close) * (1 + random() * swing / 3)).toFixed(2),
      low: (Math.min(open, close) * (1 - random() * swing / 3)).toFixed(2),
      time: at,
      received_at: at,
    };
    const wanted = step < 30 ? 0 : Math.sign(average(8) - average(30));
    if (wanted === held) return { ...bar, action: "mark" };
    held = wanted;
    const exits = wanted === 1 ? { stop_loss: { percent: "5" }, take_profit: { percent: "12" } } : {};
    return { ...bar, strategy, target: { side: wanted === 1 ? "long" : "short", quantity }, ...exits };
  });
}
