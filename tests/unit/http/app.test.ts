import assert from "node:assert/strict";
import { Hono } from "hono";
import * as z from "zod";
import { allowOnly, createApp } from "../../../supabase/functions/_shared/http/app.ts";
import { errorBody, HttpError, unavailable } from "../../../supabase/functions/_shared/http/errors.ts";
import { validateBody } from "../../../supabase/functions/_shared/middleware.ts";
import { createLog } from "../../../supabase/functions/_shared/observability/log.ts";

function createTestApp() {
  const lines: Record<string, unknown>[] = [];
  const app = createApp(createLog("debug", {}, (line) => lines.push(JSON.parse(line))));
  return { app, lines };
}

Deno.test("an error is its code, its message and the request's id; details only when there are some", () => {
  assert.deepEqual(errorBody(new HttpError(404, "not_found", "nothing"), "r-1"), {
    error: { code: "not_found", message: "nothing" },
    request_id: "r-1",
  });
  const details = [{ path: "symbol", message: "is missing" }];
  assert.deepEqual(errorBody(new HttpError(400, "invalid", "no", details), "r-1").error.details, details);
});

Deno.test("unavailable is a 503 that says when to come back", () => {
  assert.equal(unavailable().status, 503);
  assert.deepEqual(unavailable().headers, { "retry-after": "1" });
});

Deno.test("an HttpError of a handler is answered as itself, with its headers", async () => {
  const { app, lines } = createTestApp();
  app.get("/", () => {
    throw new HttpError(403, "no_entry", "not you", undefined, { "x-why": "because" });
  });
  const response = await app.request("/");
  assert.equal(response.status, 403);
  assert.equal(response.headers.get("x-why"), "because");
  assert.equal((await response.json()).error.code, "no_entry");
  assert.equal(lines[0]?.code, "no_entry");
});

Deno.test("one line a request, an error from 500 on or when something of ours failed", async () => {
  const { app, lines } = createTestApp();
  app.get("/fine", (context) => context.text("fine"));
  app.get("/away", () => {
    throw unavailable();
  });
  app.get("/failed", (context) => {
    context.get("logFields").failure = "22003";
    return context.text("refused", 422);
  });
  for (const path of ["/fine", "/nowhere", "/away", "/failed"]) await app.request(path);
  assert.deepEqual(lines.map(({ level, status }) => [level, status]), [
    ["info", 200],
    ["info", 404],
    ["error", 503],
    ["error", 422],
  ]);
});

Deno.test("a line has neither path nor query", async () => {
  const { app, lines } = createTestApp();
  await app.request("/some/where?and=what");
  assert.doesNotMatch(JSON.stringify(lines), /where|what/);
});

Deno.test("only the allowed methods pass", async () => {
  const { app } = createTestApp();
  app.use(allowOnly("GET", "HEAD"));
  app.get("/", (context) => context.text("here"));
  assert.equal((await app.request("/")).status, 200);
  assert.equal((await app.request("/", { method: "HEAD" })).status, 200);
  const refused = await app.request("/", { method: "POST" });
  assert.equal(refused.status, 405);
  assert.equal(refused.headers.get("allow"), "GET, HEAD");
});

const body = z.object({ account: z.string(), levels: z.array(z.object({ price: z.number() })).default([]) });

function createBodyApp() {
  const { app } = createTestApp();
  app.post("/", validateBody(body, { limit: 100 }), (context) => context.json(context.get("body")));
  const post = async (text: BodyInit) => {
    const response = await app.request("/", { method: "POST", body: text });
    return { status: response.status, json: await response.json() };
  };
  return { post };
}

Deno.test("validateBody hands on the parsed body, defaults filled in and unknown fields dropped", async () => {
  assert.deepEqual(await createBodyApp().post('{"account":"a","other":1}'), {
    status: 200,
    json: { account: "a", levels: [] },
  });
});

Deno.test("validateBody answers 400 with the path of each problem, and without the values", async () => {
  const { status, json } = await createBodyApp().post('{"account":1,"levels":[{"price":"hunter2"}]}');
  assert.equal(status, 400);
  assert.equal(json.error.code, "invalid_body");
  assert.deepEqual(json.error.details.map(({ path }: { path: string }) => path), [
    "account",
    "levels[0].price",
  ]);
  assert.ok(!JSON.stringify(json).includes("hunter2"));
});

Deno.test("validateBody refuses in the same way on an app that is not ours", async () => {
  const plain = new Hono().post(
    "/",
    validateBody(z.object({ symbol: z.string() })),
    (context) => context.text("in"),
  );
  const response = await plain.request("/", { method: "POST", body: '{"symbol":1}' });
  const { error } = await response.json();
  assert.deepEqual([response.status, error.code, error.details[0].path], [400, "invalid_body", "symbol"]);
});

Deno.test("validateBody answers 400 to what is no JSON, 413 to what is too long", async () => {
  const { post } = createBodyApp();
  for (const bad of ["", "{", new Uint8Array([0xff])]) {
    const { status, json } = await post(bad);
    assert.equal(status, 400);
    assert.equal(json.error.code, "invalid_json");
  }
  assert.equal((await post("x".repeat(101))).status, 413);
});

Deno.test("a URL of more than 2,048 characters is refused, whatever path and query it has, and is not decoded", async () => {
  const { app } = createTestApp();
  app.all("*", (context) => context.text(context.req.query("x") ?? ""));
  const decode = globalThis.decodeURI;
  let decoded = 0;
  globalThis.decodeURI = (text) => {
    decoded += 1;
    return decode(text);
  };
  try {
    for (const unit of ["%ff/", "%ff&", "a"]) {
      for (const start of ["/", "/?x=", "/%41?"]) {
        const response = await app.request(start + unit.repeat(2_100 / unit.length));
        assert.equal(response.status, 414);
        assert.equal((await response.json()).error.code, "url_too_long");
      }
    }
  } finally {
    globalThis.decodeURI = decode;
  }
  assert.equal(decoded, 0);
  const longest = "a".repeat(2_048 - "http://localhost/?x=".length);
  assert.equal(await (await app.request(`/?x=${longest}`)).text(), longest);
  assert.equal((await app.request(`/?x=${longest}a`)).status, 414);
});
