import assert from "node:assert/strict";
import fc from "fast-check";
import { dialectOf } from "../../../supabase/functions/_shared/alerts/dialects/index.ts";
import { collectFields } from "../../../supabase/functions/_shared/alerts/fields.ts";
import { plainPath, WRAPPERS } from "../../../supabase/functions/_shared/alerts/name-index.ts";
import type { Value } from "../../../supabase/functions/_shared/alerts/message.ts";
import { VOCABULARY } from "../../../supabase/functions/_shared/alerts/vocabulary.ts";
import { FUZZ_RUNS } from "../../support/fuzz.ts";
import { alertOf, buy, read } from "./reading.ts";

const own = dialectOf(new Map());
const names = VOCABULARY.flatMap(({ names, when }) => names.map((name) => ({ name, when })));

/** A value with which a name means its field. */
const VALUES: Record<string, Value> = {
  action: "buy",
  side: "long",
  flag: "true",
  reverse: "reverse",
  time: "2026-01-01T00:00:00Z",
  pair: "BTC-USDT",
  "order type": "limit",
  "time in force": "ioc",
  "true, false or all": "true",
  "no kind": "limit",
  list: ["1"],
};

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const spellings = (name: string) => [
  name.toUpperCase(),
  camel(name),
  camel(name).replace(/^\w/, (letter) => letter.toUpperCase()),
  name.replaceAll("_", "-"),
];

const fieldsOf = (name: string, value: Value): string[] =>
  [...collectFields(new Map([[name, value]]), own.names).fields.keys()].sort();

Deno.test("every name reads the same in capitals, in snake and camel case, and with hyphens", () => {
  for (const { name, when } of names) {
    const value = VALUES[when ?? ""] ?? "1";
    const expected = fieldsOf(name, value);
    assert.ok(expected.length > 0, name);
    for (const spelling of spellings(name)) assert.deepEqual(fieldsOf(spelling, value), expected, spelling);
  }
});

Deno.test("every name reads the same dotted, and in an object that only wraps", () => {
  for (const { name, when } of names) {
    const value = VALUES[when ?? ""] ?? "1";
    const expected = fieldsOf(name, value);
    for (const wrapper of ["data", "alert", "payload"]) {
      assert.ok(WRAPPERS.has(wrapper));
      assert.deepEqual(fieldsOf(`${wrapper}.${name}`, value), expected, `${wrapper}.${name}`);
      assert.deepEqual(fieldsOf(wrapper, new Map([[name, value]])), expected, `${wrapper} { ${name} }`);
    }
    const [outer = "", inner] = name.split(".");
    if (inner !== undefined) assert.deepEqual(fieldsOf(outer, new Map([[inner, value]])), expected, name);
  }
});

const ORDER_WORDS = [
  ...[
    "type",
    "side",
    "qty",
    "size",
    "amount",
    "volume",
    "lots",
    "contracts",
    "percent",
    "risk",
    "tp",
    "sl",
    "stop",
  ],
  ...[
    "trail",
    "profit",
    "target",
    "limit",
    "trigger",
    "close",
    "reduce",
    "reverse",
    "hedge",
    "option",
    "strike",
  ],
  ...["expiry", "leg", "quantity", "takeProfit", "stopLoss", "orderType", "pips", "points"],
];
const OTHER_WORDS = [
  "my",
  "new",
  "x",
  "order",
  "base",
  "level",
  "value",
  "one",
  "custom",
  "2",
  "pct",
  "mode",
  "v",
  "is",
];

const name = fc.tuple(
  fc.array(fc.constantFrom(...OTHER_WORDS), { maxLength: 2 }),
  fc.constantFrom(...ORDER_WORDS),
  fc.array(fc.constantFrom(...OTHER_WORDS), { maxLength: 2 }),
  fc.constantFrom("_", "-", "camel", "together", "capitals", "nested", "dotted"),
).map(([before, word, after, style]) => ({ parts: [...before, word, ...after], style }));

