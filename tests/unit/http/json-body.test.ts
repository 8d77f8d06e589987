import assert from "node:assert/strict";
import { HttpError } from "../../../supabase/functions/_shared/http/errors.ts";
import { readJson } from "../../../supabase/functions/_shared/http/json-body.ts";

const read = (body: string) => readJson(new Request("http://host/", { method: "POST", body }), 10_000_000);
const refuses = (code: string) => (error: unknown) =>
  error instanceof HttpError && error.status === 400 && error.code === code;

Deno.test("a field that appears twice is refused, wherever it stands: which of two sides is meant?", async () => {
  for (
    const body of [
      '{"side":"buy","side":"sell"}',
      '{"side":"buy","side":"buy"}',
      '{"a":[{"b":1},{"c":{"d":1,"d":2}}]}',
      String.raw`{"side":"buy","s\u0069de":"sell"}`,
      '{"__proto__":{},"__proto__":{}}',
    ]
  ) {
    await assert.rejects(read(body), refuses("duplicate_field"), body);
  }
});

Deno.test("the same name in two objects, colons and quotes in texts and a name of prototypes are read as they are", async () => {
  for (
    const body of [
      '{"a":{"b":1},"c":[{"b":1},{"b":2}]}',
      String.raw`{":\\":"\":\\","b\"":":\\\"{:}"}`,
      '{"__proto__":{"a":1}}',
      '":"',
      "[]",
      "{}",
      "7",
    ]
  ) {
    assert.equal(JSON.stringify(await read(body)), JSON.stringify(JSON.parse(body)));
  }
});

Deno.test("what is no JSON, and what is nested too deep, is refused", async () => {
  for (const body of ["{", "'a'", '{"a"}', "\ufeff"]) {
    await assert.rejects(read(body), refuses("invalid_json"));
  }
  for (const levels of [33, 200_000]) {
    await assert.rejects(read("[".repeat(levels) + "]".repeat(levels)), refuses("invalid_arguments"));
  }
});

Deno.test("a large file as text is looked through in no time", async () => {
  const body = JSON.stringify({ file: 'a,"b":1\n'.repeat(500_000) });
  const started = performance.now();
  await read(body);
  assert.ok(performance.now() - started < 2_000);
});
