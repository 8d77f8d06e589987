import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import { asUserId, newUser } from "../support/signed-in.ts";
import { openAccount } from "../support/engine.ts";
import { onSharedConnection, undone } from "../support/shared-connection.ts";

/** A test in a transaction that is undone, as the owner. */
const undoneTest = (name: string, body: (sql: Sql) => Promise<void>) =>
  Deno.test(name, () => undone((tx) => body(tx as unknown as Sql)));

async function statusAs(sql: Sql, user: string) {
  const claims = JSON.stringify({ sub: user, role: "authenticated" });
  await sql`select set_config('request.jwt.claims', ${claims}, true)`;
  await sql`set local role authenticated`;
  const [row] = await sql`select public.system_status() as status`;
  await sql`reset role`;
  return row?.status;
}

undoneTest("everybody's locks are counted, and waiting for one", async (sql) => {
  const user = await newUser(sql);
  const { locks: before } = await statusAs(sql, user);
  await sql`select pg_advisory_xact_lock(trading.lock_id('system-status-test'))`;
  await sql`select public.acquire_lease('system-status-test', 'tests', 60000)`;
  const { locks: after } = await statusAs(sql, user);
  // Others take and give back locks at the same time.
  equal(after.held >= 2, true);
  equal(typeof before.waiting, "number");
});

undoneTest("the cache's counts are the sums over all isolates", async (sql) => {
  const user = await newUser(sql);
  const { cache: before } = await statusAs(sql, user);
  const metrics = (amount: number) =>
    JSON.stringify([
      { name: "cache_hits_total", labels: { function: "tests", layer: "l1" }, value: amount },
      { name: "cache_hits_total", labels: { function: "tests", layer: "l2" }, value: 2 * amount },
      { name: "cache_misses_total", labels: { function: "tests" }, value: 3 * amount },
    ]);
  for (const amount of [1, 10]) {
    await sql`select public.record_metrics(gen_random_uuid(), 'tests', 1, ${metrics(amount)}::text::jsonb)`;
  }
  const { cache: after } = await statusAs(sql, user);
  deepEqual(
    [after.l1_hits - before.l1_hits, after.l2_hits - before.l2_hits, after.misses - before.misses],
    [11, 22, 33],
  );
});

undoneTest("of the outbox somebody sees the counts of their own accounts", async (sql) => {
  const [outbox] = await sql`select to_regclass('trading.notification_outbox') is not null as exists`;
  const [mine, other] = [await newUser(sql), await newUser(sql)];
  if (outbox?.exists !== true) {
    deepEqual((await statusAs(sql, mine)).outbox, { pending: 0, dead: 0 });
    return;
  }
  const [channel] = await sql`
    insert into trading.notification_channels (name, kind, url)
    values (${`c-${mine}`}, 'slack', 'https://example.com/hook') returning id`;
  for (const [owner, pending, dead] of [[mine, 3, 2], [other, 5, 7]] as const) {
    const account = await openAccount(sql);
    await sql`update trading.accounts set owner_id = ${owner} where name = ${account}`;
    await sql`
      insert into trading.notification_outbox (channel_id, account_id, event, payload, status, finished_at)
      select ${channel?.id}, a.id, 'fill', '{}', case when n <= ${pending} then 'pending' else 'dead' end,
        case when n <= ${pending} then null else now() end
      from trading.accounts a, generate_series(1, ${pending + dead}) n where a.name = ${account}`;
  }
  deepEqual((await statusAs(sql, mine)).outbox, { pending: 3, dead: 2 });
  deepEqual((await statusAs(sql, other)).outbox, { pending: 5, dead: 7 });
});

/** Blocks that a signed-in user's status reads. */
async function blocksRead(sql: Sql, user: string): Promise<number> {
  await sql`select set_config('request.jwt.claims', ${JSON.stringify({ sub: user })}, true)`;
  await sql`set local role authenticated`;
  const [row] = await sql`explain (analyze, buffers, format json) select public.system_status()`;
  await sql`reset role`;
  const [{ Plan: plan }] = row?.["QUERY PLAN"];
  return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
}

undoneTest("the status costs the same, however much was delivered", async (sql) => {
  const user = await newUser(sql);
  await statusAs(sql, user);
  const before = await blocksRead(sql, user);
  const account = await openAccount(sql);
  await sql`
    with channel as (
      insert into trading.notification_channels (name, kind, url)
      values (${`c-${user}`}, 'slack', 'https://example.com/hook') returning id)
    insert into trading.notification_outbox (channel_id, account_id, event, payload, status, finished_at)
    select c.id, a.id, 'fill', '{}', 'delivered', now()
    from channel c, trading.accounts a, generate_series(1, 20000) n where a.name = ${account}`;
  await sql`analyze trading.notification_outbox`;
  await statusAs(sql, user);
  const after = await blocksRead(sql, user);
  equal(after < before + 100, true, `${before}, then ${after} blocks`);
});

Deno.test("somebody signed in sees nothing of the metrics but the cache's counters, of leases but their end, and no isolate", async () => {
  await onSharedConnection(async (sql) => {
    const user = await newUser(sql);
    await sql`select public.record_metrics(gen_random_uuid(), 'tests', 1,
      '[{"name": "alerts_total", "labels": {"function": "tests"}, "value": 1}]'::jsonb)`;
    await asUserId(sql, user, async (tx) => {
      const others = await tx`select from trading.metrics where name not like 'cache%'`;
      equal(others.length, 0);
    });
    for (
      const query of [
        "select key from trading.leases",
        "select owner from trading.leases",
        "select from trading.isolates",
      ]
    ) {
      await rejects(asUserId(sql, user, (tx) => tx.unsafe(query)), /permission denied/, query);
    }
    for (const call of ["read_metrics()", "schema_version()", "active_locks()"]) {
      await rejects(
        asUserId(sql, user, (tx) => tx.unsafe(`select public.${call}`)),
        /permission denied/,
        call,
      );
    }
  });
});

Deno.test("a series that no metric can have is refused, and nothing of its report is kept", async () => {
  await onSharedConnection(async (sql) => {
    const isolate = crypto.randomUUID();
    const good = { name: "alerts_total", labels: { function: isolate.slice(0, 8) }, value: 1 };
    for (
      const bad of [
        { ...good, name: "Alerts Total" },
        { ...good, value: -1 },
        { ...good, value: null },
        { ...good, labels: [] },
        { ...good, labels: { function: "x".repeat(500) } },
      ]
    ) {
      const report = JSON.stringify([good, bad]);
      await rejects(
        sql`select public.record_metrics(${isolate}, 'tests', 1, ${report}::text::jsonb)`,
        JSON.stringify(bad),
      );
    }
    const kept = await sql`select from trading.metrics m where m.labels = ${
      JSON.stringify(good.labels)
    }::text::jsonb`;
    equal(kept.length, 0);
    equal((await sql`select from trading.isolates i where i.id = ${isolate}`).length, 0);
  });
});
