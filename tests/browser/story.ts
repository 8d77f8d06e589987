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
 * Weeks of trading as alerts would have booked them, each at its own time: four markets, three strategies, stops, targets and a
 * refusal. Ends now, with positions held and orders resting.
 */
export async function tellStory(sql: Sql, account: string, days = 45): Promise<void> {
  const random = randomFrom(7);
  const steps = days * 6;
  const begin = Date.now() - days * 24 * HOUR_MS;
  const alerts: Alert[] = [];
  const held = MARKETS.map(() => 0);
  const prices = MARKETS.map(({ price }) => price);
  for (let step = 0; step < steps; step++) {
    MARKETS.forEach((market, index) => {
      const drift = 0.0006 + 0.0024 * Math.sin(step / 23 + index * 1.7);
      const open = prices[index] ?? market.price;
      const price = open * (1 + drift + (random() - 0.5) * 2 * market.swing);
      prices[index] = price;
      const at = new Date(begin + (step * 4 + index / 4) * HOUR_MS).toISOString();
      const bar = {
        account,
        symbol: market.symbol,
        price: price.toFixed(2),
        open: open.toFixed(2),
        high: (Math.max(open, price) * (1 + random() * market.swing / 2)).toFixed(2),
        low: (Math.min(open, price) * (1 - random() * market.swing / 2)).toFixed(2),
        time: at,
        received_at: at,
      };
      const wanted = drift > 0.0012 ? 1 : drift < -0.0011 ? -1 : 0;
      if (wanted === held[index]) return alerts.push({ ...bar, action: "mark" });
      held[index] = wanted;
      const side = ["short", "flat", "long"][wanted + 1];
      const exits = wanted === 1 ? { stop_loss: { percent: "6" }, take_profit: { percent: "14" } } : {};
      const quantity = wanted === 0 ? "0" : market.quantity;
      alerts.push({ ...bar, strategy: market.strategy, target: { side, quantity }, ...exits });
    });
  }
  const last = MARKETS[0];
  alerts.push({ account, symbol: "AAPL", action: "buy", quantity: "100000", price: prices[0]?.toFixed(2), strategy: last?.strategy });
  for (let start = 0; start < alerts.length; start += 100) await book(sql, alerts.slice(start, start + 100));
}
