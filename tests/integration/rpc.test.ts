import { deepEqual, equal, ok } from "node:assert/strict";
import type { SupabaseClient } from "@supabase/supabase-js";
import { post } from "../support/alerts.ts";
import { rowCounts } from "../support/rows.ts";
import { dashboardRpcs, newUser } from "../support/signed-in.ts";
import { asAnon, asService, asUser, connect, newAccount, stack } from "../support/stack.ts";

// Over HTTP, by plain supabase-js, as a dashboard calls.

type Args = Record<string, unknown>;

const sql = connect(1);
const rpcs = await dashboardRpcs(sql);
const signedIn = JSON.parse(atob(stack.user_jwt.split(".")[1] ?? "")).sub as string;

/** Calls an RPC by its name, whatever the generated types know of it. */
const rpc = (client: SupabaseClient, name: string, args: Args) => client.rpc(name, args);

/** An account of the signed-in user, with a few trades. */
async function ownAccount(trades = 1): Promise<string> {
  const account = await newAccount({ owner_id: signedIn });
  for (let trade = 0; trade < trades; trade++) {
    for (const action of ["buy", "sell"]) {
      const { status } = await post({
        id: `${action}-${trade}`,
        symbol: "ACME",
        action,
        quantity: "1",
        price: "100",
      }, { query: `?account=${account}` });
      equal(status, 200);
    }
  }
  return account;
}

for (const name of rpcs) {
  Deno.test(`${name} answers its owner by the account's name alone`, async () => {
    const { error, status } = await rpc(asUser(), name, { account: await ownAccount() });
    deepEqual({ error, status }, { error: null, status: 200 });
  });

  Deno.test(`${name} answers the default account`, async () => {
    for (const args of [{ account: "default" }, {}]) {
      const { error, status } = await rpc(asUser(), name, args);
      deepEqual({ error, status }, { error: null, status: 200 });
    }
  });

  Deno.test(`${name} answers the service role about any account`, async () => {
    const { error, status } = await rpc(asService(), name, { account: await newAccount() });
    deepEqual({ error, status }, { error: null, status: 200 });
  });

  Deno.test(`${name} is refused to anon`, async () => {
    const { error, status } = await rpc(asAnon(), name, { account: await ownAccount() });
    deepEqual({ code: error?.code, status }, { code: "42501", status: 401 });
  });

  Deno.test(`${name} hides an account once it belongs to another user`, async () => {
    const account = await ownAccount();
    await sql`update trading.accounts set owner_id = ${await newUser(sql)} where name = ${account}`;
    const { error, status, data } = await rpc(asUser(), name, { account });
    deepEqual({ data, status, message: error?.message }, {
      data: null,
      status: 404,
      message: `no account ${account}`,
    });
  });

  Deno.test(`${name} says 404, and what to do, of an account that is none`, async () => {
    const { error, status } = await rpc(asUser(), name, { account: "nobody's" });
    equal(status, 404);
    ok(error?.hint);
  });
}

/** Lists without pages: what is held, and shadows, of which there are ten at most. */
const WHOLE = ["list_live_marks", "list_shadow_accounts"];
const lists = rpcs.filter((name) => name.startsWith("list_") && !WHOLE.includes(name));
const paged = lists.filter((name) => !["list_positions", "list_marks"].includes(name));
/** Those of what alerts did; its gaps are of the epoch that goes on, and these accounts have none. */
const ledgers = paged.filter((name) => name !== "list_alert_gaps");
const epochs = [...ledgers, "equity_curve", "performance"];
const ranges = ["list_marks", "equity_curve", "performance"];
const badInput: [name: string, args: Args, status: number][] = [
  ...[...paged, "list_positions"].flatMap((name): [string, Args, number][] => [
    [name, { limit: 0 }, 400],
    [name, { limit: -1 }, 400],
    [name, { limit: 1001 }, 400],
    [name, { limit: null }, 400],
  ]),
  ...paged.flatMap((name): [string, Args, number][] => [
    [name, { before: 0 }, 400],
    [name, { before: -9_007_199_254_740_991 }, 400],
  ]),
  ...epochs.flatMap((name): [string, Args, number][] => [
    [name, { in_epoch: 0 }, 400],
    [name, { in_epoch: 2 }, 400],
    [name, { in_epoch: -2_147_483_648 }, 400],
  ]),
  ...ranges.map((name): [string, Args, number] => [
    name,
    { from_time: "2025-01-02", to_time: "2025-01-01" },
    400,
  ]),
  ["list_orders", { only_status: "rejected" }, 400],
  ["list_alerts", { only_status: "open" }, 400],
  ["list_marks", { bucket: "fortnight" }, 400],
  ["daily_results", { from_day: "-infinity", to_day: "infinity" }, 400],
  ["equity_curve", { bucket: "" }, 400],
  ["equity_curve", { bucket: "minute'; drop schema trading cascade; --" }, 400],
];

