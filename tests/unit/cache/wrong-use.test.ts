import assert from "node:assert/strict";
import { CacheError } from "../../../supabase/functions/_shared/cache/options.ts";
import { World } from "../../support/cache/world.ts";

const cache = new World().cache({ send: null });
const SECRET = "s3cret";

/** Expects a CacheError of that code whose message repeats no value. */
function refuses(work: () => Promise<unknown>, code: string) {
  return assert.rejects(work, (error) => {
    assert.ok(error instanceof CacheError, String(error));
    assert.equal(error.code, code);
    assert.ok(!error.message.includes(SECRET));
    return true;
  });
}

for (
  const [what, key] of Object.entries({
    "an empty key": "",
    "a key of 10 kB": SECRET.repeat(1_700),
    "a key of 400 characters that are 1,200 bytes": "€".repeat(400),
    "a key with a line break": `${SECRET}\n`,
  })
) {
  Deno.test(`${what} is refused by every method`, async () => {
    await refuses(() => cache.get(key), "invalid_key");
    await refuses(() => cache.set(key, 1), "invalid_key");
    await refuses(() => cache.wrap(key, () => 1), "invalid_key");
    await refuses(() => cache.lookup(key, () => 1), "invalid_key");
    await refuses(() => cache.delete(key), "invalid_key");
    await refuses(() => cache.namespace("n").get(key), "invalid_key");
  });
}

Deno.test("a key that is no text is refused", async () => {
  await refuses(() => cache.get(7 as unknown as string), "invalid_key");
});

for (const ttl of [-1, 0, NaN, Infinity, 6 * 3_600 + 1, "60" as unknown as number]) {
  Deno.test(`a time to live of ${String(ttl)} (${typeof ttl}) is refused`, async () => {
    await refuses(() => cache.set("k", 1, ttl), "invalid_ttl");
    await refuses(() => cache.wrap("new", () => 1, { ttl }), "invalid_ttl");
    await refuses(() => cache.wrap("new", () => 1, { negativeTtl: ttl }), "invalid_ttl");
  });
}

const cyclic: Record<string, unknown> = { [SECRET]: SECRET };
cyclic.self = cyclic;

for (
  const [what, value] of Object.entries({
    "a function": () => SECRET,
    "a symbol": Symbol(SECRET),
    "a bigint": 10n,
    "a cycle": cyclic,
    "NaN": NaN,
    "a Map": new Map([[SECRET, 1]]),
    "a Date": new Date(),
    "a function deep inside": { list: [{ [SECRET]: () => 1 }] },
  })
) {
  Deno.test(`a value that is ${what} is refused, set or loaded`, async () => {
    await refuses(() => cache.set("k", value), "unserializable_value");
    await refuses(() => cache.wrap("new", () => value), "unserializable_value");
  });
}

Deno.test("a value of a megabyte is refused when it is set, and served uncached by Redis when it is loaded", async () => {
  const large = "x".repeat(1_000_000);
  await refuses(() => cache.set("k", large), "value_too_large");
  assert.equal(await cache.wrap("large", () => large), large);
});

Deno.test("a version that is no whole number is refused", async () => {
  for (const version of [-1, 1.5, NaN, 2 ** 53]) {
    await refuses(() => cache.set("k", 1, 60, { version }), "invalid_version");
    await refuses(() => cache.wrap("new", () => 1, { version: () => version }), "invalid_version");
  }
});

Deno.test("an empty pattern and one of 10 kB are refused", async () => {
  await refuses(() => cache.invalidatePattern(""), "invalid_pattern");
  await refuses(() => cache.invalidatePattern("x".repeat(10_000)), "invalid_pattern");
});

Deno.test("a namespace with a colon or a star is refused", () => {
  for (const name of ["", "a:b", "a*"]) {
    assert.throws(
      () => cache.namespace(name),
      (error) => error instanceof CacheError && error.code === "invalid_key",
    );
  }
});
