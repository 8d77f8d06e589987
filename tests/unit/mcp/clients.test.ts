import assert from "node:assert/strict";
import { sit } from "./harness.ts";

// What clients that are in use send, and refuse; each was met in a public issue tracker.

const ping = { jsonrpc: "2.0", id: 1, method: "ping" };

Deno.test("whatever a client accepts, it gets JSON: some name one kind of answer only, some none", async () => {
  const { send } = sit();
  for (const accept of ["application/json", "text/event-stream", "*/*", "", "application/json;q=0.9, */*"]) {
    const { status, headers, json } = await send(ping, { headers: { accept } });
    assert.deepEqual([status, json.result], [200, {}], accept);
    assert.match(headers.get("content-type") ?? "", /^application\/json/);
  }
});

Deno.test("a body that is not said to be JSON is refused: a page sends such without being asked", async () => {
  const { send } = sit();
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    assert.equal((await send(ping, { headers: { "content-type": type } })).status, 415, type);
  }
});

Deno.test("params that are null are left out, as clients in Go, Java and C# write it", async () => {
  const { ask } = sit();
  assert.ok((await ask("tools/list", null)).result.tools.length > 0);
  assert.ok((await ask("tools/list", { cursor: null, _meta: null })).result.tools.length > 0);
  assert.ok((await ask("prompts/get", { name: "why_refused", arguments: null })).result.messages.length > 0);
  const { result } = await ask("tools/call", { name: "list_positions", arguments: null });
  assert.deepEqual(result.structuredContent, { account: "default", result: [] });
});

Deno.test("a null in the arguments of a tool stays: there it lifts a limit", async () => {
  const { use, calls } = sit();
  await use("update_settings", { settings: { leverage: null } });
  assert.deepEqual(calls.map(({ args }) => args), [{ account: "default", settings: { leverage: null } }]);
});
