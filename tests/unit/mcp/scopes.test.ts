import assert from "node:assert/strict";
import {
  createRequireSource,
  parseSources,
} from "../../../supabase/functions/_shared/http/allowed-sources.ts";
import { CATALOG } from "../../../supabase/functions/_shared/mcp/catalog.ts";
import { type KeyName, startMcp } from "./harness.ts";

interface Listed {
  name: string;
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean };
}

const listed = async (key: KeyName): Promise<Listed[]> =>
  (await startMcp().ask("tools/list", {}, key)).result.tools;
const names = (tools: Listed[]) => tools.map(({ name }) => name);

/** What each tool takes that does something, for tools that need more than nothing. */
const ARGUMENTS: Record<string, Record<string, unknown>> = {
  place_order: { symbol: "A", side: "buy", quantity: "1" },
  close_position: { symbol: "A" },
  modify: { symbol: "A", stop_loss: { stop_price: "1" } },
  close_all: { confirm: "default" },
  reset_account: { confirm: "default" },
  create_account: { account: "new" },
  update_settings: { settings: { leverage: "2" } },
  record_cash: { kind: "dividend", amount: "1" },
  upsert_instrument: { symbol: "A" },
  split: { symbol: "A", new_units: "2" },
  compare_accounts: { baseline: "other" },
};
const argumentsOf = (name: string) => ARGUMENTS[name] ?? {};

/** Tools that say that they write. */
const writing = (await listed("admin")).filter(({ annotations }) => !annotations.readOnlyHint);
/** Functions of the database that only read. */
const READING =
  /^(portfolio_summary|list_\w+|equity_curve|performance|verify_account|compare_\w+|alert_(health|latency)|late_alerts)$/;

Deno.test("an operator's key has every tool of the registry, and those that read a portfolio", async () => {
  assert.deepEqual(names(await listed("admin")), Object.keys(CATALOG.tools));
  for (const name of ["list_positions", "performance", "place_order", "verify_account"]) {
    assert.ok(name in CATALOG.tools, name);
  }
});

Deno.test("a key that reads sees no tool that writes, and can write by none of them", async () => {
  assert.deepEqual((await listed("reader")).filter(({ annotations }) => !annotations.readOnlyHint), []);
  assert.ok(writing.length >= 10);
  for (const { name } of writing) {
    const { use, calls, changed } = startMcp();
    const result = await use(name, argumentsOf(name), "reader");
    assert.equal(result.isError, true, name);
    assert.equal(result.structuredContent.error.code, "missing_scope", name);
    assert.deepEqual([calls, changed], [[], []], name);
  }
});

Deno.test("a tool that says it reads calls nothing that writes", async () => {
  for (const name of names(await listed("reader"))) {
    const { use, calls, changed } = startMcp();
    await use(name, argumentsOf(name), "reader");
    assert.ok(calls.length > 0, name);
    assert.deepEqual(calls.filter((call) => !READING.test(call.name)), [], name);
    assert.deepEqual(changed, [], name);
  }
});

Deno.test("a key that trades may do what alerts may, and nothing else", async () => {
  const wanted = ["place_order", "close_position", "modify", "cancel_orders"];
  assert.deepEqual(names(await listed("trader")), wanted);
  for (const { name } of await listed("admin")) {
    const { use, calls } = startMcp();
    const { isError = false } = await use(name, argumentsOf(name), "trader");
    assert.deepEqual(
      [isError, calls.length > 0],
      wanted.includes(name) ? [false, true] : [true, false],
      name,
    );
  }
});

Deno.test("a key of one account acts on it by itself, on no other, and on nothing that concerns all", async () => {
  for (const { name } of await listed("admin")) {
    const { use, calls } = startMcp();
    const { structuredContent } = await use(name, { ...argumentsOf(name), account: "yours" }, "bound");
    // What concerns all does not take an account, or is refused as it is.
    assert.match(structuredContent.error.code, /^(wrong_account|invalid_arguments)$/, name);
    assert.deepEqual(calls, [], name);
  }
  for (const name of ["split", "upsert_instrument", "compare_accounts"]) {
    const { structuredContent } = await startMcp().use(name, argumentsOf(name), "bound");
    assert.equal(structuredContent.error.code, "wrong_account", name);
  }
  const { use, calls } = startMcp();
  assert.equal((await use("list_positions", {}, "bound")).structuredContent.account, "mine");
  assert.deepEqual(calls.map(({ args }) => args.account), ["mine"]);
});

Deno.test("resources are those of the key's own account, and of no other", async () => {
  const { ask, calls } = startMcp();
  const { result } = await ask("resources/list", {}, "bound");
  const uris = result.resources.map(({ uri }: { uri: string }) => uri);
  assert.ok(uris.includes("account://mine/positions"), uris.join(" "));
  const { error } = await ask("resources/read", { uri: "account://yours/positions" }, "bound");
  assert.equal(error.data.code, "wrong_account");
  assert.deepEqual(calls, []);
});

Deno.test("a key that cannot read has the pages, and no resource of an account", async () => {
  const { ask } = startMcp();
  const { result } = await ask("resources/list", {}, "trader");
  for (const { uri } of result.resources) assert.match(uri, /^docs:/);
  const { error } = await ask("resources/read", { uri: "account://default/positions" }, "trader");
  assert.equal(error.code, -32002);
});

Deno.test("a key that may only trade orders from where alerts are taken from, an operator's from anywhere", async () => {
  const sources = parseSources("203.0.113.7");
  assert.ok(typeof sources === "function");
  const { send, calls } = startMcp({ requireSource: createRequireSource(sources, 1) });
  const order = async (key: KeyName, from: string) => {
    const params = { name: "place_order", arguments: argumentsOf("place_order") };
    const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
    const { json } = await send(message, { key, headers: { "x-forwarded-for": from } });
    return json.result.structuredContent.error?.code ?? "booked";
  };
  assert.equal(await order("trader", "198.51.100.1"), "source_not_allowed");
  assert.deepEqual(calls, []);
  assert.equal(await order("trader", "203.0.113.7"), "booked");
  assert.equal(await order("admin", "198.51.100.1"), "booked");
});

Deno.test("without a key, or with a wrong one, nothing is answered but 401", async () => {
  const { send } = startMcp();
  const message = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  for (const authorization of ["", "Bearer sa_nobody"]) {
    const { status, headers: told } = await send(message, { key: null, headers: { authorization } });
    assert.equal(status, 401);
    assert.match(told.get("www-authenticate") ?? "", /^Bearer/);
  }
});
