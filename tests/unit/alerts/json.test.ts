import assert from "node:assert/strict";
import fc from "fast-check";
import { readJson } from "../../../supabase/functions/_shared/alerts/json.ts";
import { isMessage, type Value } from "../../../supabase/functions/_shared/alerts/message.ts";
import { pathsOf, problemsOf, read } from "./reading.ts";

/** A message as JSON.parse would have it, but for numbers, which are text. */
function plain(value: Value): unknown {
  if (isMessage(value)) return Object.fromEntries([...value].map(([name, each]) => [name, plain(each)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

function numbersAsText(value: unknown): unknown {
  if (typeof value === "number") return JSON.stringify(value);
  if (Array.isArray(value)) return value.map(numbersAsText);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, numbersAsText(each)]));
}

// Without the names that the reader refuses on purpose.
const json = fc.jsonValue({ maxDepth: 6, noUnicodeString: false }).filter((value) =>
  !/"(?:__proto__|prototype|constructor)":/.test(JSON.stringify(value))
);

Deno.test("any JSON reads as JSON.parse reads it, numbers as their text", () => {
  fc.assert(
    fc.property(json, fc.constantFrom(0, 2), (value, indent) => {
      const { value: found, problems } = readJson(JSON.stringify(value, null, indent));
      assert.deepEqual(problems, []);
      assert.ok(found !== undefined);
      assert.deepEqual(plain(found), numbersAsText(JSON.parse(JSON.stringify(value))));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("what JSON.parse refuses is refused, and nothing throws", () => {
  const broken = fc.tuple(
    json,
    fc.nat(),
    fc.constantFrom("", ",", '"', "}", "]", ":", "1", "\\", "x", "\n", "\u0001"),
    fc.nat(2),
  );
  fc.assert(
    fc.property(broken, ([value, where, what, cut]) => {
      const text = JSON.stringify({ value });
      const at = where % (text.length + 1);
      const damaged = text.slice(0, at) + what + text.slice(at + cut);
      let valid = true;
      try {
        JSON.parse(damaged);
      } catch {
        valid = false;
      }
      if (!valid) assert.ok(readJson(damaged).problems.length > 0, damaged);
    }),
    { numRuns: 3000 },
  );
});

const mistakes: [name: string, body: string, message: RegExp][] = [
  [
    "a comma after the last field",
    '{"symbol": "A",\n "action": "buy",\n}',
    /comma after the last field \(line 3, column 1\)/,
  ],
  ["single quotes", "{'symbol': 'A'}", /single quotes .* \(line 1, column 2\)/],
  ["curly quotes", "{“symbol”: “A”}", /curly quotes/],
  ["an empty placeholder", '{"symbol": "A", "quantity": }', /value is missing .* \(line 1, column 29\)/],
  ["a missing comma", '{"symbol": "A" "action": "buy"}', /comma or } is missing/],
  ["a line break in a text", '{"comment": "one\ntwo"}', /line break/],
  ["text after the end", '{"symbol": "A"} thanks', /more text follows/],
  ["an unquoted word", '{"symbol": AAPL}', /neither a number nor in double quotes/],
  ["an end that is too early", '{"symbol": "A"', /ends too early/],
  ["a number with a plus", '{"quantity": +5}', /not \+5/],
  ["a number with a leading zero", '{"quantity": 05}', /number is not written as in JSON/],
];
for (const [name, body, message] of mistakes) {
  Deno.test(`${name} is refused in words, with its place`, () => {
    const [problem] = problemsOf(body);
    assert.equal(problem?.code, "invalid_json");
    assert.match(problem?.message ?? "", message);
  });
}

Deno.test("a field that appears twice is refused at our name for it", () => {
  assert.deepEqual(pathsOf('{"ticker":"A","action":"buy","contracts":1,"contracts":100}'), ["quantity"]);
});

Deno.test("a mistake in a signed position size is one of the target", () => {
  assert.deepEqual(pathsOf('{"symbol":"A","position_size":NaN}'), ["target.quantity"]);
});

Deno.test("NaN is refused at our name for the field", () => {
  const [problem] = problemsOf('{"ticker":"A","strategy":{"order_action":"buy","order_contracts":NaN}}');
  assert.equal(problem?.path, "quantity");
  assert.equal(problem?.source, "strategy.order_contracts");
  for (const value of ["Infinity", "-Infinity", "-NaN", "na"]) {
    assert.deepEqual(pathsOf(`{"symbol":"A","action":"buy","quantity":1,"price":${value}}`), ["price"]);
  }
});

Deno.test("a placeholder without quotes is refused at our name for the field", () => {
  assert.deepEqual(pathsOf('{"ticker":"A","action":"buy","quantity":{{strategy.order.contracts}}}'), [
    "quantity",
  ]);
});

for (const name of ["__proto__", "constructor", "prototype"]) {
  Deno.test(`a field ${name} is refused, at any depth, and pollutes nothing`, () => {
    assert.deepEqual(pathsOf(`{"symbol":"A","action":"buy","quantity":1,"${name}":{"polluted":true}}`), [
      name,
    ]);
    assert.deepEqual(pathsOf(`{"symbol":"A","x":[{"${name}":1}]}`), [`x[0].${name}`]);
    assert.deepEqual(pathsOf(`${name}=1\nsymbol=A`), [name]);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
}

Deno.test("nesting is bounded, and very deep nesting costs no stack", () => {
  assert.equal(problemsOf('{"a":'.repeat(9) + "1" + "}".repeat(9))[0]?.code, "too_deep");
  assert.equal(read("[".repeat(1_000_000)).ok, false);
  assert.equal(read('{"a":'.repeat(200_000)).ok, false);
});

Deno.test("a key before a mistake still tells who sent the body", () => {
  const result = read('{"key": "sk_0123456789", "symbol": "A",}');
  assert.deepEqual([result.ok, result.secret], [false, "sk_0123456789"]);
});