for (const [name, args, expected] of badInput) {
  Deno.test(`${name} ${JSON.stringify(args)} answers ${expected} with a hint, and changes nothing`, async () => {
    const account = await ownAccount();
    const before = await rowCounts(sql);
    const { error, status } = await rpc(asUser(), name, { account, ...args });
    equal(status, expected);
    ok(error?.message);
    ok(error?.hint, error?.message);
    deepEqual(await rowCounts(sql), before);
  });
}

const operatorInput: [name: string, args: Args, status: number][] = [
  ["create_account", { account: "default" }, 409],
  ["create_account", { account: " x" }, 400],
  ["create_account", { account: "x", initial_cash: "-1" }, 400],
  ["create_account", { account: "x", currency: "dollars" }, 400],
  ["create_account", { account: "x", owner_id: "00000000-0000-4000-8000-000000000bad" }, 409],
  ["create_account", { account: "x", settings: { leverag: 1 } }, 400],
  ["update_account_settings", { account: "nobody's", settings: {} }, 404],
  ["update_account_settings", { account: "default", settings: [] }, 400],
  ["update_account_settings", { account: "default", settings: { leverage: 0 } }, 400],
  ["update_account_settings", { account: "default", settings: { fee_bps: "much" } }, 400],
  ["update_account_settings", { account: "default", settings: { time_zone: "Mars/Olympus" } }, 400],
  ["upsert_instrument", { symbol: "<script>" }, 400],
  ["upsert_instrument", { symbol: "NEVERHELD", multiplier: 0 }, 400],
  ["upsert_instrument", { symbol: "NEVERHELD", aliases: ["NEVERHELD"] }, 400],
  ["deposit", { account: "default", amount: 0 }, 400],
  ["withdraw", { account: "default", amount: "1e17" }, 422],
  ["halt_account", { account: "nobody's" }, 404],
  ["resume_account", { account: "nobody's" }, 404],
  ["reset_account", { account: "default", initial_cash: -1 }, 400],
  ["replay_account", { account: "default", into: "x", overrides: { fees: 1 } }, 400],
  ["replay_account", { account: "default", into: "x", overrides: { alerts: 5 } }, 400],
  ["deposit", { account: "default", amount: 1, note: "x".repeat(501) }, 400],
  ["halt_account", { account: "default", reason: "x".repeat(501) }, 400],
  ["process_alerts", { alerts: {} }, 400],
  ["process_alerts", { alerts: [1] }, 400],
  ...[
    { hash: null },
    { action: "frob" },
    { quantity: "-5" },
    { quantity: "many" },
    { quantity: "NaN" },
    { price: "-1e18" },
    { price: "Infinity" },
    { target: { side: "long", quantity: "-5" } },
  ].map((wrong): [string, Args, number] => {
    const right = { symbol: "ACME", action: "buy", quantity: "1", price: "100" };
    return ["process_alerts", { alerts: [{ hash: "0".repeat(32), ...right, ...wrong }] }, 400];
  }),
];

for (const [name, args, expected] of operatorInput) {
  Deno.test(`${name} ${JSON.stringify(args)} answers ${expected} with a hint, and changes nothing`, async () => {
    const before = await rowCounts(sql);
    const { error, status } = await rpc(asService(), name, args);
    equal(status, expected, error?.message);
    ok(error?.message);
    ok(error?.hint, error?.message);
    ok(!/Failing row/.test(error?.details ?? ""), error?.details);
    deepEqual(await rowCounts(sql), before);
  });
}

for (const args of [{ before: "99999999999999999999" }, { before: "last" }, { limit: 1.5 }, { only: 1 }]) {
  Deno.test(`list_fills ${JSON.stringify(args)} is no such call: a 4xx`, async () => {
    const { error, status } = await rpc(asUser(), "list_fills", { account: "default", ...args });
    ok(status >= 400 && status < 500, String(status));
    ok(error?.message);
  });
}

for (const name of ledgers) {
  Deno.test(`${name} shows every row once, newest first, page by page`, async () => {
    const account = await ownAccount(3);
    const seen: number[] = [];
    let before: string | undefined;
    do {
      const page = before === undefined ? {} : { before };
      const { data, error } = await rpc(asUser(), name, { account, limit: 2, ...page });
      equal(error, null);
      const ids: string[] = data.map(({ id }: { id: string }) => id);
      seen.push(...ids.map(Number));
      before = ids[1];
    } while (before !== undefined);
    deepEqual(seen, [...new Set(seen)].sort((a, b) => b - a));
    equal(seen.length, name === "list_trades" ? 3 : 6);
  });
}

Deno.test("performance answers one object, its numbers as decimal strings", async () => {
  const { data } = await asUser().rpc("performance", { account: await ownAccount() });
  const { trades, net, win_rate, profit_factor, per_strategy } = data as unknown as Args;
  deepEqual({ trades, net, win_rate, profit_factor }, {
    trades: 1,
    net: "0",
    win_rate: "0",
    profit_factor: null,
  });
  equal((per_strategy as Args[]).length, 1);
});

globalThis.addEventListener("unload", () => void sql.end());
