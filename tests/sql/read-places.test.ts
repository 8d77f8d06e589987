import { deepEqual, equal, rejects } from "node:assert/strict";
import { HISTORIES as BEHIND_A_GATE, INDEXED } from "../../dashboard/src/api/reads.ts";
import type { Sql, TransactionSql } from "postgres";
import { openAccount } from "../support/engine.ts";
import { asOwner, asUserId, newUser } from "../support/signed-in.ts";
import { connect } from "../support/stack.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

/** What goes through a history, as somebody signed in calls it about an account. */
const HISTORIES = [
  "performance($1)",
  "equity_curve($1)",
  "profit_curve($1)",
  "list_marks($1)",
  "symbol_chart($1)",
  "daily_results($1)",
  "compare_accounts($1)",
  "compare_orders($1)",
  "compare_curve($1)",
  "compare_strategies($1)",
  "alert_health($1)",
  "list_alert_gaps($1)",
  "alert_latency($1)",
  "late_alerts($1)",
  "list_orders($1, only_strategy => 's', only_symbol => 'X')",
  "list_fills($1, only_strategy => 's', only_symbol => 'X')",
  "list_trades($1, only_strategy => 's', only_symbol => 'X')",
  "list_alerts($1, only_symbol => 'X', only_status => 'filled')",
];
/** What comes from an index. */
const PAGES = [
  "list_accounts()",
  "system_status()",
  "list_orders($1, only_strategy => 's', only_status => 'open')",
  "list_fills($1, only_symbol => 'X')",
  "list_alerts($1, only_status => 'filled')",
  "list_positions($1, only_strategy => 's', only_symbol => 'X')",
  "portfolio_summary($1)",
  "portfolio_overview($1)",
  "history_archive($1)",
  "results($1)",
  "list_shadow_accounts($1)",
  "list_live_marks($1)",
];

Deno.test("the dashboard holds back what takes a place of figures, and lets all else through", async () => {
  const sql = connect(1);
  try {
    const taking = async (call: string) => {
      const rows = await sql`
        select p.proname as name from pg_proc p
        where p.pronamespace = 'public'::regnamespace and strpos(p.prosrc, ${call}) > 0`;
      return rows.map(({ name }) => name).toSorted();
    };
    deepEqual([...BEHIND_A_GATE].toSorted(), await taking("take_read_place('figures')"));
    deepEqual([...INDEXED].toSorted(), await taking("take_search_place("));
  } finally {
    await sql.end();
  }
});

/** As PostgREST reads the refusal of a read for which no place was free. */
const busy = ({ code, message, detail }: { code?: string; message?: string; detail?: string }) => {
  equal(code, "PGRST");
  equal(JSON.parse(message ?? "").code, "PT429");
  deepEqual(JSON.parse(detail ?? ""), { status: 429, headers: { "Retry-After": "1" } });
  return true;
};

/** Runs `body` while somebody else has that many of the places. */
async function withTaken(
  places: string[],
  body: (sql: Sql, account: string) => Promise<void>,
): Promise<void> {
  const [sql, other] = [connect(1), connect(1)];
  try {
    const account = await openAccount(sql);
    await other.begin(async (tx) => {
      for (const place of places) await tx`select pg_advisory_xact_lock(trading.lock_id(${`read:${place}`}))`;
      await body(sql, account);
    });
  } finally {
    await Promise.all([sql.end(), other.end()]);
  }
}

const call = (account: string, name: string) => (tx: TransactionSql) =>
  tx.unsafe(`select * from public.${name}`, name.includes("$1") ? [account] : []);
const places = (kind: string, count: number) => Array.from({ length: count }, (_, nr) => `${kind}:${nr + 1}`);

Deno.test("what goes through a history is refused to a signed-in user while no place is free, a page is not", async () => {
  await withTaken(places("figures", 3), async (sql, account) => {
    for (const name of HISTORIES) await rejects(asOwner(sql, account, call(account, name)), busy, name);
    for (const name of PAGES) await asOwner(sql, account, call(account, name));
  });
});

Deno.test("whatever a signed-in user may call is refused while six others read", async () => {
  await withTaken([...places("page", 6), "proof:1"], async (sql, account) => {
    const calls = [...HISTORIES, ...PAGES, "verify_account($1)"];
    const granted = await sql`
      select distinct p.proname as name from pg_proc p
      where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')`;
    const called = new Set(calls.map((each) => each.split("(")[0]));
    deepEqual(granted.filter(({ name }) => !called.has(name)), []);
    for (const name of calls) await rejects(asOwner(sql, account, call(account, name)), busy, name);
  });
});

Deno.test("one place is enough for each, and is given back with the transaction", async () => {
  await withTaken([...places("page", 5), "figures:1", "figures:3"], async (sql, account) => {
    for (const name of HISTORIES) await asOwner(sql, account, call(account, name));
  });
});

Deno.test("the service role, whose answers are cached, needs no place but for a proof", async () => {
  await withTaken([...places("figures", 3), ...places("page", 6)], async (sql, account) => {
    for (const name of [...HISTORIES, ...PAGES]) {
      await sql.begin(async (tx) => {
        await tx`set local role service_role`;
        await call(account, name)(tx);
      });
    }
  });
});

Deno.test("accounts are verified one at a time, whoever asks", async () => {
  await withTaken(["proof:1"], async (sql, account) => {
    const proof = call(account, "verify_account($1)");
    await rejects(asOwner(sql, account, proof), busy);
    await rejects(sql.begin(proof), busy);
  });
});

Deno.test("a read-only transaction, as PostgREST runs reads in, may take a place", async () => {
  await withTaken([], async (sql, account) => {
    const [row] = await asUserId(sql, await newUser(sql), async (tx) => {
      await tx`set transaction read only`;
      return await tx`select trading.take_read_place('figures') as taken, current_setting('transaction_read_only') as only`;
    });
    equal(row?.only, "on", account);
  });
});

Deno.test("every function that somebody signed in may call has a time of its own, shorter than the role's", async () => {
  await onSharedConnection(async (sql) => {
    const rows = await sql`
      select p.proname as name, t.setting[1] as seconds
      from pg_proc p
      left join lateral (
        select s from unnest(p.proconfig) c, regexp_matches(c, '^statement_timeout=(\\d+)s$') s) t (setting) on true
      where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')`;
    const longest = (name: string) => name === "verify_account" ? 30 : 5;
    deepEqual(rows.filter(({ name, seconds }) => seconds === null || Number(seconds) > longest(name)), []);
  });
});
