import assert from "node:assert/strict";
import fc from "fast-check";
import type { ReadAlerts } from "../../../supabase/functions/_shared/alerts/read-alerts.ts";
import { read, readBytes } from "./reading.ts";
import { character } from "../../support/fuzz.ts";
import { DECIMAL_PATTERN } from "../../../supabase/functions/_shared/validators/decimal.ts";
import { KEY_FIELDS } from "../../support/key-places.ts";

/** FUZZ_RUNS=100000 for the long run. */
const numRuns = Number(Deno.env.get("FUZZ_RUNS") ?? 2000);

const DECIMALS = [
  "quantity",
  "price",
  "limit_price",
  "stop_price",
  "trail_amount",
  "trail_percent",
  "fee",
  "open",
  "high",
  "low",
  "close",
] as const;
const NAMES = [
  "symbol",
  "ticker",
  "action",
  "quantity",
  "price",
  "strategy",
  "position_size",
  "market_position",
  "orderType",
  "limitPrice",
  "takeProfit",
  "stopLoss",
  "percent",
  "time",
  "id",
  "comment",
  "bar",
  "close",
  "tv_instrument",
  "order",
  "max_lag",
];

const word = fc.constantFrom(
  "buy",
  "sell",
  "exit",
  "long",
  "flat",
  "AAPL",
  "NYSE:X",
  "limit",
  "1e3",
  "-0.50",
  "1,5",
  "NaN",
  "{{x}}",
  "",
  "5%",
);
const scalar = fc.oneof(
  word,
  fc.string({ unit: character }),
  fc.double(),
  fc.bigInt().map(String),
  fc.boolean(),
  fc.constant(null),
);
const name = fc.oneof(fc.constantFrom(...NAMES), fc.string());
const message = fc.dictionary(
  name,
  fc.oneof(scalar, fc.dictionary(name, scalar, { maxKeys: 6 }), fc.array(scalar, { maxLength: 3 })),
  { maxKeys: 12 },
);
const secret = fc.uuid().map((id) => `sk_${id.replaceAll("-", "")}`);
const keyField = fc.constantFrom(...KEY_FIELDS);

function assertSound(result: ReadAlerts): void {
  if (!result.ok) {
    assert.ok(result.problems.length > 0);
    for (const { path, message } of result.problems) assert.ok(typeof path === "string" && message !== "");
    return;
  }
  for (const { alert, hash } of result.alerts) {
    for (const field of DECIMALS) {
      const value = alert[field];
      assert.ok(value === null || DECIMAL_PATTERN.test(value), field);
    }
    assert.match(hash, /^[0-9a-f]{64}$/);
    assert.ok(alert.symbol.length <= 64 && JSON.stringify(alert).isWellFormed());
  }
}

Deno.test("any bytes are read or refused, and nothing throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => assertSound(readBytes(bytes))),
    { numRuns },
  );
});

Deno.test("any text is read or refused, and nothing throws", () => {
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 300 }), (text) => assertSound(read(text))),
    { numRuns },
  );
});

Deno.test("any message is read or refused, its decimals are normalized, and its key stays out", () => {
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 3 }),
      secret,
      keyField,
      fc.boolean(),
      (all, key, field, wrap) => {
        const [first = {}, ...others] = all;
        const keyed = { ...first, [field]: key, comment: `see ${key}`, [`x${key}`]: { __proto: key } };
        const result = read(JSON.stringify(wrap ? [keyed, ...others] : keyed));
        assertSound(result);
        assert.ok(!JSON.stringify({ ...result, secret: null }).includes(key));
      },
    ),
    { numRuns },
  );
});

Deno.test("any damage to a message is read or refused, and its key stays out", () => {
  const body = JSON.stringify({
    key: "KEY",
    ticker: "AAPL",
    action: "buy",
    strategy: { position_size: 1.5 },
    price: 10,
  });
  fc.assert(
    fc.property(
      secret,
      fc.nat(),
      fc.nat(3),
      fc.string({ unit: character, maxLength: 3 }),
      (key, where, cut, extra) => {
        const whole = body.replace("KEY", key);
        const at = body.indexOf("KEY") + key.length +
          (where % (whole.length - body.indexOf("KEY") - key.length));
        const result = read(whole.slice(0, at) + extra + whole.slice(at + cut));
        assertSound(result);
        assert.ok(!JSON.stringify({ ...result, secret: null }).includes(key));
      },
    ),
    { numRuns },
  );
});
