import assert from "node:assert/strict";
import type { Client } from "@modelcontextprotocol/sdk/client";
import { csvOf, makeTrades, rowsOf } from "../support/backtests.ts";
import { useTool } from "../support/functions.ts";
import { callTool, withClient } from "../support/mcp-client.ts";
import { CATALOG, withKeys } from "../support/mcp.ts";
import { asService, connect, newAccount, stack, unique } from "../support/stack.ts";

const ACCEPT = "application/json, text/event-stream";

/** What each tool is called with here, in an account that holds 10 ACME; those without arguments of their own need none. */
const callsIn = (account: string): Record<string, Record<string, unknown>> => ({
  place_order: { account, symbol: "ACME", side: "buy", quantity: "1", price: "100" },
  close_position: { account, symbol: "ACME", quantity: "1", price: "100" },
  modify: { account, symbol: "ACME", stop_loss: { stop_price: "90" }, price: "100" },
  close_all: { account, confirm: account },
  halt: { account, reason: "lunch" },
  reset_account: { account, confirm: account },
  create_account: { account: unique("made") },
  update_settings: { account, settings: { leverage: "2" } },
  record_cash: { account, kind: "dividend", amount: "1.25" },
  upsert_instrument: { symbol: unique("S").toUpperCase() },
  split: { symbol: unique("S").toUpperCase(), new_units: "2" },
  import_backtest: { account: unique("baseline"), file: csvOf(rowsOf(makeTrades(1, 5))) },
  compare_accounts: { account, baseline: account },
  send_test_notification: { channel: unique("channel") },
});

/** Refusals that are the right answer to these calls. */
const REFUSED: Record<string, string> = { send_test_notification: "unknown_channel" };

async function holding(): Promise<string> {
  const account = await newAccount();
  const order = {
    account,
    symbol: "ACME",
    side: "buy",
    quantity: "10",
    price: "100",
    stop_loss: { percent: "50" },
  };
  assert.equal((await useTool("place_order", order)).status, 200);
  return account;
}

const namesOf = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);

/** All that an account has, to the last digit. */
async function stateOf(account: string) {
  const database = asService();
  const answers = await Promise.all([
    database.rpc("portfolio_summary", { account }),
    database.rpc("list_positions", { account }),
    database.rpc("list_orders", { account }),
    database.rpc("list_alerts", { account }),
  ]);
  const sql = connect(1);
  const [owned] = await sql`select to_jsonb(a) as row from trading.accounts a where a.name = ${account}`;
  await sql.end();
  return answers.map(({ data, error }) => {
    assert.equal(error, null);
    return data;
  }).concat(owned?.row);
}

Deno.test("a client of the SDK lists every tool and calls each of them", async (t) => {
  await withClient(async (client) => {
    const names = await namesOf(client);
    assert.ok(names.length >= 25, names.join(" "));
    for (const name of names) {
      await t.step(name, async () => {
        const account = await holding();
        const calls = callsIn(account);
        const { code, data } = await callTool(client, name, calls[name] ?? { account });
        // A tool of which this test knows nothing answers something of its own.
        if (name in calls || code === null) assert.equal(code, REFUSED[name] ?? null, JSON.stringify(data));
        else assert.notEqual(code, "internal", JSON.stringify(data));
      });
    }
  }, CATALOG);
});

Deno.test("an order by a tool is booked as an alert is: its fill, its key and its state are there at once", async () => {
  const account = await newAccount();
  await withClient(async (client) => {
    const id = unique("order");
    const order = { account, id, symbol: "ACME", side: "buy", quantity: "2.5", price: "100" };
    const { data } = await callTool(client, "place_order", order);
    assert.equal(data.result.status, "filled");
    assert.equal((await callTool(client, "place_order", order)).data.result.duplicate, true);
    const { data: { result: [position] } } = await callTool(client, "list_positions", { account });
    assert.deepEqual([position.quantity, position.cost_basis], ["2.5", "250"]);
    const { data: { result: [alert] } } = await callTool(client, "list_alerts", { account });
    assert.equal(alert.request.key_id, "dev");
    assert.deepEqual((await callTool(client, "verify_account", { account })).data.result, []);
  }, CATALOG);
});

