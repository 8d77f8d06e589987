import assert from "node:assert/strict";
import postgres from "postgres";
import type { Stack } from "../../local/stack.ts";
import { heartOf } from "../support/key-places.ts";
import { keysFor } from "../support/keys.ts";
import { withOwnStack } from "../support/own-stack.ts";

const ids = ["one", "two_2", "three.3", "four-4", "sa_five", "six_", "seven", "eight", "nine", "ten"];
const { keys, env } = keysFor(ids.map((id) => ({ id, scopes: ["trade", "read", "admin"] })));
const zeroWidth = (key: string) => key.slice(0, 40) + "\u200b" + key.slice(40);

/** An alert that is booked. */
const alert = { symbol: "SECRET", action: "mark", price: "10" };

/** A place of a request for the key K, which K or another key authenticates. */
type Place = (
  key: string,
) => { path?: string; headers?: Record<string, string>; fields?: Record<string, unknown> };
const PLACES: Place[] = [
  (key) => ({ headers: { authorization: `Bearer ${key}` } }),
  (key) => ({ headers: { "x-api-key": key } }),
  (key) => ({ path: `/${key}` }),
  (key) => ({ path: `?key=${key}` }),
  (key) => ({ fields: { key } }),
  (key) => ({ fields: { signalToken: key } }),
  (key) => ({ fields: { comment: `see ${key}, and ${zeroWidth(key)}` } }),
  (key) => ({ fields: { id: `id ${key}` } }),
  (key) => ({ fields: { order_id: key, strategy: key.slice(-64) } }),
  (key) => ({ fields: { note: { deeper: [key] } } }),
  (key) => ({ fields: { [`name ${key}`]: "1" } }),
  (key) => ({ fields: { comment: `${key}${key}`, exchange: key, interval: key } }),
];

interface Sent {
  path: string;
  headers?: Record<string, string>;
  body: unknown;
}

/** What is sent for one key: in every place, alone and in arrays, by itself and beside another key. */
function alertsWith(key: string, other: string): Sent[] {
  return PLACES.flatMap((place) => {
    const { path = "", headers = {}, fields = {} } = place(key);
    const message = { ...alert, ...fields };
    const beside = { "x-api-key": other };
    const to = `alerts${path}`;
    return [
      { path: to, headers, body: message },
      { path: to, headers: { ...beside, ...headers }, body: { ...message, comment: `second ${key}` } },
      { path: to, headers, body: { ...message, key } },
      { path: to, headers: { ...beside, ...headers }, body: [alert, message] },
      { path: to, headers, body: [{ ...alert, key }, message, { ...alert, id: key, comment: key }] },
    ];
  });
}

/** Tools take the key in a header; this is what else may hold one. */
function toolsWith(key: string, other: string): Sent[] {
  const order = { symbol: "SECRET", side: "buy", quantity: "1", price: "10" };
  const calls: [tool: string, input: Record<string, unknown>][] = [
    ["place_order", { ...order, comment: key, id: `id ${key}` }],
    ["place_order", { ...order, comment: zeroWidth(key), strategy: key }],
    ["close_position", { symbol: "SECRET", price: "10", id: key }],
    ["modify", { symbol: "SECRET", order_id: key, stop_price: "9", id: `modify ${key}` }],
    ["cancel_orders", { order_id: key }],
    ["cancel_orders", { symbol: "SECRET", id: `cancel ${key}` }],
    ["close_all", { confirm: "default", id: key }],
    ["halt", { reason: `because of ${key}` }],
    ["resume", { account: key }],
    ["create_account", { account: key, currency: key, settings: { [key]: key } }],
    ["update_settings", { settings: { time_zone: key } }],
    ["record_cash", { kind: "fee", amount: "-1", symbol: "SECRET", strategy: key, note: key }],
    ["split", { symbol: key, new_units: "2" }],
    ["upsert_instrument", { symbol: key, aliases: [key] }],
    ["send_test_notification", { channel: key }],
    ["resume", {}],
  ];
  return [key, other].flatMap((sender) =>
    calls.map(([tool, body]) => ({ path: `tools/${tool}`, headers: { "x-api-key": sender }, body }))
  );
}

