import { formatDecimal } from "./decimal.ts";

/** Seconds below which a unit is shown, how many make one, and its name. */
const UNITS = [[1, 0.001, "ms"], [60, 1, "s"], [3_600, 60, "min"], [172_800, 3_600, "h"]] as const;

/** Units of an interval, the longest first. */
const PARTS = ["d", "h", "min", "s"];

/** An interval of Postgres, "2 days 04:03:05.6", by its two longest units: "2 d 4 h", "16 h", "5 min 3 s". */
export function formatInterval(interval: string): string {
  const [, days = "0", ...time] = /^(?:(\d+) days? ?)?(?:(\d+):(\d+):(\d+))?/.exec(interval) ?? [];
  const counts = [days, ...time].map((text) => Number(text ?? 0));
  const first = counts.findIndex((count) => count > 0);
  if (first === -1) return "0 s";
  return counts.map((count, index) => ({ count, text: `${count} ${PARTS[index]}` })).slice(first, first + 2)
    .filter(({ count }) => count > 0).map(({ text }) => text).join(" ");
}

/** Seconds, a decimal string, as people say them: "40 ms", "2.4 s", "30 min", "5 h", "3 d". */
export function formatSeconds(seconds: string): string {
  const value = Number(seconds);
  const [, divisor, unit] = UNITS.find(([below]) => value < below) ?? [Infinity, 86_400, "d"];
  return `${formatDecimal((value / divisor).toFixed(1), { most: 1 })} ${unit}`;
}
