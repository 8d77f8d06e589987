import { scaled } from "../validators/decimal.ts";
import type { Bar } from "./source.ts";

/**
 * What of a source's bars is booked, in order: each minute once, those that are over, and no older one; and the first that is
 * too far from the one before it: nothing behind it is booked.
 *
 * @param readUntil bars that ended until then are booked
 * @param lastPrices marks of all accounts: what one of them was told wrong stops the others' marks no more than it moves them.
 * Empty: it was never marked
 */
export function takeBars(
  bars: readonly Bar[],
  { readUntil, lastPrices, maxJumpPercent }: {
    readUntil: number;
    lastPrices: readonly string[];
    maxJumpPercent: string | null;
  },
  now: number,
): { bars: Bar[]; heldBack: Bar | null } {
  const minutes = new Map<number, Bar>();
  for (const bar of bars) {
    const isDue = bar.endsAt > readUntil && bar.endsAt <= now;
    if (isDue && !minutes.has(bar.endsAt)) minutes.set(bar.endsAt, bar);
  }
  const taken: Bar[] = [];
  let last = lastPrices;
  for (const bar of [...minutes.values()].sort((a, b) => a.endsAt - b.endsAt)) {
    if (
      last.length > 0 && maxJumpPercent !== null && last.every((price) => isJump(bar, price, maxJumpPercent))
    ) {
      return { bars: taken, heldBack: bar };
    }
    taken.push(bar);
    last = [bar.close];
  }
  return { bars: taken, heldBack: null };
}

/** Whether a bar reaches further from a price than so many percent of it. */
function isJump({ high, low }: Bar, from: string, percent: string): boolean {
  const [base, most] = [scaled(from), scaled(percent)];
  const farthest = [high, low].map((price) => scaled(price) - base).map((way) => way < 0n ? -way : way);
  return farthest.some((way) => way * 100n * 10n ** 18n > (base < 0n ? -base : base) * most);
}
