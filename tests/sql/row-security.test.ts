import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import { type Desk, deskTest } from "../support/desk.ts";
import { canonical } from "../support/engine.ts";
import { compact } from "../support/retention.ts";
import { shadowOf } from "../support/shadows.ts";
import { asUserId, dashboardRpcs, newUser } from "../support/signed-in.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

/** Gives an account something of everything that an RPC can show, and two users: its owner and another one. */
async function ownedDesk(desk: Desk): Promise<{ owner: string; other: string }> {
  for (const received_at of ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"]) {
    await desk.mark("100", { received_at });
  }
  await desk.buy("2", "100", { stop_loss: { stop_price: "90" } });
  await desk.sell("1", "110");
  // Its sender thought that nothing was held, and it took its time.
  const sent = { time: new Date(Date.now() - 60_000).toISOString(), arrived_at: Date.now() };
  await desk.sell("1", "120", { ...sent, previous: { side: "flat", quantity: "0" } });
  const limit = canonical({
    action: "buy",
    quantity: "5",
    price: "100",
    order_type: "limit",
    limit_price: "50",
  });
  for (const _ of ["once", "again"]) await desk.send({ ...limit, account: desk.account });
  const [owner, other] = [await newUser(desk.sql), await newUser(desk.sql)];
  await desk.sql`update trading.accounts set owner_id = ${owner} where name = ${desk.account}`;
  await compact(desk.sql, desk.account, new Date().toISOString());
  await shadowOf(desk);
  return { owner, other };
}

const call = (account: string, rpc: string) => `select * from public.${rpc}('${account}')`;

deskTest("an owner may call every RPC of the dashboard on their account", {}, async (desk) => {
  const { owner } = await ownedDesk(desk);
  for (const rpc of await dashboardRpcs(desk.sql)) {
    const rows = await asUserId(desk.sql, owner, (tx) => tx.unsafe(call(desk.account, rpc)));
    equal(rows.length > 0, rpc !== "verify_account", rpc);
  }
});

deskTest("another user is told of no RPC that the account exists", {}, async (desk) => {
  const { other } = await ownedDesk(desk);
  for (const rpc of await dashboardRpcs(desk.sql)) {
    const asked = (account: string) => asUserId(desk.sql, other, (tx) => tx.unsafe(call(account, rpc)));
    await rejects(asked(desk.account), (error: Error & { code: string; hint: string }) => {
      equal(error.code, "PT404", rpc);
      equal(error.message, `no account ${desk.account}`, rpc);
      match(error.hint, /create_account/, rpc);
      return true;
    });
  }
});

deskTest("anon is refused every RPC of the dashboard", {}, async (desk) => {
  await ownedDesk(desk);
  for (const rpc of await dashboardRpcs(desk.sql)) {
    const asked = desk.sql.begin(async (tx) => {
      await tx`set local role anon`;
      await tx.unsafe(call(desk.account, rpc));
    });
    await rejects(asked, /permission denied for function/, rpc);
  }
});

deskTest("an account of nobody is seen by nobody who signs in", {}, async (desk) => {
  await desk.buy("1", "100");
  const user = await newUser(desk.sql);
  await rejects(
    asUserId(desk.sql, user, (tx) => tx.unsafe(call(desk.account, "portfolio_summary"))),
    /no account/,
  );
});

deskTest("a token without a user sees no account", {}, async (desk) => {
  await ownedDesk(desk);
  const asked = desk.sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', '{"role":"authenticated"}', true)`;
    await tx`set local role authenticated`;
    await tx.unsafe(call(desk.account, "portfolio_summary"));
  });
  await rejects(asked, /no account/);
});

/** Tables that hold something about an account, and the column that names it. */
const tablesOfAccounts = (sql: Sql) =>
  sql<{ table: string; key: string }[]>`
    select c.table_name as "table", c.column_name as "key"
    from information_schema.columns c
    where c.table_schema = 'trading' and has_table_privilege('authenticated', format('%I.%I', c.table_schema, c.table_name), 'select')
      and (c.column_name = 'account_id' or c.table_name = 'accounts' and c.column_name = 'id')
    order by 1`;

deskTest("of every table a user reads the rows of their own accounts, and those only", {}, async (desk) => {
  const { owner, other } = await ownedDesk(desk);
  const owned = await desk
    .sql`select id from trading.accounts where owner_id = ${owner} order by name = ${desk.account} desc`;
  const own = owned.map(({ id }) => id);
  const tables = await tablesOfAccounts(desk.sql);
  equal(tables.length >= 12, true);
  for (const { table, key } of tables) {
    const ids = async (user: string) => {
      const rows = await asUserId(
        desk.sql,
        user,
        (tx) => tx.unsafe(`select distinct ${key} as id from trading.${table}`),
      );
      return rows.map(({ id }) => id);
    };
    const read = await ids(owner);
    deepEqual([read.includes(own[0]), read.filter((id) => !own.includes(id))], [true, []], table);
    deepEqual(await ids(other), [], table);
  }
});

Deno.test("every RPC of the dashboard reads only, as its caller", async () => {
  await onSharedConnection(async (sql) => {
    const writers = await sql`
      select p.proname from pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.proname = any (${await dashboardRpcs(sql)})
        and (p.provolatile = 'v' or p.prosecdef)`;
    deepEqual([...writers], []);
  });
});
