import type { Value } from "../alerts/message.ts";
import { compareDecimals, decimalIn } from "../validators/decimal.ts";
import { readTime } from "../validators/time.ts";

export const MINUTE = 60_000;

/** A minute of a market. Prices are normalized decimals. */
export interface Bar extends Record<"open" | "high" | "low" | "close", string> {
  /** When the minute was over, in milliseconds since 1970. */
  endsAt: number;
}

/** A bar as an answer has it: when its minute began, and its prices. */
export type WrittenBar = Record<"begins" | "open" | "high" | "low" | "close", Value | undefined>;

/** Reads a bar; null when it is none: not a whole minute, a price that is none, a close beyond its high or low. */
export function readBar({ begins, ...written }: WrittenBar): Bar | null {
  const time = typeof begins === "string" ? readTime(begins) : null;
  if (!time?.ok) return null;
  const endsAt = Date.parse(time.value) + MINUTE;
  const [open, high] = [decimalIn(written.open), decimalIn(written.high)];
  const [low, close] = [decimalIn(written.low), decimalIn(written.close)];
  if (open === null || high === null || low === null || close === null || endsAt % MINUTE !== 0) return null;
  const isWithin = (price: string) => compareDecimals(price, high) <= 0 && compareDecimals(price, low) >= 0;
  return isWithin(open) && isWithin(close) ? { endsAt, open, high, low, close } : null;
}

/** Whether a bar has a price of 0 or below, as few instruments may. */
export const isWorthless = ({ low }: Bar): boolean => compareDecimals(low, "0") <= 0;