Deno.test("a key that reads changes nothing by any tool that an operator has", async () => {
  const account = await holding();
  const before = await stateOf(account);
  await withKeys([{ scopes: ["read"] }, { scopes: ["admin"] }], async ([reader, admin]) => {
    assert.ok(reader && admin);
    const readable = await namesOf(reader);
    for (const name of await namesOf(admin)) {
      const calls = callsIn(account);
      const { code } = await callTool(reader, name, calls[name] ?? { account });
      if (!readable.includes(name)) assert.equal(code, "missing_scope", name);
    }
  });
  assert.deepEqual(await stateOf(account), before);
});

Deno.test("a key of one account reads and changes no other", async () => {
  const [mine, theirs] = [await holding(), await holding()];
  const before = await stateOf(theirs);
  await withKeys([{ scopes: ["read", "trade", "admin"], account: mine }], async ([client]) => {
    assert.ok(client);
    for (const name of await namesOf(client)) {
      const { isError } = await callTool(client, name, callsIn(theirs)[name] ?? { account: theirs });
      assert.ok(isError, name);
    }
    await assert.rejects(client.readResource({ uri: `account://${theirs}/positions` }), /own account/);
    const own = await client.readResource({ uri: `account://${mine}/positions` });
    assert.match(JSON.stringify(own), /ACME/);
  });
  assert.deepEqual(await stateOf(theirs), before);
});

Deno.test("hostile arguments get tool errors from the database, too, and never a failure of ours", async () => {
  const account = await newAccount();
  const values = [
    ...[
      "'; drop table trading.accounts; --",
      "\u0000",
      "\ud800",
      "x".repeat(5_000),
      "NaN",
      "1e400",
      "{{ticker}}",
    ],
    ...[-1, 0, 1e21, true, [], {}, [null], "99999999999999999999", "2026-02-30", "-infinity"],
  ];
  await withClient(async (client) => {
    const { tools } = await client.listTools();
    for (const { name, inputSchema } of tools) {
      const base = callsIn(account)[name] ?? { account };
      for (const [place, field] of Object.keys(inputSchema.properties ?? {}).entries()) {
        // A third of them for each field, in turn: all would be more requests than a key has in a minute.
        const some = values.filter((_, index) => (index + place) % 3 === 0);
        await Promise.all(some.map(async (value) => {
          const { code, data } = await callTool(client, name, { ...base, [field]: value });
          assert.notEqual(code, "internal", `${name} ${field} ${JSON.stringify(data)}`);
        }));
      }
    }
  }, CATALOG);
});

Deno.test("an answer that is too long for an assistant is cut, and says so", async () => {
  const account = await newAccount();
  const order = { account, symbol: "ACME", side: "buy", quantity: "1", price: "1", comment: "x".repeat(100) };
  for (let batch = 0; batch < 10; batch++) {
    await Promise.all(Array.from({ length: 10 }, () => useTool("place_order", order)));
  }
  await withClient(async (client) => {
    const { data: { result, note } } = await callTool(client, "list_alerts", { account, limit: 1000 });
    assert.ok(result.length < 100 && result.length >= 16, `${result.length}`);
    assert.match(note, new RegExp(`first ${result.length} entries`));
    const older = await callTool(client, "list_alerts", { account, limit: 1000, before: result.at(-1).id });
    assert.ok(BigInt(older.data.result[0].id) < BigInt(result.at(-1).id));
  }, CATALOG);
});

Deno.test("GET and DELETE are refused: there is no stream and no session; every answer says how many may follow", async () => {
  for (const method of ["GET", "DELETE"]) {
    const response = await fetch(CATALOG.url, {
      method,
      headers: { "x-api-key": stack.api_key, accept: ACCEPT },
    });
    await response.body?.cancel();
    assert.deepEqual([response.status, response.headers.get("allow")], [405, "POST"]);
  }
  const response = await fetch(`${CATALOG.url}?key=${stack.api_key}`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: ACCEPT },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
  });
  assert.deepEqual(await response.json(), { jsonrpc: "2.0", id: 1, result: {} });
  assert.ok(Number(response.headers.get("ratelimit-remaining")) > 0);
});
