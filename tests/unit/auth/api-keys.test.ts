import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import {
  createApiKeyAuthService,
  parseApiKeys,
  parseScopes,
} from "../../../supabase/functions/_shared/auth/api-keys.ts";
import { checksum } from "../../../supabase/functions/_shared/auth/checksum.ts";

const secret = "a secret of the tests, long enough";
const hashOf = (key: string) => createHmac("sha256", secret).update(key).digest("hex");
const maker = createApiKeyAuthService({ secret, apiKeys: "" });
const serviceFor = (apiKeys: string, now = Date.now) => createApiKeyAuthService({ secret, apiKeys, now });

Deno.test("the checksum is CRC-32", () => {
  assert.equal(checksum("123456789"), "cbf43926");
  assert.equal(checksum(""), "00000000");
});

Deno.test("a new key is its prefix, id, 256 bits and a checksum, and its hash is their HMAC", () => {
  const { key, hash, entry } = maker.generateApiKey({ id: "trading_view.1" });
  assert.match(key, /^sa_trading_view\.1_[0-9a-f]{72}$/);
  assert.equal(key.slice(-8), checksum(key.slice(0, -8)));
  assert.equal(hash, hashOf(key));
  assert.equal(entry, `trading_view.1:${hash}`);
});

Deno.test("a hash is the HMAC under a secret of any length, also of one over a block of SHA-256", () => {
  for (const length of [32, 63, 64, 65, 200]) {
    for (const secret of ["x".repeat(length), "ü".repeat(length)]) {
      const { key, hash } = createApiKeyAuthService({ secret, apiKeys: "" }).generateApiKey({ id: "tv" });
      assert.equal(hash, createHmac("sha256", secret).update(key).digest("hex"));
    }
  }
});

Deno.test("no two keys are the same", () => {
  const keys = Array.from({ length: 100 }, () => maker.generateApiKey({ id: "tv" }).key);
  assert.equal(new Set(keys).size, 100);
});

Deno.test("the entry of a key with scopes, account and expiry reads back as them", () => {
  const expiresAt = new Date("2030-01-02T03:04:05Z");
  const { key, entry } = maker.generateApiKey({
    id: "tv",
    scopes: ["read", "admin"],
    account: "my paper",
    expiresAt,
  });
  assert.deepEqual(serviceFor(entry).checkApiKey(key), {
    ok: true,
    id: "tv",
    scopes: ["read", "admin"],
    account: "my paper",
  });
  assert.deepEqual(parseApiKeys(entry)[0]?.expiresAt, expiresAt.getTime());
});

Deno.test("an entry of id and hash alone may trade and read on any account, forever", () => {
  const { key, entry } = maker.generateApiKey({ id: "tv" });
  assert.deepEqual(serviceFor(entry).checkApiKey(key), {
    ok: true,
    id: "tv",
    scopes: ["trade", "read"],
    account: null,
  });
});

Deno.test("a key of any text is valid when its hash is listed", () => {
  const key = "correct horse battery staple";
  assert.deepEqual(serviceFor(`mine:${hashOf(key)}`).checkApiKey(key), {
    ok: true,
    id: "mine",
    scopes: ["trade", "read"],
    account: null,
  });
});

Deno.test("a hash in capitals is the same hash", () => {
  const { key, hash } = maker.generateApiKey({ id: "tv" });
  assert.ok(serviceFor(`tv:${hash.toUpperCase()}`).checkApiKey(key).ok);
});

Deno.test("while keys rotate, both keys of an id are valid", () => {
  const before = maker.generateApiKey({ id: "tv" });
  const after = maker.generateApiKey({ id: "tv" });
  const service = serviceFor(`${before.entry}, ${after.entry}`);
  assert.ok(service.checkApiKey(before.key).ok);
  assert.ok(service.checkApiKey(after.key).ok);
  assert.equal(service.getKeyCount(), 2);
});

Deno.test("a key that is not listed is unknown, also with the id of one that is", () => {
  const service = serviceFor(maker.generateApiKey({ id: "tv" }).entry);
  const stranger = maker.generateApiKey({ id: "tv" }).key;
  assert.deepEqual(service.checkApiKey(stranger), { ok: false, code: "unknown_key" });
  assert.deepEqual(service.checkApiKey("x"), { ok: false, code: "unknown_key" });
  assert.deepEqual(service.checkApiKey(""), { ok: false, code: "unknown_key" });
});

Deno.test("without any entry, no key is valid", () => {
  assert.equal(maker.getKeyCount(), 0);
  assert.deepEqual(maker.checkApiKey(maker.generateApiKey({ id: "tv" }).key), {
    ok: false,
    code: "unknown_key",
  });
});

Deno.test("a typo in a key is told by its checksum", () => {
  const { key, entry } = maker.generateApiKey({ id: "tv" });
  const service = serviceFor(entry);
  for (let place = 0; place < key.length; place++) {
    const other = key[place] === "0" ? "1" : "0";
    const check = service.checkApiKey(key.slice(0, place) + other + key.slice(place + 1));
    assert.equal(check.ok, false, `at ${place}`);
    // The prefix makes it a key of ours at all.
    if (place > 2) {
      assert.deepEqual(check, { ok: false, code: "malformed_key" }, `at ${place}`);
    }
  }
});

