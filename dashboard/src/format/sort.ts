import { compareDecimals } from "../../../supabase/functions/_shared/validators/decimal.ts";
import { isDecimal } from "./decimal.ts";

/** How two values of a column sort: numbers by size, exactly; the rest by the alphabet; nothing last. */
export function compareValues(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (isDecimal(a) && isDecimal(b)) return compareDecimals(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}
