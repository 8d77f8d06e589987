import { formatDecimal } from "./decimal.ts";

/** Seconds below which a unit is shown, how many make one, and its name. */
const UNITS = [[1, 0.001, "ms"], [60, 1, "s"], [3_600, 60, "min"], [172_800, 3_600, "h"]] as const;

/** Seconds, a decimal string, as people say them: "40 ms", "2.4 s", "30 min", "5 h", "3 d". */
export function formatSeconds(seconds: string): string {
  const value = Number(seconds);
  const [, divisor, unit] = UNITS.find(([below]) => value < below) ?? [Infinity, 86_400, "d"];
  return `${formatDecimal((value / divisor).toFixed(1), { most: 1 })} ${unit}`;
}
