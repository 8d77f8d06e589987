/** Exports of the shape of TradingView's "List of trades", made of a seed: files with numbers of their own. */

export interface MadeTrade {
  number: number;
  side: "long" | "short";
  quantity: number;
  entry: MadeLeg;
  exit: MadeLeg;
  /** In cents, exact. */
  profit: number;
  cumulative: number;
}
interface MadeLeg {
  /** As an export writes it: 2025-03-31 08:45. */
  time: string;
  signal: string;
  /** In cents. */
  price: number;
}

/** A generator of numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Lot {
  quantity: number;
  side: "long" | "short";
  entry: MadeLeg;
}

/** So many trades: entries of several lots, partial exits, reversals, and ends in the bar of their entry. */
export function makeTrades(seed: number, count: number): MadeTrade[] {
  const random = seeded(seed);
  const below = (most: number) => Math.floor(random() * most);
  const trades: MadeTrade[] = [];
  let [bar, price, cumulative] = [0, 180_000, 0];
  let lots: Lot[] = [];
  const leg = (signal: string): MadeLeg => ({ time: timeOf(bar), signal, price });
  const enter = (side: "long" | "short", signal: string) => {
    for (let lot = below(3); lot >= 0; lot--) lots.push({ quantity: 1 + below(4), side, entry: leg(signal) });
  };
  const exit = (some: readonly Lot[], signal: string) => {
    for (const { quantity, side, entry } of some) {
      const profit = (price - entry.price) * quantity * (side === "long" ? 1 : -1);
      cumulative += profit;
      trades.push({
        number: trades.length + 1,
        side,
        quantity,
        entry,
        exit: leg(signal),
        profit,
        cumulative,
      });
    }
    lots = lots.filter((lot) => !some.includes(lot));
  };
  while (trades.length < count || lots.length > 0) {
    bar += 1 + below(6);
    price = Math.max(100, price + below(4_001) - 2_000);
    const [first] = lots;
    if (first === undefined) {
      const side = below(2) === 0 ? "long" : "short";
      enter(side, `go ${side}`);
      if (below(8) === 0) {
        price += below(401) - 200;
        exit(lots, "stopped, in its bar");
      }
    } else if (lots.length > 1 && below(2) === 0) exit(lots.slice(0, 1), 'take, "half"');
    else if (below(3) === 0 && trades.length + lots.length < count) {
      const side = first.side === "long" ? "short" : "long";
      exit(lots, `go ${side}`);
      enter(side, `go ${side}`);
    } else exit(lots, "flat");
  }
  return trades;
}

const timeOf = (bar: number): string =>
  new Date(Date.UTC(2025, 2, 31) + bar * 900_000).toISOString().slice(0, 16).replace("T", " ");

/** Cents as an export writes money. */
export const moneyOf = (cents: number): string => (cents / 100).toFixed(2);

/** How an export heads its columns: today's names, unless others are given. */
export const HEADERS = [
  "Trade #",
  "Type",
  "Date and time",
  "Signal",
  "Price USD",
  "Size (qty)",
  "Size (value)",
  "Net P&L USD",
  "Net P&L %",
  "Cumulative P&L USD",
];

/** The rows of an export, the headers first. */
export function rowsOf(trades: readonly MadeTrade[], headers: readonly string[] = HEADERS): string[][] {
  const rows = trades.flatMap(({ number, side, quantity, entry, exit, profit, cumulative }) =>
    ([["Exit", exit], ["Entry", entry]] as const).map(([end, { time, signal, price }]) => [
      ...[String(number), `${end} ${side}`, time, signal, moneyOf(price), String(quantity)],
      ...[moneyOf(entry.price * quantity), moneyOf(profit), "0.00", moneyOf(cumulative)],
    ])
  );
  return [[...headers], ...rows];
}

/** The rows as TradingView writes them: a byte order mark, and quotes where they are needed. */
export const csvOf = (rows: readonly string[][]): string =>
  "\ufeff" + rows.map((row) => row.map(quoted).join(",")).join("\n");

const quoted = (cell: string): string => /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** The bytes of a text. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
