import assert from "node:assert/strict";
import { plainSchema } from "../../../supabase/functions/_shared/mcp/plain-schema.ts";
import { startMcp } from "./harness.ts";

// What clients that are in use send, and refuse; each was met in a public issue tracker.

const ping = { jsonrpc: "2.0", id: 1, method: "ping" };

Deno.test("whatever a client accepts, it gets JSON: some name one kind of answer only, some none", async () => {
  const { send } = startMcp();
  for (const accept of ["application/json", "text/event-stream", "*/*", "", "application/json;q=0.9, */*"]) {
    const { status, headers, json } = await send(ping, { headers: { accept } });
    assert.deepEqual([status, json.result], [200, {}], accept);
    assert.match(headers.get("content-type") ?? "", /^application\/json/);
  }
});

Deno.test("a body that is not said to be JSON is refused: a page sends such without being asked", async () => {
  const { send } = startMcp();
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    assert.equal((await send(ping, { headers: { "content-type": type } })).status, 415, type);
  }
});

Deno.test("params that are null are left out, as clients in Go, Java and C# write it", async () => {
  const { ask } = startMcp();
  assert.ok((await ask("tools/list", null)).result.tools.length > 0);
  assert.ok((await ask("tools/list", { cursor: null, _meta: null })).result.tools.length > 0);
  assert.ok((await ask("prompts/get", { name: "why_refused", arguments: null })).result.messages.length > 0);
  const { result } = await ask("tools/call", { name: "list_positions", arguments: null });
  assert.deepEqual(result.structuredContent, { account: "default", result: [] });
});

Deno.test("a null in the arguments of a tool stays: there it lifts a limit", async () => {
  const { use, calls } = startMcp();
  await use("update_settings", { settings: { leverage: null } });
  assert.deepEqual(calls.map(({ args }) => args), [{ account: "default", settings: { leverage: null } }]);
});

interface Schema {
  [keyword: string]: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** A schema and all in it, each with where it stands. */
const partsOf = (schema: Schema, path: string): [string, Schema][] => [
  [path, schema],
  ...Object.entries(schema.properties ?? {}).flatMap(([name, part]) => partsOf(part, `${path}.${name}`)),
  ...schema.items === undefined ? [] : partsOf(schema.items, `${path}[]`),
];

Deno.test("what a tool takes is said in words of JSON Schema that no client refuses", async () => {
  const { tools } = (await startMcp().ask("tools/list")).result;
  assert.ok(tools.length > 20);
  const known = [
    ...["$schema", "type", "description", "properties", "required", "additionalProperties", "items"],
    ...["enum", "default", "minItems", "maxItems", "minLength", "minimum", "maximum", "maxLength"],
  ];
  for (const { name, inputSchema } of tools) {
    assert.match(name, /^\w{1,40}$/, "a client puts the name of its server before it, and has 64 characters");
    assert.equal(inputSchema.type, "object");
    for (const [path, schema] of partsOf(inputSchema, name)) {
      assert.deepEqual(Object.keys(schema).filter((keyword) => !known.includes(keyword)), [], path);
      assert.equal(typeof schema.type, "string", path);
      assert.notEqual(schema.type, "null", path);
      if (schema.type === "array") assert.ok(schema.items, path);
    }
    for (const [argument, { description, enum: words }] of Object.entries<Schema>(inputSchema.properties)) {
      assert.ok(description ?? words, `${name}.${argument} says what it is`);
    }
  }
});

Deno.test("a plain schema keeps what is required, what may be left out, and names that are also keywords", () => {
  const number = { type: ["string", "number", "null"], title: "how much" };
  assert.deepEqual(
    plainSchema({
      type: "object",
      properties: {
        title: number,
        format: { description: "which", anyOf: [{ type: "string", format: "uuid" }, { type: "null" }] },
        list: { type: "array", items: { anyOf: [number, { type: "null" }] } },
        map: { type: "object", propertyNames: { type: "string" }, additionalProperties: number },
      },
      required: ["title"],
      additionalProperties: false,
    }),
    {
      type: "object",
      properties: {
        title: { type: "string", description: "how much" },
        format: { type: "string", description: "which" },
        list: { type: "array", items: { type: "string", description: "how much" } },
        map: { type: "object", additionalProperties: true },
      },
      required: ["title"],
      additionalProperties: false,
    },
  );
});

Deno.test("an error of the protocol is said without its code, which clients write before it", async () => {
  const { ask } = startMcp();
  for (
    const { error } of [
      await ask("tools/call", { name: "nothing" }),
      await ask("resources/read", { uri: "docs://nothing" }),
      await ask("resources/read", { uri: "account://a%2Fb/positions" }),
      await ask("prompts/get", { name: "nothing" }),
      await ask("prompts/get", { name: "why_refused", arguments: { alert_id: "x" } }),
      await ask("resources/read", { uri: 7 }),
    ]
  ) {
    assert.match(error.message, /^the|^there/);
  }
});
