import assert from "node:assert/strict";
import { buy, read } from "./reading.ts";

function hashOf(body: unknown, options = {}): string {
  const result = read(body, options);
  assert.ok(result.ok);
  return result.alerts[0]?.hash ?? "";
}

const hash = hashOf(buy());

Deno.test("the hash is 64 hex digits", () => assert.match(hash, /^[0-9a-f]{64}$/));

Deno.test("spaces, field order and quotes around numbers do not change the hash", () => {
  assert.equal(hashOf('{ "price": 10,\n "quantity" : 1, "action":"buy", "symbol":"AAPL" }'), hash);
});

Deno.test("the key does not change the hash, wherever it is", () => {
  assert.equal(hashOf(buy({ key: "one-key-of-mine" })), hash);
  assert.equal(hashOf(buy({ passphrase: "another-key" })), hash);
});

Deno.test("any other difference changes the hash", () => {
  for (
    const change of [{ quantity: "1.0" }, { comment: "again" }, { time: "2026-11-20T14:30:00Z" }, {
      extra: null,
    }]
  ) {
    assert.notEqual(hashOf(buy(change)), hash, JSON.stringify(change));
  }
});

Deno.test("two strategies that send the same message are two alerts", () => {
  assert.notEqual(hashOf(buy(), { strategy: "A" }), hash);
  assert.notEqual(hashOf(buy(), { strategy: "A" }), hashOf(buy(), { strategy: "B" }));
});

Deno.test("the hash stays what it is from release to release, for stored alerts are found by it", () => {
  assert.equal(hash, "fb7fbb0998052e1161a375b92d5044dc59c9b34fd307c9bf3d58803ec2b5b5a6");
});
