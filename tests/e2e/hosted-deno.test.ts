import assert from "node:assert/strict";
import { makeTrades, rowsOf } from "../support/backtests.ts";
import { heartOf, refusedWithKey, requestsWithKey } from "../support/key-places.ts";
import { callTool, withClient } from "../support/mcp-client.ts";
import { send, withOwnStack } from "../support/own-stack.ts";
import { workbookOf } from "../support/workbooks.ts";

Deno.test("on the hosted Deno the functions answer, and no line of the stack's output holds a key", async (t) => {
  await withOwnStack(async (stack, lines) => {
    await t.step("the functions run on it", async () => {
      const isolate = stack.components.find(({ name }) => name === "alerts.1");
      const program = await Deno.readLink(`/proc/${isolate?.pid}/exe`);
      const { stdout } = await new Deno.Command(program, { args: ["--version"] }).output();
      assert.match(new TextDecoder().decode(stdout), /^deno 2\.1\.4 /);
    });

    await t.step("the first alert is filled", async () => {
      const { status, body } = await send(stack, {
        symbol: "AAPL",
        action: "buy",
        quantity: "1",
        price: "190.25",
      });
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(body.status, "filled");
      const health = await fetch(`${stack.info.api_url}/functions/v1/health/ready`);
      assert.equal(health.status, 200, await health.text());
    });

    await t.step("a workbook is read and imported", async () => {
      const { api_url, api_key } = stack.info;
      const bytes = workbookOf({ "List of trades": rowsOf(makeTrades(1, 5)) });
      const response = await fetch(`${api_url}/functions/v1/tools/import_backtest`, {
        method: "POST",
        headers: { "x-api-key": api_key },
        body: JSON.stringify({ account: "baseline", file: btoa(String.fromCharCode(...bytes)) }),
      });
      const { result } = await response.json();
      assert.equal(result?.check.equal, true, JSON.stringify(result));
    });

    await t.step("an assistant orders, reads what became of it, and has the pages", async () => {
      const { api_url, api_key } = stack.info;
      const headers = { "x-api-key": api_key };
      await withClient(async (client) => {
        const order = { symbol: "ACME", side: "buy", quantity: "1", price: "10" };
        assert.equal((await callTool(client, "place_order", order)).data.result?.status, "filled");
        const { data } = await callTool(client, "list_positions", { symbol: "ACME" });
        assert.equal(data.result[0]?.quantity, "1");
        const { contents } = await client.readResource({ uri: "docs://errors" });
        assert.match(JSON.stringify(contents), /insufficient_funds/);
      }, { url: `${api_url}/functions/v1/mcp`, headers });
    });

    await t.step("alerts with the key in every place leave none in the output", async () => {
      const { api_url, api_key } = stack.info;
      const before = lines.length;
      const requests = [...requestsWithKey(api_key, "default"), ...refusedWithKey(api_key)];
      for (const { query, headers, body } of requests) {
        const response = await fetch(`${api_url}/functions/v1/alerts${query}`, {
          method: "POST",
          headers,
          body,
        });
        await response.body?.cancel();
      }
      const logged = () => lines.slice(before).filter((line) => line.includes('"request_id"'));
      for (let turn = 0; turn < 500 && logged().length < requests.length; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(logged().length, requests.length, "one line a request");
      assert.deepEqual(lines.filter((line) => line.includes(heartOf(api_key))), []);
    });
  }, { deno: "npx -y deno@2.1.4" });
});
