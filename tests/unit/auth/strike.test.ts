import assert from "node:assert/strict";
import fc from "fast-check";
import { createApiKeyAuthService } from "../../../supabase/functions/_shared/auth/api-keys.ts";
import { createStrike, strikeShapes, strikeValue } from "../../../supabase/functions/_shared/auth/strike.ts";

const service = createApiKeyAuthService({ secret: "a secret of the tests, long enough", apiKeys: "" });
const make = (id: string) => service.generateApiKey({ id }).key;

Deno.test("a key of ours is struck wherever it stands in a text, known or not", () => {
  const [one, other] = [make("one"), make("other")];
  assert.equal(strikeShapes(`a ${one} b${other}c`), "a [key] b[key]c");
});

Deno.test("whatever an id looks like and whatever stands around it, the whole key goes", () => {
  const id = fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,63}$/);
  const around = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.constantFrom("sa_", "sa_sa_x", "_", "a".repeat(72), `_${"0".repeat(72)}`, `sa_x_${"0".repeat(72)}`),
  );
  fc.assert(fc.property(id, around, around, (name, before, after) => {
    const key = make(name);
    const struck = strikeShapes(before + key + after);
    assert.ok(!struck.includes(key.slice(-72)), struck);
  }));
});

Deno.test("what only looks like a key stays: one character changed, and its checksum is wrong", () => {
  const key = make("one");
  const wrong = key.slice(0, -1) + (key.endsWith("0") ? "1" : "0");
  assert.equal(strikeShapes(wrong), wrong);
  assert.equal(strikeShapes("sa_ and _ and a plain comment"), "sa_ and _ and a plain comment");
});

Deno.test("signing secrets and Supabase's secret keys are struck by their beginning", () => {
  assert.equal(strikeShapes(`x whsec_${"a".repeat(32)}= y`), "x [key] y");
  assert.equal(strikeShapes(`sb_secret_${"N7UND0UgjKTVK".repeat(2)}`), "[key]");
});

Deno.test("characters that nobody sees hide no key, and stay where there is none", () => {
  const invisible = [
    "\u200b",
    "\u00ad",
    "\ufe0f",
    "\u034f",
    "\u{e0041}",
    "\u115f",
    "\ufffe",
    "\u{1ffff}",
    "\ufdd0",
    "\u2800",
  ];
  for (const character of invisible) {
    const key = make("one");
    const split = [...key].join(character);
    assert.equal(strikeShapes(`a ${split} ${key}`).replace(/[^a-z[\]]/g, ""), "a[key][key]");
    assert.equal(strikeShapes(`my_${character}order`), `my_${character}order`);
  }
});

Deno.test("a presented key is struck whatever its form, the longer of two first", () => {
  const strike = createStrike(["12345678", "123456789", "short"]);
  assert.equal(strike("a 123456789 b 12345678 c short"), "a [key] b [key] c short");
});

Deno.test("all texts of a value are struck, names too; a value without any is itself", () => {
  const key = make("one");
  const strike = createStrike([]);
  const plain = { a: [1, "b", null], c: new Map([["d", "e"]]) };
  assert.equal(strikeValue(plain, strike), plain);
  const struck = strikeValue({ [key]: [new Map<string, unknown>([[`x${key}`, { y: key }]])] }, strike);
  assert.deepEqual(struck, { "[key]": [new Map([["x[key]", { y: "[key]" }]])] });
});
