import { isDecimal } from "./decimal.ts";

/** A value that a spreadsheet would run instead of show. */
const FORMULA = /^[=+\-@\t\r\n]/;

function cell(value: string | null): string {
  if (value === null) return "";
  // A quote in front makes it text there. Numbers stay numbers: theirs is the one harmless leading minus.
  const harmless = FORMULA.test(value) && !isDecimal(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Rows as CSV (RFC 4180), with a header; nulls are empty, and no value of a sender becomes a formula. */
export function toCsv(header: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  return [header, ...rows].map((row) => row.map(cell).join(",") + "\r\n").join("");
}
