import assert from "node:assert/strict";
import { createHarness, keys, message } from "./harness.ts";

Deno.test("every method but POST is 405 with Allow, with or without a key", async () => {
  for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const response = await createHarness().fetch(new Request("http://host/alerts", { method }));
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get("allow"), "POST");
    await response.body?.cancel();
  }
});

Deno.test("a path that is not there is 404", async () => {
  for (const path of ["/", "/alert", "/alerts/a/b"]) {
    const { status, json } = await createHarness().post(message, { path });
    assert.equal(status, 404, path);
    assert.equal(json.error.code, "not_found");
  }
});

Deno.test("a path with a slash at its end, as people paste it, is the same", async () => {
  assert.equal((await createHarness().post(message, { path: "/alerts/" })).status, 200);
  assert.equal(
    (await createHarness().post(message, { key: null, path: `/alerts/${keys.trader}/` })).status,
    200,
  );
});

Deno.test("a path that is no UTF-8 is a wrong key", async () => {
  assert.equal((await createHarness().post(message, { key: null, path: "/alerts/%E0%A4%A" })).status, 401);
});

Deno.test("a body over the limit is 413 by its announced length", async () => {
  const harness = createHarness({ bodyLimit: 100 });
  const { status, json } = await harness.post("x".repeat(101), { headers: { "content-length": "101" } });
  assert.equal(status, 413);
  assert.equal(json.error.code, "body_too_large");
});

Deno.test("a body over the limit is 413 by what arrives, and is not read to its end", async () => {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(50));
    },
  });
  const response = await createHarness({ bodyLimit: 100 }).fetch(
    new Request("http://host/alerts", { method: "POST", headers: { "x-api-key": keys.trader }, body }),
  );
  assert.equal(response.status, 413);
  assert.ok(pulled < 10, String(pulled));
  await response.body?.cancel();
});

Deno.test("a body of just the limit is read", async () => {
  const text = JSON.stringify(message);
  assert.equal((await createHarness({ bodyLimit: text.length }).post(text)).status, 200);
});

Deno.test("a body that breaks off is 400, not an error of ours", async () => {
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error(`lost ${keys.trader}`)),
  });
  const harness = createHarness();
  const response = await harness.fetch(
    new Request("http://host/alerts", { method: "POST", headers: { "x-api-key": keys.trader }, body }),
  );
  assert.equal(response.status, 400);
  assert.equal((await response.json()).error.code, "incomplete_body");
  assert.equal(harness.lines()[0]?.level, "info");
});

Deno.test("a compressed body, a foreign charset and bytes that are no UTF-8 are 415", async () => {
  const harness = createHarness();
  const bad = new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]);
  for (
    const { status, json } of [
      await harness.post(message, { headers: { "content-encoding": "gzip" } }),
      await harness.post(message, { headers: { "content-type": "text/plain; charset=iso-8859-1" } }),
      await harness.post(bad),
    ]
  ) {
    assert.equal(status, 415);
    assert.equal(json.error.details[0].path, "");
  }
  assert.equal(harness.booked.length, 0);
});

Deno.test("the content type is not trusted", async () => {
  for (
    const type of [
      "text/plain",
      "text/plain; charset=utf-8",
      "application/json; charset=UTF-8",
      "image/png",
      "",
    ]
  ) {
    assert.equal(
      (await createHarness().post(message, { headers: { "content-type": type } })).status,
      200,
      type,
    );
  }
});

Deno.test("a plain request id of the sender's is kept, any other replaced", async () => {
  const harness = createHarness();
  const kept = await harness.post(message, { headers: { "x-request-id": "order-2026-11-24" } });
  assert.equal(kept.json.request_id, "order-2026-11-24");
  assert.equal(kept.headers.get("x-request-id"), "order-2026-11-24");
  for (const id of ["short", "x".repeat(65), "<script>alert(1)</script>", "a b c d e f"]) {
    const { json } = await harness.post(message, { headers: { "x-request-id": id } });
    assert.match(json.request_id, /^[0-9a-f]{8}-[0-9a-f-]{27}$/, id);
  }
});

Deno.test("what throws unexpectedly is a 500 that tells nothing, and in the log a place", async () => {
  const message = "password is\n    at hunter2";
  const harness = createHarness({ preview: () => Promise.reject(new TypeError(message)) });
  const alert = { symbol: "AAPL", action: "buy", quantity: "10", price: "187.5" };
  const { status, json } = await harness.post(alert, { path: "/alerts?dry_run=1" });
  assert.equal(status, 500);
  assert.deepEqual(json.error, { code: "internal", message: "something went wrong" });
  assert.ok(!harness.text.join().includes("hunter2"));
  const [line, ...more] = harness.lines();
  assert.equal(more.length, 0, "one line a request");
  assert.equal(line?.error, "TypeError");
  assert.match(String(line?.at), /^at /);
});

Deno.test("every answer is JSON, has the id of its request and forbids sniffing, framing and storing", async () => {
  const harness = createHarness({ bodyLimit: 1_000 });
  for (
    const { headers, json } of [
      await harness.post(),
      await harness.post({}),
      await harness.post(message, { key: null }),
      await harness.post(message, { path: "/nowhere" }),
      await harness.post("x".repeat(2_000)),
    ]
  ) {
    assert.match(headers.get("content-type") ?? "", /^application\/json/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("x-frame-options"), "DENY");
    assert.match(headers.get("strict-transport-security") ?? "", /^max-age=\d{8}/);
    assert.equal(headers.get("access-control-allow-origin"), null);
    assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/);
    assert.equal(json.request_id, headers.get("x-request-id"));
  }
});
