import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import { differences, readCommittedGrants, readGrants } from "../../local/grants.ts";
import { deskTest } from "../support/desk.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

/** Runs `body` as the owner. */
function sqlTest(name: string, body: (sql: Sql) => Promise<void>): void {
  Deno.test(name, () => onSharedConnection(body));
}

const appendOnly = ["alerts", "fills", "cash_entries", "account_events", "duplicates", "mark_archive"];
const changes = (table: string) => [
  `update trading.${table} set account_id = account_id`,
  `delete from trading.${table}`,
  `truncate trading.${table} cascade`,
];

for (const role of ["postgres", "service_role", "authenticated", "anon"]) {
  for (const table of appendOnly) {
    deskTest(`${table} is append-only: ${role} may not update, delete or truncate it`, {}, async (desk) => {
      await desk.buy("1", "100");
      for (const change of changes(table)) {
        await rejects(
          desk.sql.begin(async (tx) => {
            await tx.unsafe(`set local role ${role}`);
            await tx.unsafe(change);
          }),
          /append-only|permission denied/,
          change,
        );
      }
    });
  }
}

/** What somebody signed in calls. */
const signedIn = [
  "equity_curve",
  "list_alerts",
  "list_fills",
  "list_orders",
  "list_positions",
  "list_trades",
  "performance",
  "portfolio_summary",
  "verify_account",
];

const executable = (sql: Sql, role: string, schema: string) =>
  sql`select distinct p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = ${schema} and has_function_privilege(${role}, p.oid, 'execute') order by 1`
    .then((rows) => rows.map(({ name }) => name as string));

sqlTest(
  "each role reaches exactly what supabase/grants.json says: what is new there, a reviewer sees",
  async (sql) => {
    // After a change that is meant: deno task db:grants.
    deepEqual(differences(await readCommittedGrants(), await readGrants(sql)), []);
  },
);

sqlTest("a function or a table that is opened to a role is found", async (sql) => {
  const committed = await readCommittedGrants();
  await rejects(
    sql.begin(async (tx) => {
      await tx`create function public.left_open() returns integer language sql set search_path = '' return 1`;
      await tx`grant execute on function public.left_open to anon`;
      await tx`create table trading.left_open (id integer)`;
      await tx`grant select on trading.left_open to public`;
      await tx`grant update (name) on trading.accounts to authenticated`;
      const found = differences(committed, await readGrants(tx as unknown as Sql));
      throw new Error(found.sort().join("; "));
    }),
    (error: Error) => {
      for (
        const line of [
          "+ anon may execute left_open()",
          "+ public may select trading.left_open",
          "+ anon may select trading.left_open",
          "+ authenticated may update(name) trading.accounts",
        ]
      ) ok(error.message.includes(line), `${line} in ${error.message}`);
      return true;
    },
  );
});

sqlTest("anon may execute no RPC", async (sql) => {
  deepEqual(await executable(sql, "anon", "public"), []);
});

sqlTest("anon may execute nothing of the engine", async (sql) => {
  deepEqual(await executable(sql, "anon", "trading"), []);
});

sqlTest("authenticated may execute what a dashboard reads", async (sql) => {
  const names = await executable(sql, "authenticated", "public");
  deepEqual(signedIn.filter((name) => !names.includes(name)), []);
});

sqlTest(
  "authenticated may execute nothing that writes, or runs as its owner, nor locks more than a read's place",
  async (sql) => {
    const names = await sql`
    select p.proname as name from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'trading'::regnamespace) and (p.provolatile = 'v' or p.prosecdef)
      and p.proname not in ('try_place', 'take_read_place', 'take_search_place')
      and has_function_privilege('authenticated', p.oid, 'execute')`;
    deepEqual([...names], []);
  },
);

sqlTest("service_role may execute every RPC", async (sql) => {
  const all =
    await sql`select distinct p.proname as name from pg_proc p where p.pronamespace = 'public'::regnamespace order by 1`;
  deepEqual(await executable(sql, "service_role", "public"), all.map(({ name }) => name));
});

sqlTest(
  "only the list of lock holders and that of migrations are read with the owner's rights",
  async (sql) => {
    const names = await sql`
    select p.proname as name from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'trading'::regnamespace) and p.prosecdef and p.proname not in ('lock_sessions', 'schema_version')`;
    deepEqual([...names], []);
  },
);

sqlTest("every function has an empty search_path", async (sql) => {
  const loose = await sql`
    select p.oid::regprocedure::text as name from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'trading'::regnamespace) and p.prokind = 'f'
      and not coalesce(p.proconfig @> array['search_path=""'], false)`;
  deepEqual([...loose], []);
});

sqlTest("no two RPCs share a name", async (sql) => {
  const overloads = await sql`
    select p.proname as name from pg_proc p where p.pronamespace in ('public'::regnamespace, 'trading'::regnamespace)
    group by 1 having count(*) > 1`;
  deepEqual([...overloads], []);
});

sqlTest("every table of the engine has row security", async (sql) => {
  const open = await sql`
    select c.relname as name from pg_class c
    where c.relnamespace = 'trading'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity`;
  deepEqual([...open], []);
});

sqlTest("anon and authenticated may write no table", async (sql) => {
  const writable = await sql`
    select c.relname as name, r.role from pg_class c cross join (values ('anon'), ('authenticated')) r (role)
    where c.relnamespace = 'trading'::regnamespace and c.relkind in ('r', 'p', 'v')
      and has_table_privilege(r.role, c.oid, 'insert, update, delete, truncate')`;
  deepEqual([...writable], []);
});

deskTest("anon and authenticated are refused when they book", {}, async (desk) => {
  for (const role of ["anon", "authenticated"]) {
    await rejects(
      desk.sql.begin(async (tx) => {
        await tx.unsafe(`set local role ${role}`);
        await tx`select public.process_alerts('[]')`;
      }),
      /permission denied/,
      role,
    );
  }
  equal((await desk.mark("100")).cash, "100000");
});
