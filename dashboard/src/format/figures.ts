import type { Coverage } from "../api/reads.ts";
import { formatDecimal, signOf } from "./decimal.ts";

/** How many there are; nothing said means none. */
export const counted = (number: number | null): string => formatDecimal(String(number ?? 0));

/** A ratio, such as a profit factor. */
export const ratio = (text: string): string => formatDecimal(text, { least: 2, most: 2 });

/** A gain or a loss in percent. */
export const percent = (text: string): string => `${formatDecimal(text, { least: 2, most: 2, plus: true })}%`;

/** A part of 1, in percent. */
export const share = (text: string): string => formatDecimal(text, { most: 1 }, { style: "percent" });

/** How many of the held days had a mark. A day counts once for each symbol: a month has more than 31 perhaps. */
export const coverageText = ({ held_days, marked_days }: Coverage): string =>
  held_days === 0 ? "none held" : `${marked_days} of ${held_days}`;

/** How large a result is beside the largest of some, 0 to 1: for a shade or a length a float will do. */
export function sizesOf(results: readonly { net_pnl: string }[]): (net_pnl: string) => number {
  const largest = Math.max(...results.map(({ net_pnl }) => Math.abs(Number(net_pnl))), 0);
  return (net_pnl) => largest === 0 ? 0 : Math.abs(Number(net_pnl)) / largest;
}

/** The class that colors a gain or a loss. */
export const toneOf = (amount: string): string => ["down", "", "up"][signOf(amount) + 1] ?? "";
