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

/** The class that colors a gain or a loss. */
export const toneOf = (amount: string): string => ["down", "", "up"][signOf(amount) + 1] ?? "";
