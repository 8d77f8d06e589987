import assert from "node:assert/strict";
import { openApiDocument } from "../../supabase/functions/_shared/openapi/document.ts";
import { post } from "../support/alerts.ts";
import { closed, complaints, type Document, schemasOf } from "../support/openapi.ts";
import { newAccount, stack } from "../support/stack.ts";

const functions = `${stack.api_url}/functions/v1`;
const served: Document = await fetch(`${functions}/alerts/openapi.json`).then((response) => response.json());
const schemas = schemasOf(closed(served));
const answerOf = (path: string, method: string, status: number) =>
  schemas("paths", path, method, "responses", `${status}`, "content", "application/json", "schema");

/** Asserts that an answer is as the document says, down to the last field. */
function asDescribed(path: string, method: string, status: number, body: unknown): void {
  const wrong = complaints(answerOf(path, method, status), body);
  assert.equal(wrong, "", `${method} ${path} ${status}: ${JSON.stringify(body)}`);
}

const account = await newAccount({ settings: { leverage: 2, fee_bps: 3 } });
const query = `?account=${account}`;

Deno.test("the functions describe themselves, without a key", () => {
  assert.equal(served.openapi, "3.1.1");
  assert.deepEqual(served, JSON.parse(JSON.stringify(openApiDocument(stack.api_url))));
});

Deno.test("every kind of answer to an alert is as described", async (t) => {
  const alerts: Record<string, unknown> = {
    filled: { symbol: "AAPL", action: "buy", quantity: "10", price: "190.25", id: "one", comment: "in" },
    "a duplicate": {
      symbol: "AAPL",
      action: "buy",
      quantity: "10",
      price: "190.25",
      id: "one",
      comment: "in",
    },
    "another under its id": { symbol: "AAPL", action: "buy", quantity: "11", price: "190.25", id: "one" },
    "with a bracket": {
      symbol: "AAPL",
      action: "buy",
      quantity: "1.5",
      price: "190",
      take_profit: { percent: 5 },
      stop_loss: { trail_percent: 2 },
    },
    resting: {
      symbol: "MSFT",
      action: "buy",
      quantity: "2",
      order_type: "stop_limit",
      stop_price: "425",
      limit_price: "426",
      price: "420",
    },
    mark: { symbol: "AAPL", action: "mark", open: "190", high: "193", low: "189.5", close: "192" },
    refused: { symbol: "AAPL", action: "buy", quantity: "100000", price: "190" },
    repaired: { symbol: "AAPL", action: "buy", quantity: "1", price: "191", position_size: "20" },
    canceled: { symbol: "MSFT", action: "cancel" },
    "nothing to do": { symbol: "TSLA", action: "close", price: "210" },
    closed: { symbol: "AAPL", action: "close", price: "195" },
    unreadable: { symbol: "AAPL", action: "bye", quantity: "x" },
    "an array": [{ symbol: "AAPL", action: "mark", price: "194" }, {
      symbol: "AAPL",
      action: "close",
      price: "1",
    }],
    "an array of refusals": [{ symbol: "AAPL", action: "buy", quantity: "1000000", price: "194" }],
  };
  for (const [name, alert] of Object.entries(alerts)) {
    await t.step(name, async () => {
      const dry = await post(alert as object, { query: `${query}&dry_run=1` });
      asDescribed("/alerts", "post", dry.status, dry.body);
      const { status, body } = await post(alert as object, { query });
      asDescribed("/alerts", "post", status, body);
    });
  }
  await t.step("no key", async () => {
    const { status, body } = await post({ symbol: "AAPL" }, { key: null });
    assert.equal(status, 401);
    asDescribed("/alerts", "post", status, body);
  });
});

Deno.test("every part of a portfolio is as described", async (t) => {
  const paths = Object.keys(served.paths).filter((path) => path.startsWith("/portfolio"));
  assert.ok(paths.length >= 9);
  for (const path of paths) {
    await t.step(path, async () => {
      const response = await fetch(`${functions}${path.replace("{symbol}", "AAPL")}${query}`, {
        headers: { "x-api-key": stack.api_key },
      });
      const body = await response.json();
      assert.equal(response.status, 200, JSON.stringify(body));
      if (Array.isArray(body)) assert.ok(body.length > 0, "there is something to compare");
      asDescribed(path, "get", 200, body);
    });
  }
  await t.step("an account that is not there", async () => {
    const response = await fetch(`${functions}/portfolio?account=nobody`, {
      headers: { "x-api-key": stack.api_key },
    });
    asDescribed("/portfolio", "get", 404, await response.json());
  });
});

Deno.test("health is as described", async () => {
  for (const path of ["/health", "/health/ready"]) {
    const response = await fetch(`${functions}${path}`);
    asDescribed(path, "get", response.status, await response.json());
  }
});

Deno.test("tools are as described: their list, one that is done, one that is refused", async () => {
  const headers = { "x-api-key": stack.api_key };
  const list = await fetch(`${functions}/tools`, { headers });
  asDescribed("/tools", "get", list.status, await list.json());
  for (
    const [tool, input] of [
      ["verify_account", { account }],
      ["halt", { account, reason: "a test" }],
      ["halt", { account: "nobody" }],
      ["resume", { account }],
      ["resume", { account, nonsense: 1 }],
    ] as const
  ) {
    const response = await fetch(`${functions}/tools/${tool}`, {
      method: "POST",
      headers,
      body: JSON.stringify(input),
    });
    asDescribed(`/tools/${tool}`, "post", response.status, await response.json());
  }
});

Deno.test("the MCP server is as described: a reply, an error, a request without a key", async () => {
  for (
    const [method, key] of [["ping", stack.api_key], ["tools/list", stack.api_key], [
      "nonsense",
      stack.api_key,
    ], [
      "ping",
      "",
    ]] as const
  ) {
    const response = await fetch(`${functions}/mcp`, {
      method: "POST",
      headers: {
        "x-api-key": key,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method }),
    });
    asDescribed("/mcp", "post", response.status, await response.json());
  }
});

Deno.test("notifications are as described", async () => {
  const headers = { "x-api-key": stack.api_key };
  const sent = await fetch(`${functions}/notifications`, { method: "POST", headers });
  asDescribed("/notifications", "post", sent.status, await sent.json());
  const body = JSON.stringify({ channel: "nobody" });
  const tried = await fetch(`${functions}/notifications/test`, { method: "POST", headers, body });
  asDescribed("/notifications/test", "post", tried.status, await tried.json());
});