Deno.test("a key is valid up to its expiry, and counted so", () => {
  let now = Date.parse("2029-12-31T23:59:59.999Z");
  const { key, entry } = maker.generateApiKey({ id: "tv", expiresAt: new Date("2030-01-01T00:00:00Z") });
  const service = serviceFor(entry, () => now);
  assert.ok(service.checkApiKey(key).ok);
  assert.equal(service.getKeyCount(), 1);
  now += 1;
  assert.deepEqual(service.checkApiKey(key), { ok: false, code: "expired_key" });
  assert.equal(service.getKeyCount(), 0);
});

Deno.test("a key made with another secret is unknown", () => {
  const other = createApiKeyAuthService({ secret: `${secret}!`, apiKeys: "" });
  const { key, entry } = other.generateApiKey({ id: "tv" });
  assert.deepEqual(serviceFor(entry).checkApiKey(key), { ok: false, code: "unknown_key" });
});

Deno.test("what no entry can hold is refused when a key is made", () => {
  for (const id of ["", "-x", "a:b", "a,b", "a b", "x".repeat(65)]) {
    assert.throws(() => maker.generateApiKey({ id }), RangeError, id);
  }
  assert.throws(() => maker.generateApiKey({ id: "tv", account: "a:b" }), RangeError);
  assert.throws(() => maker.generateApiKey({ id: "tv", account: "a,b" }), RangeError);
});

Deno.test("blank entries and spaces around entries are nothing", () => {
  assert.deepEqual(parseApiKeys(""), []);
  assert.equal(parseApiKeys(` , tv:${"0".repeat(64)} ,, x:${"1".repeat(64)}::: ,`).length, 2);
});

Deno.test("a malformed entry is told by its place, without a word of it", () => {
  const hash = "0123456789abcdef".repeat(4);
  const good = `tv:${hash}`;
  for (
    const [bad, said] of [
      ["tv", /entry 2 has no hash/],
      ["tv:1234", /entry 2 has no hash/],
      [`:${hash}`, /entry 2 has an id/],
      [`t v:${hash}`, /entry 2 has an id/],
      [`${hash}:tv`, /entry 2 has no hash/],
      [`tv:${hash}:trade+fly`, /entry 2 has a scope/],
      [`tv:${hash}:trade::tomorrow`, /entry 2 has an expiry/],
      [`tv:${hash}:trade::12/11/2030`, /entry 2 has an expiry/],
      [`tv:${hash}:trade::2030-01-01T00:00:00`, /entry 2 has an expiry/],
      [`tv:${hash}:trade::2030-13-01`, /entry 2 has an expiry/],
    ] as const
  ) {
    assert.throws(() => parseApiKeys(`${good},${bad}`), (error: Error) => {
      assert.match(error.message, said);
      assert.ok(!error.message.includes("0123456789"), error.message);
      return true;
    });
  }
});

Deno.test("scopes are words joined by +", () => {
  assert.deepEqual(parseScopes("admin"), ["admin"]);
  assert.deepEqual(parseScopes("trade+read+admin"), ["trade", "read", "admin"]);
  for (const bad of ["", "root", "trade,read", "trade+", "Trade"]) assert.equal(parseScopes(bad), null, bad);
});

Deno.test("while secrets rotate, keys made with either are valid, and new ones are made with the new", () => {
  const before = maker.generateApiKey({ id: "old" });
  const rotating = createApiKeyAuthService({
    secret: `${secret}, the next`,
    previousSecret: secret,
    apiKeys: before.entry,
  });
  assert.ok(rotating.checkApiKey(before.key).ok);
  const after = rotating.generateApiKey({ id: "new" });
  const both = `${before.entry},${after.entry}`;
  const during = createApiKeyAuthService({
    secret: `${secret}, the next`,
    previousSecret: secret,
    apiKeys: both,
  });
  const done = createApiKeyAuthService({ secret: `${secret}, the next`, apiKeys: both });
  assert.deepEqual([before, after].map(({ key }) => during.checkApiKey(key).ok), [true, true]);
  assert.deepEqual([before, after].map(({ key }) => done.checkApiKey(key).ok), [false, true]);
});

Deno.test("a text that is longer than any key is no key, whatever it begins with", () => {
  const long = "x".repeat(256);
  const service = serviceFor(`mine:${hashOf(long)}`);
  assert.ok(service.checkApiKey(long).ok);
  assert.deepEqual(service.checkApiKey(`${long}x`), { ok: false, code: "unknown_key" });
});

Deno.test("whether a key is live is a plain yes or no, so that a condition on it lets nobody else in", () => {
  const { key, entry } = maker.generateApiKey({ id: "tv" });
  const { validateApiKey } = serviceFor(entry);
  assert.equal(validateApiKey(key), true);
  for (const other of ["", "x", key.slice(0, -1), maker.generateApiKey().key]) {
    assert.equal(validateApiKey(other), false, other);
  }
});

Deno.test("without options a key gets an id of its own, and is good once its entry is listed", () => {
  const [one, two] = [maker.generateApiKey(), maker.generateApiKey()];
  const service = serviceFor(`${one.entry},${two.entry}`);
  assert.deepEqual([one, two].map(({ key }) => service.validateApiKey(key)), [true, true]);
  const ids = [one, two].map(({ key }) => service.checkApiKey(key)).map((check) => check.ok && check.id);
  assert.equal(new Set(ids).size, 2);
});
