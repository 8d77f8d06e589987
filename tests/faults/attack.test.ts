import assert from "node:assert/strict";
import postgres from "postgres";
import type { Stack } from "../../local/stack.ts";
import { keysFor } from "../support/keys.ts";
import { withOwnStack } from "../support/own-stack.ts";

const ATTACKERS = ["mallory", "oscar"];
const VICTIM = "alice";
const { keys, env } = keysFor(
  [...ATTACKERS, VICTIM].map((account) => ({ id: account, scopes: ["trade", "read"], account })),
);
const [mallory = "", oscar = "", alice = ""] = keys;

async function post({ info }: Stack, key: string, body: unknown) {
  const response = await fetch(`${info.api_url}/functions/v1/alerts`, {
    method: "POST",
    headers: { "x-api-key": key },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** Sends arrays of a hundred orders and marks by twenty senders until it is stopped; counts what it was answered. */
function attack(stack: Stack, key: string) {
  const statuses: Record<number, number> = {};
  let stopped = false;
  let sent = 0;
  const senders = Array.from({ length: 20 }, async () => {
    while (!stopped) {
      const alerts = Array.from({ length: 100 }, () => {
        const order = ++sent;
        return order % 2 === 0 ? { symbol: "FLOOD", action: "mark", price: `${100 + order % 7}` } : {
          symbol: "FLOOD",
          action: "buy",
          quantity: "1",
          limit_price: "1",
          price: "100",
          id: `order ${order}`,
        };
      });
      const { status } = await post(stack, key, alerts);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  });
  return {
    async stop() {
      stopped = true;
      await Promise.all(senders);
      return { sent, statuses };
    },
  };
}

async function createAccounts(stack: Stack): Promise<void> {
  const sql = postgres(stack.info.db_url, { max: 1 });
  for (const account of [...ATTACKERS, VICTIM]) {
    await sql`select public.create_account(${account}, settings => '{"leverage": null}'::jsonb)`;
  }
  await sql.end();
}

Deno.test("beside two senders who flood, another account's alerts are all booked; the flood is bounded, and its account can be cleaned up", async () => {
  await withOwnStack(async (stack) => {
    await createAccounts(stack);
    const attacks = [mallory, oscar].map((key) => attack(stack, key));
    const times: number[] = [];
    const statuses: number[] = [];
    for (let number = 0; number < 60; number++) {
      const started = performance.now();
      const { status } = await post(stack, alice, {
        symbol: "AAPL",
        action: number % 2 === 0 ? "buy" : "sell",
        quantity: "1",
        price: "100",
        id: `alice ${number}`,
      });
      times.push(performance.now() - started);
      statuses.push(status);
    }
    const [first, second] = await Promise.all(attacks.map((each) => each.stop()));
    const [p50, p99] = [0.5, 0.99].map((part) =>
      times.toSorted((a, b) => a - b)[Math.floor(60 * part)] ?? NaN
    );
    say(`60 alerts beside the flood: p50 ${p50?.toFixed(0)} ms, p99 ${p99?.toFixed(0)} ms`);
    say(`the flood was answered: ${JSON.stringify([first, second])}`);
    assert.deepEqual(statuses, Array(60).fill(200));

    for (const [account, key] of [["mallory", mallory], ["oscar", oscar]] as const) {
      const resting = await openOrders(stack, account);
      assert.ok(resting > 0 && resting <= 500, `${account}: ${resting}`);
      const canceled = await post(stack, key, { symbol: "*", action: "cancel", id: "clean up" });
      assert.equal(canceled.status, 200, JSON.stringify(canceled.body).slice(0, 200));
      assert.equal(await openOrders(stack, account), 0);
    }
  }, { env });
});

const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

async function openOrders(stack: Stack, account: string): Promise<number> {
  const sql = postgres(stack.info.db_url, { max: 1 });
  const [row] = await sql`
    select count(*)::int as count from trading.orders o join trading.accounts a on a.id = o.account_id
    where a.name = ${account} and o.status = 'open'`;
  await sql.end();
  return row?.count;
}
