import { scaled, unscaled } from "../validators/decimal.ts";
import type { Export, Leg, Trade } from "./read-trades.ts";

/** An order of the backtest, as it was filled. */
export interface BacktestOrder extends Leg {
  /** Its place among all, from 1. */
  number: number;
  side: "buy" | "sell";
  quantity: string;
  /** The signed position after it. */
  position: string;
}

/** A moment at which nothing is held: there the file's profit is settled. */
export interface FlatPoint {
  time: string;
  /** How many positions have been closed or turned by then. */
  roundTrips: number;
  /** The file's net profit until then. */
  profit: string;
  /** By how much a right account may differ from it, for what the file rounds and converts; */
  room: string;
  /** and what it made since the flat point before, from what the file says of that. */
  stepRoom: string;
}

/** What to book, and what must come of it. */
export type Plan = ReturnType<typeof planOrders>;

/** TradingView writes money with two decimals; half of one and a little more, for each order. */
const ROUNDING = 6_000_000_000_000_000n;
/**
 * Of a symbol in USDT the profits in USD are converted at TradingView's rates, which are not in the file: measured on its
 * exports, up to 4.4 parts in 1,000 off between two flat points, and 4 on the whole.
 */
const CONVERSION = { sum: 4n, step: 5n };

/** One end of a trade, on its way to be an order. */
interface Fill extends Leg {
  trade: Trade;
  isExit: boolean;
  side: "buy" | "sell";
}

/**
 * The orders that made the trades. What fills at one time and price by one signal on one side is one order: a reversal
 * is an exit and an entry, and a close of three entries three exits. At one time exits come before entries, but after the
 * entries that they end.
 */
export function planOrders({ trades, priceCurrency, profitCurrency }: Export) {
  const orders: BacktestOrder[] = [];
  const flats: FlatPoint[] = [];
  const places = new Map(trades.map((trade, place) => [trade, place]));
  const half = new Set<Trade>();
  let [position, roundTrips] = [0n, 0];
  /** Of the trades that have both their ends: their count, the place of the last one, the sum, and without signs. */
  let [closed, last, profit, moved] = [0, -1, 0n, 0n];
  /** What was there at the last flat point. */
  let before = { orders: 0, moved: 0n };

  const roomFor = (count: number, gains: bigint, parts: bigint): string =>
    unscaled(ROUNDING * BigInt(count) + (priceCurrency !== profitCurrency ? gains * parts / 1_000n : 0n));

  const end = (trade: Trade) => {
    if (!half.delete(trade)) return half.add(trade);
    closed += 1;
    last = Math.max(last, places.get(trade) ?? 0);
    const gain = scaled(trade.profit);
    profit += gain;
    moved += gain < 0n ? -gain : gain;
  };

  const add = (group: readonly Fill[]) => {
    const [first] = group;
    if (first === undefined) return;
    const size = group.reduce((sum, { trade }) => sum + scaled(trade.quantity), 0n);
    const next = position + (first.side === "buy" ? size : -size);
    if (position !== 0n && (next === 0n || next > 0n !== position > 0n)) roundTrips += 1;
    position = next;
    for (const { trade } of group) end(trade);
    const { time, side, price, signal } = first;
    orders.push({
      ...{ number: orders.length + 1, time, side, price, signal },
      quantity: unscaled(size),
      position: unscaled(position),
    });
    if (position !== 0n || half.size > 0) return;
    // The file's own sum, where the trades closed are its first ones: it rounds once, not each of them.
    const sum = last === closed - 1 ? trades[last]?.cumulative ?? null : null;
    flats.push({
      ...{ time, roundTrips, profit: sum ?? unscaled(profit) },
      room: roomFor(orders.length, moved, CONVERSION.sum),
      stepRoom: roomFor(orders.length - before.orders, moved - before.moved, CONVERSION.step),
    });
    before = { orders: orders.length, moved };
  };

  const byTime = [...Map.groupBy(trades.flatMap(fillsOf), ({ time }) => time)]
    .toSorted(([a], [b]) => a < b ? -1 : 1);
  const entered = new Set<Trade>();
  for (const [, together] of byTime) {
    for (const group of inOrder(together, entered)) add(group);
  }
  /** Trades that had not ended. */
  const open = trades.filter(({ exit }) => exit === null).length;
  return { orders, flats, open };
}

function fillsOf(trade: Trade): Fill[] {
  const [into, outOf] = trade.side === "long" ? ["buy", "sell"] as const : ["sell", "buy"] as const;
  const entry: Fill = { trade, isExit: false, side: into, ...trade.entry };
  return trade.exit === null ? [entry] : [entry, { trade, isExit: true, side: outOf, ...trade.exit }];
}

/** Fills of one time by their order, each order after the entries that it ends; `entered` grows by theirs. */
function* inOrder(fills: readonly Fill[], entered: Set<Trade>): Generator<Fill[]> {
  const groups = Map.groupBy(fills, ({ side, price, signal }) => JSON.stringify([side, price, signal]));
  const isReady = (group: readonly Fill[]) =>
    group.every(({ isExit, trade }) => !isExit || entered.has(trade));
  const rank = (group: readonly Fill[]) => group.some(({ isExit }) => isExit) ? 0 : 1;
  const first = (group: readonly Fill[]) => Math.min(...group.map(({ trade }) => trade.number));
  const waiting = [...groups.values()].toSorted((a, b) => rank(a) - rank(b) || first(a) - first(b));
  while (waiting.length > 0) {
    // Two that each end what the other opens: whichever goes first, both come to the same.
    const [group] = waiting.splice(Math.max(waiting.findIndex(isReady), 0), 1);
    for (const { isExit, trade } of group ?? []) if (!isExit) entered.add(trade);
    yield group ?? [];
  }
}
