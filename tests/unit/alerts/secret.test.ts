import assert from "node:assert/strict";
import { takeKeys } from "../../../supabase/functions/_shared/alerts/secret.ts";
import { buy, problemsOf, read } from "./reading.ts";
import { KEY_FIELDS } from "../../support/key-places.ts";

const KEY = "sk_0123456789abcdef0123456789abcdef";

for (const name of [...KEY_FIELDS, "apiToken", "KEY", "apiKey"]) {
  Deno.test(`a key in the field ${name} is taken out`, () => {
    const result = read(buy({ [name]: KEY }));
    assert.equal(result.secret, KEY);
    assert.ok(!JSON.stringify({ ...result, secret: null }).includes(KEY));
  });
}

Deno.test("all key fields go, and the first in order is the key", () => {
  const { messages, key, secrets } = takeKeys({
    messages: [new Map([["token", "other-key-1"], ["symbol", "A"], ["key", KEY]])],
    isArray: false,
    problems: [],
  });
  assert.deepEqual([...messages[0]?.keys() ?? []], ["symbol"]);
  assert.equal(key, KEY);
  assert.deepEqual(secrets, [KEY, "other-key-1"]);
});

Deno.test("a key in an object of the message is taken out, where the message itself has none first", () => {
  const nested = read({ data: { ...buy(), secret: KEY } });
  assert.ok(nested.ok && nested.secret === KEY);
  const both = read({ ...buy({ key: KEY }), accounts: [{ token: "another-key-of-an-account" }] });
  assert.ok(both.ok && both.secret === KEY);
  const text = read({ message: JSON.stringify({ ...buy(), key: KEY }) });
  assert.ok(text.ok && text.secret === KEY);
  assert.ok(!JSON.stringify([nested, both, text].map((each) => ({ ...each, secret: null }))).includes(KEY));
});

Deno.test("a key field that holds an object or nothing is no key, and goes too", () => {
  assert.equal(read('{"key":{"a":1},"symbol":"A","action":"buy","quantity":1}').secret, null);
  assert.equal(read(buy({ key: "", token: KEY })).secret, KEY);
});

Deno.test("a key that is a number is its text", () => {
  assert.equal(
    read('{"key":12345678901234567890,"symbol":"A","action":"buy","quantity":1}').secret,
    "12345678901234567890",
  );
});

Deno.test("the elements of an array may carry the key, all the same one", () => {
  const same = read([buy({ key: KEY }), buy(), buy({ key: KEY })]);
  assert.ok(same.ok && same.secret === KEY);
  const problems = problemsOf([buy({ key: KEY }), buy({ key: "another-key" })]);
  assert.deepEqual(problems.map(({ path, code }) => [path, code]), [["[1]", "mixed_keys"]]);
});

Deno.test("a key repeated in another field is struck out there", () => {
  const result = read(buy({ key: KEY, comment: `my key is ${KEY}!` }));
  assert.ok(result.ok);
  assert.equal(result.alerts[0]?.alert.comment, "my key is [key]!");
});

Deno.test("no problem repeats the key, wherever it stands", () => {
  const bodies = [
    buy({ key: KEY, action: KEY }),
    buy({ key: KEY, symbol: KEY.toUpperCase(), id: `${KEY}\u0000` }),
    `{"key":"${KEY}","${KEY}":{"__proto__":1}}`,
    `{"key":"${KEY}","x":"${KEY}`,
    `key=${KEY}\n${KEY}\n`,
  ];
  for (const body of bodies) assert.ok(!JSON.stringify(problemsOf(body)).includes(KEY));
});
