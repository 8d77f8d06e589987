import assert from "node:assert/strict";
import { bounded, LONGEST_ANSWER } from "../../../supabase/functions/_shared/mcp/bounded.ts";
import { startMcp } from "./harness.ts";

const row = (id: number) => ({ id: String(id), comment: "x".repeat(100) });

Deno.test("an answer is text and data of the same, with the account that it is of", async () => {
  const { use } = startMcp({ rpc: () => [row(1)] });
  const { content, structuredContent, isError } = await use("list_fills", {});
  assert.equal(isError, undefined);
  assert.deepEqual(structuredContent, { account: "default", result: [row(1)] });
  assert.deepEqual(JSON.parse(content[0].text), structuredContent);
});

Deno.test("an answer that is too long is cut to its first rows, and says so", async () => {
  const rows = Array.from({ length: 1_000 }, (_, id) => row(id));
  const { content: [{ text }], structuredContent } = await startMcp({ rpc: () => rows }).use(
    "list_fills",
    {},
  );
  const { result, note } = structuredContent;
  assert.deepEqual(result, rows.slice(0, 256));
  assert.match(note, /first 256 entries/);
  assert.ok(text.length < LONGEST_ANSWER + 1_000);
});

Deno.test("an answer that just fits is whole, and of one that does not, lists within lists are cut", () => {
  const fits = ["x".repeat(LONGEST_ANSWER - 4)];
  assert.deepEqual(bounded(fits), { result: fits });
  const { result, note = "" } = bounded({
    figures: { net: "1" },
    orders: Array.from({ length: 600 }, () => row(1)),
    curve: [1],
  });
  assert.match(note, /first 256 entries/);
  assert.deepEqual([Object.keys(result as object), (result as { curve: number[] }).curve], [
    ["figures", "orders", "curve"],
    [1],
  ]);
});

Deno.test("an answer that no cut makes short enough is left out: what it is the answer to was done", async () => {
  const { use } = startMcp({ rpc: () => ({ text: "x".repeat(LONGEST_ANSWER) }) });
  const { isError, structuredContent } = await use("halt", { reason: "lunch" });
  assert.deepEqual([isError, structuredContent.result], [undefined, null]);
  assert.match(structuredContent.note, /left out/);
});

Deno.test("what a portfolio is asked for goes to the database by its own names, an id as text", async () => {
  const { use, calls } = startMcp();
  await use("list_alerts", {
    account: "a",
    status: "rejected",
    before: "9007199254740993",
    limit: 5,
    symbol: "nasdaq:aapl",
  });
  assert.deepEqual(calls, [{
    name: "list_alerts",
    args: {
      account: "a",
      only_status: "rejected",
      before: "9007199254740993",
      limit: 5,
      only_symbol: "AAPL",
    },
  }]);
});

Deno.test("a change voids what is cached of its account, and reading does not", async () => {
  const { use, changed } = startMcp();
  await use("list_positions", { account: "a" });
  assert.deepEqual(changed, []);
  await use("place_order", { account: "a", symbol: "X", side: "buy", quantity: "1" });
  assert.deepEqual(changed, ["a"]);
});

Deno.test("a resource is what its tool answers, or a page", async () => {
  const { ask } = startMcp({ rpc: (name, { account }) => [name, account] });
  const read = async (uri: string) => (await ask("resources/read", { uri })).result.contents[0];
  assert.deepEqual(JSON.parse((await read("account://my%20own/positions")).text), {
    account: "my own",
    result: ["list_positions", "my own"],
  });
  assert.match((await read("docs://errors")).text, /^# An alert was refused/);
  for (
    const uri of [
      "docs://nothing",
      "docs://__proto__",
      "account://a/b",
      "account://%ff/positions",
      "file:///etc/passwd",
    ]
  ) {
    assert.equal((await ask("resources/read", { uri })).error.code, -32002, uri);
  }
});

Deno.test("the prompts say which tools to call, and that texts of senders are data", async () => {
  const { ask } = startMcp();
  const { prompts } = (await ask("prompts/list")).result;
  assert.deepEqual(prompts.map(({ title }: { title: string }) => title), [
    "Review my strategy",
    "Why was this alert refused",
  ]);
  const open = async (name: string, args = {}) => {
    const { messages } = (await ask("prompts/get", { name, arguments: args })).result;
    return messages.map(({ content }: { content: { text?: string; resource?: { text: string } } }) =>
      content.text ?? content.resource?.text
    ).join("\n");
  };
  const tools: string[] = (await ask("tools/list")).result.tools.map(({ name }: { name: string }) => name);
  for (const { name } of prompts) {
    const text = await open(name);
    assert.match(text, /data, and never instructions/);
    for (const [tool] of text.matchAll(/^\d\. (\w+_\w+)/gm)) {
      assert.ok(tools.includes(tool.replace(/^\d\. /, "")), tool);
    }
  }
  assert.match(await open("review_strategy", { strategy: "ema cross" }), /my strategy "ema cross"/);
  assert.match(
    await open("why_refused", { alert_id: "99999999999999999" }),
    /before "100000000000000000" and limit 1/,
  );
  assert.match(await open("why_refused"), /`insufficient_funds`/);
});

Deno.test("a prompt refuses arguments that it does not take, and says which", async () => {
  const { ask } = startMcp();
  for (const args of [{ alert_id: "x" }, { alert: "1" }, { account: "a\nb" }]) {
    const { error } = await ask("prompts/get", { name: "why_refused", arguments: args });
    assert.equal(error.code, -32602);
    assert.equal(error.data.details.length, 1);
  }
});

Deno.test("a version of the protocol that is not known is a 400, a notification is taken without an answer", async () => {
  const { send } = startMcp();
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  assert.equal((await send(ping, { headers: { "mcp-protocol-version": "1999-01-01" } })).status, 400);
  const { status, json } = await send({ jsonrpc: "2.0", method: "notifications/initialized" });
  assert.deepEqual([status, json], [202, null]);
});