/** What an assistant sends, or is made to. */
function messagesWith(key: string, other: string): Sent[] {
  const order = { symbol: "SECRET", side: "buy", quantity: "1", price: "10" };
  const messages: [method: string, params: Record<string, unknown>][] = [
    ["initialize", { protocolVersion: key, capabilities: {}, clientInfo: { name: key, version: key } }],
    ["tools/call", { name: "place_order", arguments: { ...order, comment: key, id: `seat ${key}` } }],
    ["tools/call", { name: "halt", arguments: { reason: zeroWidth(key) } }],
    ["tools/call", { name: "resume", arguments: {} }],
    ["tools/call", { name: "list_alerts", arguments: { strategy: key, [key]: key } }],
    ["tools/call", { name: key, arguments: {} }],
    ["resources/read", { uri: `account://${key}/positions` }],
    ["prompts/get", { name: "review_strategy", arguments: { strategy: key.slice(0, 60), [key]: key } }],
    [key, { [key]: key }],
  ];
  return [key, other].flatMap((sender) =>
    messages.map(([method, params], index) => ({
      path: `mcp?key=${key}`,
      headers: {
        "x-api-key": sender,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: { jsonrpc: "2.0", id: index === 0 ? key : index, method, params },
    }))
  );
}

const readsWith = (key: string): Sent[] =>
  ["", "/alerts", "/orders", "/positions/X"].map((part) => ({
    path: `portfolio${part}?strategy=${key.slice(-64)}&symbol=${key}&note=${key}`,
    headers: { "x-api-key": key, "if-none-match": key, "x-request-id": key, "user-agent": key },
    body: null,
  }));

async function send({ info }: Stack, { path, headers = {}, body }: Sent): Promise<string> {
  const response = await fetch(`${info.api_url}/functions/v1/${path}`, {
    headers: { "user-agent": "test", ...headers },
    ...body === null ? {} : { method: "POST", body: JSON.stringify(body) },
  });
  assert.ok(response.status < 500, `${path.slice(0, 20)}: ${response.status}`);
  return await response.text();
}

/** Every row of every table, as text, but for those of Postgres itself. */
async function rowsOf(stack: Stack): Promise<string[]> {
  const sql = postgres(stack.info.db_url, { max: 1 });
  const tables = await sql`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`;
  const texts: string[] = [];
  for (const { name } of tables) {
    for (const { row } of await sql.unsafe(`select t::text as row from ${name} t`)) {
      texts.push(`${name}: ${row}`);
    }
  }
  await sql.end();
  return texts;
}

/** Every name and value that Redis holds. */
async function redisOf({ info }: Stack): Promise<string[]> {
  if (info.redis_url === null) return [];
  const ask = async (command: string[]) => {
    const response = await fetch(info.redis_url ?? "", {
      method: "POST",
      headers: { authorization: `Bearer ${info.redis_token}` },
      body: JSON.stringify(command),
    });
    return JSON.stringify(await response.json());
  };
  const names: string[] = JSON.parse(await ask(["KEYS", "*"])).result;
  return [...names, ...await Promise.all(names.map((name) => ask(["GET", name])))];
}

Deno.test("ten live keys, each sent in every place of alerts, arrays, tools, messages of assistants and reads, are nowhere afterwards: in no answer, table, cache or log", async () => {
  await withOwnStack(async (stack, lines) => {
    const answers: string[] = [];
    for (const [index, key] of keys.entries()) {
      const other = keys[(index + 1) % keys.length] ?? "";
      for (
        const sent of [
          ...alertsWith(key, other),
          ...toolsWith(key, other),
          ...messagesWith(key, other),
          ...readsWith(key),
        ]
      ) {
        answers.push(await send(stack, sent));
      }
    }
    assert.ok(answers.filter((answer) => answer.includes('"alert_id"')).length > 400, "most were booked");
    const rows = await rowsOf(stack);
    assert.ok(rows.filter((row) => row.includes("[key]")).length > 100, "what was struck is stored");
    const texts = { answers, rows, redis: await redisOf(stack), logs: lines };
    for (const [where, all] of Object.entries(texts)) {
      const found = all.filter((text) => keys.some((key) => text.includes(heartOf(key))));
      assert.deepEqual(found.slice(0, 3), [], where);
      assert.ok(all.length > 10, where);
    }
  }, { env });
});
