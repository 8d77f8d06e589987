import assert from "node:assert/strict";
import fc from "fast-check";
import { unavailable } from "../../../supabase/functions/_shared/http/errors.ts";
import { CATALOG } from "../../../supabase/functions/_shared/mcp/catalog.ts";
import { keyOf, startMcp } from "./harness.ts";

const deep = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels));

Deno.test("whatever a tool is given, it answers: a result or a tool error, never a failure of ours", async () => {
  const tools = Object.keys(CATALOG.tools);
  const names = [...new Set(tools.flatMap((tool) => fieldsOf(tool)))];
  const args = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 6 });
  const { send } = startMcp();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...tools), args, async (name, given) => {
      const { status, json } = await send({
        ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
        params: { name, arguments: given },
      });
      assert.equal(status, 200);
      const { error } = json.result.structuredContent;
      assert.equal(json.result.isError === true, error !== undefined);
      assert.notEqual(error?.code, "internal");
    }),
    { numRuns: 500 },
  );
});

/** The fields that a tool takes. */
const fieldsOf = (tool: string): string[] => {
  const { schema } = CATALOG.tools[tool] ?? assert.fail(tool);
  return Object.keys((schema as unknown as { shape: Record<string, unknown> }).shape);
};

Deno.test("arguments that are no object, and messages that are none, are refused without a failure", async () => {
  const { send, calls } = startMcp();
  const call = (args: unknown, more = {}) => ({
    ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
    params: { name: "halt", arguments: args, ...more },
  });
  const bodies = [
    ...[call("x"), call(7), call([]), call({ account: deep(20) })],
    ...[
      "",
      "{",
      "null",
      "7",
      '"x"',
      "[]",
      "{}",
      '{"jsonrpc":"1.0"}',
      '{"jsonrpc":"2.0","id":{},"method":"ping"}',
    ],
    ...[call(deep(300)), JSON.stringify(call(0)).replace(":0", `:${"[".repeat(5_000)}${"]".repeat(5_000)}`)],
    ...['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"__proto__","arguments":{}}}'],
    ...[
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"halt","arguments":{"__proto__":{"a":1}}}}',
    ],
    ...['{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"constructor"}}'],
    ...['{"jsonrpc":"2.0","id":1,"method":"toString"}', '{"jsonrpc":"2.0","id":1,"method":"resources/read"}'],
  ];
  for (const body of bodies) {
    const { status, json } = await send(body);
    assert.ok(status === 400 || status === 200, `${status} ${JSON.stringify(body).slice(0, 80)}`);
    const isRefused = json.error !== undefined || json.result.isError === true;
    assert.ok(isRefused || JSON.stringify(body).includes("__proto__"), JSON.stringify(body).slice(0, 80));
    assert.doesNotMatch(JSON.stringify(json), /-32603|internal/i);
  }
  assert.deepEqual(calls.filter(({ name }) => name !== "halt_account"), []);
});

Deno.test("a setting that is no single value is refused with what it must be", async () => {
  const { use, calls } = startMcp();
  for (const leverage of [{ a: 1 }, ["2"]]) {
    const { structuredContent } = await use("update_settings", { settings: { leverage } });
    assert.deepEqual(structuredContent.error.details, [
      { path: "settings.leverage", message: "must be text, a number, true, false or null" },
    ]);
  }
  assert.deepEqual(calls, []);
});

Deno.test("several messages in one request are refused: they would count as one", async () => {
  const { send } = startMcp();
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  assert.equal((await send([ping, { ...ping, id: 2 }])).status, 400);
  assert.equal((await send(ping)).status, 200);
});

Deno.test("a tool that is asked to run as a task is not run", async () => {
  const { ask, calls } = startMcp();
  const params = { name: "halt", arguments: {}, task: { ttl: 1 } };
  assert.ok("error" in await ask("tools/call", params));
  assert.deepEqual(calls, []);
});

Deno.test("a body over the limit is a 413, unless its sender may use a tool that takes a file", async () => {
  const message = (name: string) => ({
    ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
    params: { name, arguments: { reason: "x".repeat(70_000) } },
  });
  const { send } = startMcp();
  assert.equal((await send(message("halt"), { key: "trader" })).status, 413);
  assert.equal((await send(message("halt"))).json.result.isError, true);
});

Deno.test("a tool that is not there is an error of the protocol, without its name", async () => {
  const { error } = await startMcp().ask("tools/call", { name: "sell_everything", arguments: {} });
  assert.equal(error.code, -32602);
  assert.doesNotMatch(error.message, /sell_everything/);
});

Deno.test("what is not known to be done is a tool error that says to try again", async () => {
  const { use } = startMcp({ outcome: { kind: "unavailable", code: "busy" } });
  const { isError, structuredContent } = await use("place_order", { symbol: "A", side: "buy", quantity: 1 });
  assert.deepEqual([isError, structuredContent.error.code], [true, "unavailable"]);
  const reading = startMcp({
    rpc: () => {
      throw unavailable();
    },
  });
  assert.equal((await reading.use("list_positions", {})).structuredContent.error.code, "unavailable");
});

Deno.test("a failure of ours is a tool error that tells nothing of its cause, and an error in the log", async () => {
  const { use, lines } = startMcp({
    rpc: () => {
      throw new TypeError("the secret is sesame");
    },
  });
  const { isError, structuredContent } = await use("list_positions", {});
  assert.deepEqual([isError, structuredContent.error.code], [true, "internal"]);
  const [line = ""] = lines;
  const { level, failure, error } = JSON.parse(line);
  assert.deepEqual([level, failure, error], ["error", "unexpected", "TypeError"]);
  assert.doesNotMatch(line + JSON.stringify(structuredContent), /sesame/);
});

Deno.test("no key gets further than its check, wherever in a message it stands", async () => {
  const { use, ask, calls, lines } = startMcp();
  const key = keyOf("admin");
  const results = [
    await use("halt", { reason: `see ${key}` }),
    await use(`x ${key}`, {}),
    await use("list_positions", { [key]: 1 }),
    await ask("resources/read", { uri: `docs://${key}` }),
    await ask("prompts/get", { name: "review_strategy", arguments: { strategy: key } }),
    await ask(key),
  ];
  assert.ok(calls.length > 0);
  assert.doesNotMatch(JSON.stringify([results, calls, lines]), new RegExp(key));
});

Deno.test("a page of another origin is refused, whatever key it has", async () => {
  const { send } = startMcp();
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  const from = async (origin: string) => (await send(ping, { headers: { origin } })).status;
  for (
    const origin of [
      "https://evil.example.com",
      "http://localhost.evil.com",
      "http://127.0.0.1.nip.io",
      "https://claude.ai.evil.com",
      "https://evil.com/claude.ai",
      "HTTP://evil.com",
      "null",
    ]
  ) {
    assert.equal(await from(origin), 403, origin);
  }
  for (
    const origin of [
      "https://app.example.com",
      "http://localhost:6274",
      "http://127.0.0.1:54321",
      "http://[::1]:80",
      // What assistants on the web and programs on a desk were seen to send.
      "https://claude.ai",
      "https://chatgpt.com",
      "vscode-webview://0abc",
      "file://",
    ]
  ) {
    assert.equal(await from(origin), 200, origin);
  }
});
