import assert from "node:assert/strict";
import { createHarness, keys, message } from "./harness.ts";
import { KEY_FIELDS } from "../../support/key-places.ts";

const withoutKey = { key: null };

Deno.test("a key may stand in the Authorization header", async () => {
  for (const scheme of ["Bearer", "bearer"]) {
    const { status } = await createHarness().post(message, {
      key: null,
      headers: { authorization: `${scheme} ${keys.trader}` },
    });
    assert.equal(status, 200);
  }
});

Deno.test("a key may stand in x-api-key", async () => {
  const { status } = await createHarness().post(message, {
    key: null,
    headers: { "x-api-key": keys.trader },
  });
  assert.equal(status, 200);
});

Deno.test("a key may stand in the path", async () => {
  assert.equal(
    (await createHarness().post(message, { key: null, path: `/alerts/${keys.trader}` })).status,
    200,
  );
});

Deno.test("a key may stand in the query", async () => {
  assert.equal(
    (await createHarness().post(message, { key: null, path: `/alerts?key=${keys.trader}` })).status,
    200,
  );
});

for (const field of KEY_FIELDS) {
  Deno.test(`a key may stand in the body's ${field}, and does not reach the database`, async () => {
    const harness = createHarness();
    const { status } = await harness.post({
      ...message,
      [field]: keys.trader,
      comment: `with ${keys.trader}`,
    }, withoutKey);
    assert.equal(status, 200);
    assert.equal(harness.booked.length, 1);
    assert.ok(!JSON.stringify(harness.booked).includes(keys.trader));
  });
}

Deno.test("a key may stand in a body of key=value lines", async () => {
  const body = `symbol=AAPL\naction=buy\nquantity=1\nprice=10\nkey=${keys.trader}`;
  assert.equal((await createHarness().post(body, withoutKey)).status, 200);
});

Deno.test("of several keys the first place counts: bearer, x-api-key, path, query, body", async () => {
  const places = (order: string[]) => {
    const [bearer, header, path, query, field] = order;
    const headers: Record<string, string> = {};
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    if (header) headers["x-api-key"] = header;
    return createHarness().post({ ...message, key: field }, {
      key: null,
      path: `/alerts${path ? `/${path}` : ""}${query ? `?key=${query}` : ""}`,
      headers,
    });
  };
  for (let first = 0; first < 5; first++) {
    const only = (key: string, others: string) =>
      Array.from({ length: 5 }, (_, place) => place < first ? "" : place === first ? key : others);
    assert.equal((await places(only(keys.trader, keys.stranger))).status, 200, `place ${first} is right`);
    assert.equal((await places(only(keys.stranger, keys.trader))).status, 401, `place ${first} is wrong`);
  }
});