/** A message's field of that name: its path, and the message with it. */
function withField({ parts, style }: { parts: string[]; style: string }, value: string) {
  const snake = parts.join("_");
  const named = style === "_" || style === "nested" || style === "dotted"
    ? snake
    : style === "camel"
    ? camel(snake)
    : style === "capitals"
    ? snake.toUpperCase()
    : style === "together"
    ? parts.join("").toLowerCase()
    : parts.join("-");
  if (style === "nested") return { path: `extra.${named}`, message: buy({ extra: { [named]: value } }) };
  const path = style === "dotted" ? `extra.${named}` : named;
  return { path, message: buy({ [path]: value }) };
}

Deno.test("a name that nobody knows and that has a word of an order in it never passes in silence", () => {
  const value = fc.constantFrom("5", "1.5", "true", "10%", "abc", "-3", "buy", "market");
  const plain = read(buy());
  assert.ok(plain.ok);
  let refused = 0;
  let listed = 0;
  fc.assert(
    fc.property(name, value, (name, value) => {
      const { path, message } = withField(name, value);
      const result = read(message);
      if (!result.ok) return void (refused += 1);
      const [alert] = result.alerts;
      // What a name means shows in the alert; a second name of what is there already is no unknown one.
      const isKnown = collectFields(new Map([[path, value]]), own.names).unknown.length === 0;
      const isRead = JSON.stringify(alert?.alert) !== JSON.stringify(plain.alerts[0]?.alert);
      if (isKnown || isRead) return;
      listed += 1;
      assert.deepEqual(alert?.ignored, [path], `${plainPath(path)}=${value}`);
    }),
    { numRuns: FUZZ_RUNS },
  );
  assert.ok(refused > FUZZ_RUNS / 2, `${refused} refused, ${listed} listed`);
});

Deno.test("such a name asks for nothing when its value is empty, zero, false or none: it is listed", () => {
  for (const value of ["0", "0.0", "false", "None", "off", "0%"]) {
    const result = read(buy({ my_target_size: value }));
    assert.ok(result.ok);
    assert.deepEqual(result.alerts[0]?.ignored, ["my_target_size"]);
  }
  for (const value of [null, ""]) assert.deepEqual(alertOf(buy({ my_target_size: value })), alertOf(buy()));
});

for (
  const [what, fields] of [
    ["plots", { plot_0: "1", plot_19: 2.5 }],
    ["figures of a report", {
      risk_reward: "2.5",
      tp_hit: "3",
      position_count: 4,
      profit_factor: "1.4",
      rr: 1.2,
    }],
    ["the position before", { prev_market_position: "long", prevMarketPositionSize: "3" }],
    ["a bar's volume", { open: "9", high: "11", low: "8", close: "10", volume: "123456" }],
  ] as const
) {
  Deno.test(`${what} are read past in silence`, () => {
    const result = read(buy(fields));
    assert.ok(result.ok, JSON.stringify(result));
    assert.deepEqual(result.alerts[0]?.ignored, []);
  });
}

Deno.test("an unknown name without a word of an order is listed, and the order is what it was", () => {
  const result = read(buy({ bot_version: "7", nested: { colour: "red" }, list: ["a", { b: 1 }] }));
  assert.ok(result.ok);
  assert.deepEqual(result.alerts[0]?.ignored, ["bot_version", "nested.colour", "list[0]", "list[1].b"]);
  const plain = read(buy());
  assert.ok(plain.ok);
  assert.deepEqual(result.alerts[0]?.alert, plain.alerts[0]?.alert);
});

Deno.test("of thousands of fields that nobody knows none passes: the message is refused", () => {
  const list = Array.from({ length: 501 }, (_, index) => index);
  assert.ok(!read(buy({ list })).ok);
  assert.ok(read(buy({ list: list.slice(1) })).ok);
});

Deno.test("two names for one size or exit that disagree are refused; that agree are one", () => {
  for (const twice of [{ qty: "2" }, { contracts: 3 }]) {
    assert.ok(!read(buy(twice)).ok, JSON.stringify(twice));
  }
  assert.ok(read(buy({ qty: "1.0", contracts: 1 })).ok);
  assert.ok(!read(buy({ sl: "9", stop_loss: "8" })).ok);
});
