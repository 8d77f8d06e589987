import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compareDecimals,
  DECIMAL_PATTERN,
  readDecimal,
} from "../../../supabase/functions/_shared/validators/decimal.ts";
import { alertOf, buy, problemsOf } from "./reading.ts";

const readings: [written: string, value: string][] = [
  ["10", "10"],
  ["1e4", "10000"],
  ["1E-4", "0.0001"],
  ["1.08450", "1.0845"],
  ["+5", "5"],
  ["-0", "0"],
  ["-0.0e5", "0"],
  ["0e999999999", "0"],
  [".5", "0.5"],
  ["5.", "5"],
  ["007", "7"],
  ["-12.50", "-12.5"],
  [" 3 ", "3"],
  ["0.000000000000000001", "0.000000000000000001"],
  ["999999999999999999.999999999999999999", "999999999999999999.999999999999999999"],
  ["123456.789e-3", "123.456789"],
];
for (const [written, value] of readings) {
  Deno.test(`${JSON.stringify(written)} is the decimal ${value}`, () => {
    assert.deepEqual(readDecimal(written), { ok: true, value });
  });
}

const refused = [
  "",
  ".",
  "e5",
  "1,5",
  "1,000.50",
  "NaN",
  "na",
  "Infinity",
  "-Infinity",
  "1e18",
  "1e999999999",
  "1e99999999999999999999",
  "1e-19",
  "1e-999999999",
  "1".repeat(19),
  "0." + "1".repeat(19),
  "1".repeat(100_000),
  "0x10",
  "1_000",
  "5%",
  "$5",
  "1 2",
  "--1",
  "١",
];
for (const written of refused) {
  Deno.test(`${JSON.stringify(written.slice(0, 24))} (${written.length} characters) is no decimal`, () => {
    assert.equal(readDecimal(written).ok, false);
  });
}

Deno.test("a bound is named in the message", () => {
  assert.deepEqual(problemsOf(buy({ quantity: "0.1234567890123456789" })), [
    { path: "quantity", message: "has more than 18 digits after the decimal point" },
  ]);
});

Deno.test("a number in JSON keeps every digit that was written", () => {
  assert.equal(
    alertOf('{"symbol":"A","action":"buy","quantity":0.123456789012345678,"price":1}').quantity,
    "0.123456789012345678",
  );
  assert.equal(
    alertOf('{"symbol":"A","action":"buy","quantity":900719925474099301,"price":1}').quantity,
    "900719925474099301",
  );
});

Deno.test("every decimal in bounds reads as itself, however it is written", () => {
  const decimal = fc.tuple(
    fc.boolean(),
    fc.bigInt({ min: 0n, max: 10n ** 36n - 1n }),
    fc.integer({ min: -18, max: 18 }),
  );
  fc.assert(fc.property(decimal, ([minus, digits, shift]) => {
    const text = digits.toString().padStart(37, "0");
    const plain = `${minus ? "-" : ""}${text.slice(0, -18)}.${text.slice(-18)}`;
    const scientific = `${minus ? "-" : ""}${digits}e-18`;
    const [first, second] = [readDecimal(plain), readDecimal(scientific)];
    assert.deepEqual(first, second);
    assert.ok(first.ok && DECIMAL_PATTERN.test(first.value));
    assert.ok(compareDecimals(first.value, "0") === (digits === 0n ? 0 : minus ? -1 : 1));
    const shifted = readDecimal(`${plain}e${shift}`);
    assert.ok(!shifted.ok || DECIMAL_PATTERN.test(shifted.value));
  }));
});

Deno.test("decimals compare by value, not by text", () => {
  assert.ok(compareDecimals("10", "9") > 0);
  assert.ok(compareDecimals("-10", "-9") < 0);
  assert.ok(compareDecimals("0.1", "0.09") > 0);
  assert.equal(compareDecimals("1.5", "1.5"), 0);
});
