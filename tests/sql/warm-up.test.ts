/** `warm_up`: what the clock calls, so that the next alert meets a connection that has booked before. */
import { deepEqual, equal, ok } from "node:assert/strict";
import postgres, { type Sql, type TransactionSql } from "postgres";
import { canonical } from "../support/engine.ts";
import { rowCounts } from "../support/rows.ts";
import { onSharedConnection, undone } from "../support/shared-connection.ts";
import { newAccount, stack, unique } from "../support/stack.ts";

const warmUp = async (sql: Sql | TransactionSql) => (await sql`select public.warm_up() as warmed`)[0]?.warmed;

/** How many plans an alert adds to those that a new connection has, after a warm-up or without. */
async function plansOfAnAlert(warm: boolean): Promise<number> {
  const account = await newAccount();
  const alert = { account, symbol: "ACME", action: "buy", quantity: "1", price: "100" };
  const sql = postgres(stack.db_url, { max: 1, onnotice: () => {} });
  const plans = async () => {
    const [row] = await sql`
      select count(*)::int as plans from pg_backend_memory_contexts where name = 'CachedPlanSource'`;
    return row?.plans as number;
  };
  const book = async () => {
    const batch = JSON.stringify([canonical(alert)]);
    await sql`select public.process_alerts(${batch}::text::jsonb, within_ms => '{2000}')`;
  };
  try {
    if (warm) await warmUp(sql);
    await plans();
    const before = await plans();
    await book();
    return await plans() - before;
  } finally {
    await sql.end();
  }
}

Deno.test("the first alert on a warm connection makes no plans, where it makes hundreds on a cold one", async () => {
  ok(await plansOfAnAlert(false) > 300);
  // Its own statement, which the driver prepares.
  equal(await plansOfAnAlert(true), 1);
});

Deno.test("a warm-up leaves no row, not even for a channel that wants to know of every account", () =>
  undone(async (tx) => {
    await tx`set transaction isolation level repeatable read`;
    await tx`set local role service_role`;
    await tx`
      select public.create_notification_channel(${unique("channel")}, 'webhook', 'https://example.com/hook')`;
    await tx`reset role`;
    const before = await rowCounts(tx as unknown as Sql);
    await tx`set local role service_role`;
    equal(await warmUp(tx), true);
    await tx`reset role`;
    deepEqual(await rowCounts(tx as unknown as Sql), before);
  }));

Deno.test("on a connection that is warm nothing is done, and nothing written", () =>
  onSharedConnection(async (sql) => {
    await warmUp(sql);
    await sql.begin(async (tx) => {
      equal(await warmUp(tx), false);
      deepEqual([...await tx`select pg_current_xact_id_if_assigned() as written`], [{ written: null }]);
    });
  }));

Deno.test("a warm-up waits for nobody, and holds nothing that an alert would wait for", () =>
  undone(async (tx) => {
    const held = postgres(stack.db_url, { max: 1, onnotice: () => {} });
    try {
      await held.begin(async (other) => {
        await other`select from trading.accounts where name = 'default' for update`;
        await tx`set local lock_timeout = '100ms'`;
        equal(await warmUp(tx), true);
      });
      const locks = await tx`
        select l.locktype, l.mode from pg_locks l
        where l.pid = pg_backend_pid() and l.locktype not in ('relation', 'virtualxid', 'transactionid')`;
      deepEqual([...locks], []);
    } finally {
      await held.end();
    }
  }));
