import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import { deskTest } from "../support/desk.ts";
import { unique } from "../support/stack.ts";

/** More decimals than any number here may have, whether they say something or not. */
const TOO_FINE = ["1.0000000000000000001", `1.${"0".repeat(16_000)}`];
/** 1000, as a sender may write it. */
const LONG = `1000.${"0".repeat(16_000)}`;

/** The settings of a type, from the catalog, so that none is forgotten. */
async function settingsOf(sql: Sql, type: string): Promise<string[]> {
  const rows = await sql`
    select a.attname as name from pg_attribute a
    where a.attrelid = 'trading.account_settings'::regclass and a.attnum > 0 and not a.attisdropped
      and a.atttypid = ${type}::regtype and a.attname <> 'account_id'
    order by 1`;
  return rows.map(({ name }) => name);
}

deskTest(
  "no setting takes more than 18 decimals: every size would be counted with them",
  {},
  async (desk) => {
    for (const name of await settingsOf(desk.sql, "numeric")) {
      for (const value of TOO_FINE) {
        await rejects(desk.set({ [name]: value }), {
          code: "23514",
          hint: /at most 18|more than 18 decimals/,
        }, name);
      }
    }
  },
);

deskTest("settings are answered exactly: decimals as strings, the others as they are", {}, async (desk) => {
  const decimals = await settingsOf(desk.sql, "numeric");
  const exact = "1.000000000000000001";
  const given = JSON.stringify(Object.fromEntries(decimals.map((name) => [name, exact])));
  const [row] = await desk
    .sql`select public.update_account_settings(${desk.account}, ${given}::text::jsonb) as s`;
  deepEqual(decimals.filter((name) => row?.s[name] !== exact), []);
  for (const [type, name] of [["integer", "number"], ["boolean", "boolean"]] as const) {
    const answered = (await settingsOf(desk.sql, type)).map((setting) => row?.s[setting]);
    deepEqual(answered.filter((value) => value !== null && typeof value !== name), [], type);
  }
});

deskTest("a limit that is lifted is answered as null", {}, async (desk) => {
  await desk.set({ max_order: "5" });
  const [row] = await desk
    .sql`select public.update_account_settings(${desk.account}, '{"max_order": null}') as s`;
  equal(row?.s.max_order, null);
});

deskTest("cash is stored without the zeros behind it", { cash: LONG }, async (desk) => {
  const { sql, account } = desk;
  await sql`select public.deposit(${account}, ${LONG}::text::numeric)`;
  await sql`select public.withdraw(${account}, ${LONG}::text::numeric)`;
  await sql`select public.adjust_cash(${account}, ${LONG}::text::numeric, 'a correction')`;
  await sql`select public.reset_account(${account}, ${LONG}::text::numeric)`;
  const [stored] = await sql`
    select a.cash::text, a.deposits::text, (select max(scale(c.amount)) from trading.cash_entries c where c.account_id = a.id) as scale
    from trading.accounts a where a.name = ${account}`;
  deepEqual({ ...stored }, { cash: "1000", deposits: "1000", scale: 0 });
});

deskTest("no instrument takes more than 18 decimals", {}, async ({ sql }) => {
  for (const value of TOO_FINE) {
    for (const term of ["multiplier", "lot_size", "tick_size"]) {
      await rejects(
        sql.unsafe(`select public.upsert_instrument($1, ${term} => $2::text::numeric)`, [
          unique("X").toUpperCase(),
          value,
        ]),
        { code: "23514", hint: /at most 18 decimals/ },
        term,
      );
    }
  }
});
