import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import type { Database } from "../../supabase/functions/_shared/database/types.ts";
import { functionsOn, made } from "../support/functions-on.ts";
import { asAnon, asService, newAccount, stack } from "../support/stack.ts";

/** What would tell of our insides: places in code, SQL, Postgres's and PostgREST's words and codes, addresses, keys. */
const INSIDES = [
  /\.ts\b|\bat \w+ \(|node_modules|file:\/\//,
  /\bselect\b|\binsert\b|\brelation\b|\bfunction\b|pg_|trading\.|process_alerts|portfolio_summary|list_\w+/i,
  /permission denied|overflow|syntax|schema cache|connection refused|ECONN|PGRST|\b(22|23|42|XX)[0-9A-Z]{3}\b/i,
  /127\.0\.0\.1|localhost|http:/,
  /sb_secret|eyJ/,
];

const clientOf = (fetch: typeof globalThis.fetch) =>
  createClient<Database>(stack.api_url, stack.secret_key, {
    auth: { persistSession: false },
    global: { fetch },
  });
/** A database that answers this, whatever it is asked. */
const answering = (status: number, body: string) =>
  clientOf(() => Promise.resolve(new Response(body, { status })));

/** Every kind of failure behind a function. */
const failures = {
  "a role that may not": asAnon(),
  "an address where nobody is": createClient<Database>("http://127.0.0.1:9", "key", {
    auth: { persistSession: false },
  }),
  "an error that Postgres raised": answering(
    400,
    JSON.stringify({
      code: "22003",
      message: "numeric field overflow",
      details: 'insert into trading.fills values (987654321) at "x.ts"',
      hint: "connection to 127.0.0.1",
    }),
  ),
  "an error of a gateway, in HTML": answering(502, "<html>select * from trading.fills</html>"),
  "an answer that is none": answering(200, "relation trading.fills does not exist"),
  "a crash": clientOf(() => {
    throw new TypeError("cannot read trading.fills at process_alerts (file:///x.ts:1:2)");
  }),
};

for (const [what, database] of Object.entries(failures)) {
  Deno.test(`${what} behind a function shows nothing of our insides`, async () => {
    const { app } = functionsOn(database);
    const headers = { "x-api-key": made.key };
    const body = '{"symbol":"AAPL","action":"buy","quantity":"987654321","price":"10"}';
    for (
      const response of [
        await app.request("/alerts", { method: "POST", headers, body }),
        await app.request("/alerts?dry_run=1", { method: "POST", headers, body }),
        await app.request("/portfolio", { headers }),
      ]
    ) {
      const text = await response.text();
      assert.ok(response.status >= 400, text);
      assert.match(JSON.parse(text).error.code, /^[a-z_]+$/);
      for (const inside of INSIDES) assert.doesNotMatch(text, inside);
      assert.ok(!text.includes("987654321"), text);
    }
  });
}

Deno.test("what the database refuses of a real alert shows nothing of our insides", async () => {
  const { app } = functionsOn(asService());
  const account = await newAccount({ initial_cash: "1", settings: {} });
  const [top, missing] = [{ account, price: "10" }, { account: `${account}-none`, price: "10" }];
  for (const fields of [top, missing, { account }]) {
    const body = JSON.stringify({ symbol: "NOPE", action: "buy", quantity: "987654321", ...fields });
    const response = await app.request("/alerts", {
      method: "POST",
      headers: { "x-api-key": made.key },
      body,
    });
    const text = JSON.stringify((await response.json()).error);
    assert.equal(response.status, 422, text);
    for (const inside of INSIDES.slice(0, 3)) assert.doesNotMatch(text, inside);
  }
});