Deno.test("a token of Supabase's own in the Authorization header is not taken for a key", async () => {
  for (const token of ["eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2ln", "sb_publishable_abc_def"]) {
    const { status } = await createHarness().post(message, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(status, 200);
  }
});

Deno.test("a key outside the body that a comment or an id repeats does not reach the database", async () => {
  const harness = createHarness();
  const { status } = await harness.post({ ...message, id: `id ${keys.trader}`, comment: keys.trader });
  assert.equal(status, 200);
  assert.ok(!JSON.stringify(harness.booked).includes(keys.trader));
  assert.equal(harness.booked[0]?.[0]?.comment, "[key]");
});

Deno.test("without a key the answer is 401 and says where a key may go", async () => {
  const { status, json, headers } = await createHarness().post(message, withoutKey);
  assert.equal(status, 401);
  assert.equal(json.error.code, "missing_key");
  assert.match(headers.get("www-authenticate") ?? "", /^Bearer /);
});

for (
  const [what, key, code] of [
    ["a key that is not listed", keys.stranger, "unknown_key"],
    [
      "a key with a typo",
      `${keys.trader.slice(0, -1)}${keys.trader.endsWith("0") ? "1" : "0"}`,
      "malformed_key",
    ],
    ["a key that has expired", keys.expired, "expired_key"],
    ["any other text", "password", "unknown_key"],
  ] as const
) {
  Deno.test(`${what} is 401, in a header and in the body`, async () => {
    for (
      const { status, json } of [
        await createHarness().post(message, { key }),
        await createHarness().post({ ...message, key }, withoutKey),
      ]
    ) {
      assert.equal(status, 401);
      assert.equal(json.error.code, code);
      assert.ok(!JSON.stringify(json).includes(key));
    }
  });
}

Deno.test("a key without the scope trade is 403", async () => {
  const harness = createHarness();
  const { status, json } = await harness.post(message, { key: keys.reader });
  assert.equal(status, 403);
  assert.equal(json.error.code, "missing_scope");
  assert.equal(harness.booked.length, 0);
});

Deno.test("an alert that halts or resumes an account needs the scope admin", async () => {
  for (const action of ["halt", "resume"]) {
    assert.equal((await createHarness().post({ action }, { key: keys.trader })).status, 403);
    assert.equal((await createHarness().post({ action }, { key: keys.admin })).status, 200);
  }
});

Deno.test("a key bound to an account books there by itself, wherever it stands", async () => {
  const harness = createHarness();
  await harness.post(message, { key: keys.bound });
  await harness.post({ ...message, key: keys.bound }, withoutKey);
  assert.deepEqual(harness.booked.flat().map(({ account }) => account), ["mine", "mine"]);
});

Deno.test("a key bound to an account cannot touch another", async () => {
  const harness = createHarness();
  for (
    const { status, json } of [
      await harness.post(message, { key: keys.bound, path: "/alerts?account=other" }),
      await harness.post({ ...message, key: keys.bound, account: "other" }, withoutKey),
      await harness.post({ ...message, account: "other" }, { key: keys.bound }),
      await harness.post([{ ...message, account: "mine" }, { ...message, account: "other" }], {
        key: keys.bound,
      }),
    ]
  ) {
    assert.equal(status, 403);
    assert.equal(json.error.code, "wrong_account");
    assert.equal(json.error.details[0].path, "account");
  }
  assert.equal(harness.booked.length, 0);
});

Deno.test("a key bound to an account is told what is wrong with its alert as any other is", async () => {
  const { status, json } = await createHarness().post({ ...message, quantity: "-1" }, { key: keys.bound });
  assert.equal(status, 400);
  assert.deepEqual(json.error.details.map(({ path }: { path: string }) => path), ["quantity"]);
});

Deno.test("an unauthenticated sender learns nothing of what it sent", async () => {
  for (
    const body of ["{", "", "nonsense", { symbol: "{{ticker}}" }, [], "\u0000", new Uint8Array([0xff, 0xfe])]
  ) {
    assert.equal((await createHarness().post(body, withoutKey)).status, 401);
    assert.equal((await createHarness().post(body, { key: keys.stranger })).status, 401);
  }
});

Deno.test("a wrong key outside the body is refused before the body is read", async () => {
  const { status } = await createHarness({ bodyLimit: 10 }).post(message, { key: keys.stranger });
  assert.equal(status, 401);
});

Deno.test("no key ever reaches the log, wherever it stands and whatever becomes of it", async () => {
  const harness = createHarness();
  for (const key of Object.values(keys)) {
    await harness.post(message, { key });
    await harness.post(message, { key: null, headers: { authorization: `Bearer ${key}` } });
    await harness.post(message, { key: null, path: `/alerts/${key}` });
    await harness.post(message, { key: null, path: `/alerts/${key}/more` });
    await harness.post(message, { key: null, path: `/alerts?key=${key}` });
    await harness.post({ ...message, key }, withoutKey);
    await harness.post({ ...message, symbol: key, [key]: key, key }, withoutKey);
    await harness.post(`{"key":"${key}", broken ${key}`, withoutKey);
    await harness.post(message, { headers: { "x-request-id": key } });
    await harness.fetch(new Request(`http://host/alerts/${key}?key=${key}`));
  }
  assert.ok(harness.text.length >= 60);
  for (const line of harness.text) {
    for (const key of Object.values(keys)) {
      assert.ok(!line.includes(key), line);
      assert.ok(!line.includes(key.slice(-72, -8)), line);
    }
  }
});

Deno.test("more keys than there are places for them are refused, before each is looked for in every text", async () => {
  const harness = createHarness();
  const post = (count: number) =>
    harness.post(message, {
      key: null,
      path: `/alerts?key=${keys.trader}${"&key=another-key".repeat(count - 1)}`,
    });
  const { status, json } = await post(5);
  assert.deepEqual([status, json.error.code], [400, "too_many_keys"]);
  assert.equal(harness.booked.length, 0);
  assert.equal((await post(4)).status, 200);
});

for (const secret of ["whsec_" + "MDEyMzQ1Njc4".repeat(4), "sb_secret_" + "a1b2c3d4".repeat(4)]) {
  Deno.test(`${secret.slice(0, 9)}… as the request's id or in its query is neither kept nor answered`, async () => {
    const harness = createHarness();
    const asId = await harness.post(message, { headers: { "x-request-id": secret } });
    const asStrategy = await harness.post(message, { path: `/alerts?strategy=${secret}` });
    const asAccount = await harness.post(message, { path: `/alerts?account=${secret}` });
    assert.deepEqual([asId.status, asStrategy.status, asAccount.status], [200, 400, 400]);
    const kept = JSON.stringify([
      harness.booked,
      harness.lines(),
      asId.json,
      asStrategy.json,
      asAccount.json,
    ]);
    assert.ok(!kept.includes(secret));
    assert.ok(!asId.headers.get("x-request-id")?.includes(secret));
  });
}
