import assert from "node:assert/strict";
import * as z from "zod";
import { createApiKeyAuthService } from "../../../supabase/functions/_shared/auth/api-keys.ts";
import type { Outcome } from "../../../supabase/functions/_shared/alerts/entry.ts";
import { createApp } from "../../../supabase/functions/_shared/http/app.ts";
import { HttpError, unavailable } from "../../../supabase/functions/_shared/http/errors.ts";
import { runTool } from "../../../supabase/functions/_shared/tools/routes.ts";
import { TOOLS } from "../../../supabase/functions/_shared/tools/tools.ts";
import type { SendTest } from "../../../supabase/functions/_shared/tools/tool.ts";

const secret = "a secret of the tests, long enough";
const maker = createApiKeyAuthService({ secret, apiKeys: "" });
const made = {
  admin: maker.generateApiKey({ id: "admin", scopes: ["admin"] }),
  bound: maker.generateApiKey({ id: "bound", scopes: ["admin"], account: "mine" }),
  trader: maker.generateApiKey({ id: "trader", scopes: ["trade", "read"] }),
};

/** The tools over a database that is played. */
function stage(
  { rpc = () => ({}), outcome = { kind: "unavailable", code: "busy" }, sendTest = null }: {
    rpc?: (name: string, args: Record<string, unknown>) => unknown;
    outcome?: Outcome;
    sendTest?: SendTest | null;
  } = {},
) {
  const calls: string[] = [];
  const changed: string[] = [];
  const app = createApp(() => {});
  app.post(
    "/tools/:tool",
    runTool({
      apiKeys: createApiKeyAuthService({
        secret,
        apiKeys: Object.values(made).map(({ entry }) => entry).join(","),
      }),
      // Played: the answers have the shape that the test gives them.
      rpc: ((name: string, args: Record<string, unknown>) => {
        calls.push(`${name} ${args.account ?? ""}`.trim());
        return Promise.resolve().then(() => rpc(name, args));
      }) as never,
      book: (alerts) => {
        calls.push(...alerts.map(({ action, account }) => `${action} ${account}`));
        return Promise.resolve(alerts.map(() => outcome));
      },
      sendTest,
      readImport: () => Promise.reject(new Error("no file is sent here")),
      bodyLimit: 4_096,
      onChanged: (accounts) => changed.push(...accounts),
    }),
  );
  return {
    calls,
    changed,
    async use(tool: string, body: unknown, key: keyof typeof made = "admin") {
      const response = await app.request(`/tools/${tool}`, {
        method: "POST",
        headers: { "x-api-key": made[key].key },
        body: JSON.stringify(body),
      });
      return { status: response.status, headers: response.headers, json: await response.json() };
    },
  };
}

Deno.test("a key without the scope admin may use no tool", async () => {
  const { use, calls } = stage();
  assert.equal((await use("halt", {}, "trader")).json.error.code, "missing_scope");
  assert.deepEqual(calls, []);
});

Deno.test("a key of one account acts on it by itself, and on no other", async () => {
  const { use, calls, changed } = stage();
  assert.equal((await use("halt", {}, "bound")).json.account, "mine");
  for (const tool of ["halt", "reset_account", "create_account", "verify_account", "alert_health"]) {
    const { status, json } = await use(tool, {
      account: "yours",
      ...tool === "reset_account" && { confirm: "yours" },
    }, "bound");
    assert.deepEqual([status, json.error.code], [403, "wrong_account"], tool);
  }
  assert.deepEqual(calls, ["halt_account mine"]);
  assert.deepEqual(changed, ["mine"]);
});

Deno.test("a key of one account may not change what concerns all", async () => {
  const { use, calls } = stage();
  assert.equal((await use("upsert_instrument", { symbol: "ES" }, "bound")).status, 403);
  assert.equal((await use("send_test_notification", { channel: "ops" }, "bound")).status, 403);
  for (const tool of ["upsert", "remove", "catch_up"]) {
    assert.equal(
      (await use(`${tool}_shadow_account`, { account: "mine", shadow: "other" }, "bound")).status,
      403,
    );
  }
  assert.equal((await use("list_shadow_accounts", {}, "bound")).status, 403);
  assert.deepEqual(calls, []);
});

