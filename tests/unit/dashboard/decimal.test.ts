import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import {
  addDecimals,
  compactDecimal,
  formatDecimal,
  negated,
  shiftPoint,
  signOf,
} from "../../../dashboard/src/format/decimal.ts";
import { compareDecimals } from "../../../supabase/functions/_shared/validators/decimal.ts";
import { moneyOf } from "../../../dashboard/src/format/money.ts";

/** A count of 10^-18 as a decimal string, as the database writes it. */
function decimalOf(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(19, "0");
  const fraction = digits.slice(-18).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -18)}${fraction === "" ? "" : `.${fraction}`}`;
}
/** Rounded to so many places, with the hyphen of decimals. */
const roundDecimal = (text: string, places: number): string =>
  formatDecimal(text, { most: places }).replace("\u2212", "-");
const units = fc.bigInt({ min: -(10n ** 36n), max: 10n ** 36n });

Deno.test("every digit is shown as it came, thousands apart", () => {
  equal(formatDecimal("1234567.000000000000000001", { most: 18 }), "1,234,567.000000000000000001");
  equal(formatDecimal("-0.5"), "\u22120.5");
  equal(formatDecimal("12", { least: 2 }), "12.00");
  equal(formatDecimal("1000", { plus: true }), "+1,000");
  equal(formatDecimal("0", { plus: true }), "0");
});

Deno.test("rounding is half to even, as in the database", () => {
  for (
    const [text, places, rounded] of [
      ["0.125", 2, "0.12"],
      ["0.135", 2, "0.14"],
      ["-0.125", 2, "-0.12"],
      ["2.5", 0, "2"],
      ["3.5", 0, "4"],
      ["99.999", 2, "100"],
      ["1.1", 5, "1.1"],
    ] as const
  ) equal(roundDecimal(text, places), rounded, text);
});

Deno.test("nothing rounded away keeps its sign", () => {
  equal(formatDecimal("-0.001", { least: 2, most: 2 }), "0.00");
  equal(formatDecimal("0.001", { least: 2, most: 2, plus: true }), "0.00");
});

Deno.test("sums, signs and comparisons are exact at any size", () => {
  fc.assert(fc.property(units, units, (a, b) => {
    equal(compareDecimals(decimalOf(a), decimalOf(b)), a < b ? -1 : a > b ? 1 : 0);
    equal(compareDecimals(addDecimals([decimalOf(a), decimalOf(b)]), decimalOf(a + b)), 0);
    equal(compareDecimals(negated(decimalOf(a)), decimalOf(-a)), 0);
    equal(signOf(decimalOf(a)), a < 0n ? -1 : a > 0n ? 1 : 0);
  }));
  equal(addDecimals([]), "0");
});

Deno.test("a point that is moved there and back is where it was", () => {
  fc.assert(fc.property(units, fc.integer({ min: 0, max: 12 }), (a, places) => {
    equal(compareDecimals(shiftPoint(shiftPoint(decimalOf(a), places), -places), decimalOf(a)), 0);
  }));
  equal(shiftPoint("0.47978", 2), "47.978");
  equal(shiftPoint("1", 2), "100");
});

Deno.test("a small place gets few characters", () => {
  deepEqual(
    ["1234.5", "-999.6", "12345", "1500000", "0.123", "0", "-2000000000"].map((text) =>
      compactDecimal(text, true)
    ),
    ["+1.2k", "\u22121,000", "+12k", "+1.5M", "+0.12", "0", "\u22122B"],
  );
});

Deno.test("money has its currency's sign and decimals", () => {
  equal(moneyOf("USD").amount("-1234.5"), "\u2212$1,234.50");
  equal(moneyOf("USD").amount("12.345", { plus: true }), "+$12.34");
  equal(moneyOf("EUR").amount("0.5"), "€0.50");
  equal(moneyOf("JPY").amount("1234.5"), "¥1,234");
  equal(moneyOf("USDT").amount("1234.5"), "USDT\u00a01,234.50");
  equal(moneyOf("BTC").figures("0.12345678"), "0.12345678");
  equal(moneyOf("USD").amount("-0.001"), "$0.00");
});
