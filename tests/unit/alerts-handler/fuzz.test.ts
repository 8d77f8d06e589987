/**
 * 100,000 bodies through the whole function in one process, with a database that is played: whatever comes is read or
 * refused, never an error of ours, and no line of the log and no answer holds the key.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { character, damage, damaged, FUZZ_RUNS, message } from "../../support/fuzz.ts";
import { answering, createHarness, filled, keys } from "./harness.ts";
import { KEY_FIELDS } from "../../support/key-places.ts";

const fixtures: { read: { body: unknown }[]; refuse: { body: unknown }[] } = JSON.parse(
  await Deno.readTextFile(new URL("../../fixtures/dialects.json", import.meta.url)),
);
const samples = [...fixtures.read, ...fixtures.refuse].map(({ body }) =>
  (typeof body === "string" ? body : JSON.stringify(body)).replaceAll("$KEY", keys.trader)
);
const heart = keys.trader.slice(-72, -8);

/** How a body comes: with the key in a header, in the path, in the query, or nowhere else. */
const places = [
  { path: "/alerts", headers: { "x-api-key": keys.trader } },
  { path: "/alerts", headers: { authorization: `Bearer ${keys.trader}` } },
  { path: `/alerts/${keys.trader}`, headers: {} },
  { path: `/alerts?key=${keys.trader}&dry_run=1`, headers: {} },
  { path: "/alerts", headers: {} },
];

/** What the answers came to, so that a fuzz that only ever meets one of them is noticed. */
const seen = new Map<number, number>();

function createFuzzed() {
  const harness = createHarness({
    // What reaches the database is checked there: no key, and text that JSON can hold.
    send: answering((alert) => {
      const text = JSON.stringify(alert);
      assert.ok(!text.includes(heart) && text.isWellFormed());
      return filled(alert);
    }),
    bodyLimit: 65_536,
  });
  return async (body: BodyInit, { path, headers }: typeof places[number]) => {
    const response = await harness.fetch(
      new Request(`http://host${path}`, { method: "POST", headers: headers as Record<string, string>, body }),
    );
    const text = await response.text();
    const said = JSON.stringify(harness.text.splice(0));
    harness.booked.length = harness.previewed.length = 0;
    seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
    assert.ok(response.status < 500, `${response.status}: ${said}`);
    assert.ok(!said.includes(heart) && said.includes("request"), said);
    assert.ok(!text.includes(heart) && text.length < 50_000, text);
    JSON.parse(text);
  };
}
const place = fc.constantFrom(...places);
const run = async (share: number, arbitrary: fc.Arbitrary<[string | Uint8Array, typeof places[number]]>) => {
  const post = createFuzzed();
  const property = fc.asyncProperty(arbitrary, ([body, at]) => post(body as BodyInit, at));
  await fc.assert(property, { numRuns: Math.ceil(FUZZ_RUNS * share) });
};

Deno.test("any bytes are answered without an error of ours", async () => {
  await run(0.1, fc.tuple(fc.uint8Array({ maxLength: 200 }), place));
});

Deno.test("any text is answered without an error of ours", async () => {
  await run(0.1, fc.tuple(fc.string({ unit: character, maxLength: 120 }), place));
});

Deno.test("any message is answered without an error of ours, and its key stays out of sight", async () => {
  const keyed = fc.tuple(
    fc.array(message, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(...KEY_FIELDS),
    fc.nat(3),
  )
    .map(([all, field, how]) => {
      const [first = {}, ...others] = all;
      const own = how === 0 ? first : {
        symbol: "AAPL",
        action: "buy",
        quantity: "1",
        ...first,
        [field]: keys.trader,
        comment: `see ${keys.trader}`,
      };
      return JSON.stringify(others.length > 0 || how === 2 ? [own, ...others] : own);
    });
  await run(0.3, fc.tuple(keyed, place));
});

Deno.test("any pairs are answered without an error of ours, and their key stays out of sight", async () => {
  const pairs = fc.tuple(message, fc.constantFrom("\n", "&", ";", ", ", " "), fc.constantFrom("=", ":", ": "))
    .map(([fields, between, sign]) =>
      [...Object.entries(fields), ["key", keys.trader]].map(([name, value]) =>
        `${name}${sign}${typeof value === "string" ? value : JSON.stringify(value)}`
      ).join(between)
    );
  await run(0.1, fc.tuple(pairs, place));
});

Deno.test("any damage to an example of any dialect is answered without an error of ours", async () => {
  const broken = fc.tuple(fc.constantFrom(...samples), fc.array(damage, { minLength: 1, maxLength: 3 }))
    .map(([text, all]) => all.reduce(damaged, text.replace(/^\{/, `{"key":"${keys.trader}",`)));
  await run(0.4, fc.tuple(broken, place));
});

Deno.test("the fuzz met alerts that were booked and alerts that were refused", () => {
  for (const status of [200, 400, 401]) {
    assert.ok((seen.get(status) ?? 0) > FUZZ_RUNS / 1_000, JSON.stringify([...seen]));
  }
});