Deno.test("what may have changed is announced, also when nobody knows whether it did", async () => {
  const { use, changed } = stage({
    rpc: () => {
      throw unavailable();
    },
  });
  assert.equal((await use("reset_account", { account: "a", confirm: "a" })).status, 503);
  assert.deepEqual(changed, ["a"]);
});

Deno.test("reading and what concerns no account announce nothing", async () => {
  const { use, changed } = stage();
  await use("verify_account", {});
  await use("upsert_instrument", { symbol: "ES" });
  assert.deepEqual(changed, []);
});

Deno.test("an order that is not known to be booked is a 503 that may be sent again", async () => {
  const { use } = stage();
  const { status, headers } = await use("place_order", { symbol: "A", side: "buy", quantity: 1 });
  assert.deepEqual([status, headers.get("retry-after")], [503, "1"]);
});

Deno.test("what the database refuses is told without its text", async () => {
  const { use } = stage({
    rpc: () => {
      throw new HttpError(404, "no_account", "there is no such account");
    },
  });
  assert.equal((await use("halt", { account: "x" })).json.error.code, "no_account");
});

Deno.test("a test notification goes to the channel that is named, and the answer says what became of it", async () => {
  const channels: string[] = [];
  const sendTest: SendTest = (channel) => {
    channels.push(channel);
    return Promise.resolve(
      channel === "ops" ? { ok: true, result: { delivered: true } } : { ok: false, code: "unknown_channel" },
    );
  };
  const { use } = stage({ sendTest });
  assert.deepEqual((await use("send_test_notification", { channel: "ops" })).json.result, {
    delivered: true,
  });
  assert.equal((await use("send_test_notification", { channel: "nobody" })).status, 404);
  assert.equal((await use("send_test_notification", {})).status, 400);
  assert.deepEqual(channels, ["ops", "nobody"]);
});

Deno.test("where nothing sends notifications, a test of one is refused", async () => {
  const { json } = await stage().use("send_test_notification", { channel: "ops" });
  assert.equal(json.error.code, "no_notifications");
});

Deno.test("a typo in an order's exits is refused: no order is placed without the protection that was asked for", async () => {
  const { use, calls } = stage();
  const order = { symbol: "A", side: "buy", quantity: 1 };
  for (const exit of [{ stop_loss: { percnt: "1" } }, { take_profit: { percent: "1", price: "2" } }]) {
    const { status, json } = await use("place_order", { ...order, ...exit });
    assert.deepEqual([status, json.error.code], [400, "invalid_arguments"]);
  }
  assert.deepEqual(calls, []);
});

Deno.test("every object that a tool takes refuses fields that it does not know, at any depth", () => {
  const open: string[] = [];
  const visit = (path: string, schema: unknown) => {
    if (typeof schema !== "object" || schema === null) return;
    const { type, additionalProperties } = schema as Record<string, unknown>;
    if (type === "object" && additionalProperties === undefined) open.push(path);
    for (const [name, each] of Object.entries(schema)) visit(`${path}.${name}`, each);
  };
  for (const [name, { schema }] of Object.entries(TOOLS)) {
    visit(name, z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  }
  assert.deepEqual(open, []);
});

Deno.test("a reason holds nothing that nobody sees, and no half of a character, which cannot be stored", async () => {
  const { use, calls } = stage();
  for (const reason of ["paid \u202ekcab", "a\ud800b", "\udc00", "two\nlines"]) {
    assert.equal((await use("halt", { reason })).status, 400, JSON.stringify(reason));
  }
  assert.deepEqual(calls, []);
  assert.equal((await use("halt", { reason: "lunch 🍜" })).status, 200);
});

Deno.test("arguments of thousands of levels are refused, whatever they are", async () => {
  const { use } = stage();
  const deep = (open: string, close: string) => JSON.parse(open.repeat(300) + close.repeat(300));
  for (const body of [deep("[", "]"), { reason: deep('{"a":[', "]}") }]) {
    const { status, json } = await use("halt", body);
    assert.deepEqual([status, json.error.code], [400, "invalid_arguments"]);
    assert.match(json.error.details[0].message, /32 levels/);
  }
});
