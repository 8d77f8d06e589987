import { deepEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { withOwnStack } from "../support/own-stack.ts";

/** What a plan costs that must scan a table where scans are off: above it LLVM compiles, where it is installed. */
const MOST = 1e9;

const exits = { stop_loss: { type: "stop", stop_price: "90" }, take_profit: { percent: "10" } };
const limit = { order_type: "limit", limit_price: "95" };
const BATCHES = [
  [{ action: "buy", quantity: "1", ...exits }, { action: "buy", quantity: "1", ...limit }],
  [{ action: "mark", open: "100", high: "111", low: "94" }, { action: "modify", limit_price: "90" }],
  [{ action: "sell", quantity: "999999999" }, { target: { side: "short", quantity: "1" } }, {
    action: "cancel",
  }],
  [{ action: "halt" }, { action: "resume" }, { action: "close", symbol: "OTHER" }],
];

Deno.test("no statement of a booking has a plan so dear that it would be compiled at each call", () =>
  withOwnStack(async (stack, _lines, dataDir) => {
    const { adminPassword } = JSON.parse(await Deno.readTextFile(join(dataDir, "secrets.json")));
    const url = new URL(stack.info.db_url);
    url.username = "supabase_admin";
    url.password = adminPassword;
    const plans: string[] = [];
    const sql = postgres(url.href, { max: 1, onnotice: ({ message = "" }) => plans.push(message) });
    try {
      await sql`load 'auto_explain'`;
      for (
        const setting of [
          ...["auto_explain.log_min_duration = 0", "auto_explain.log_nested_statements = on"],
          ...["auto_explain.log_level = notice", "client_min_messages = notice"],
        ]
      ) await sql.unsafe(`set ${setting}`);
      await sql`select public.update_account_settings('default', '{"margin_call": "close"}')`;
      const book = async () => {
        for (const batch of BATCHES) {
          const alerts = batch.map((alert) => ({
            symbol: "ACME",
            price: "100",
            hash: crypto.randomUUID().replaceAll("-", ""),
            ...alert,
          }));
          await sql`select public.process_alerts(${JSON.stringify(alerts)}::text::jsonb)`;
        }
      };
      await book();
      await sql`select public.create_notification_channel('desk', 'discord', 'https://example.com/hook')`;
      await book();
      await sql`select public.upsert_shadow_account('default', 'shadow')`;
      await book();
      const costs = plans.map((plan) => Number(/cost=[\d.]+\.\.([\d.]+)/.exec(plan)?.[1] ?? 0));
      ok(costs.length > 200, `only ${costs.length} plans were seen`);
      deepEqual(plans.filter((_, nr) => (costs[nr] ?? 0) > MOST), []);
    } finally {
      await sql.end();
    }
  }));
