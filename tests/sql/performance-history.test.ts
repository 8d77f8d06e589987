import { equal, ok } from "node:assert/strict";
import type { Sql, TransactionSql } from "postgres";
import { openAccount } from "../support/engine.ts";
import { fillHistory } from "../support/history.ts";
import { asOwner } from "../support/signed-in.ts";
import { connect } from "../support/stack.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

// Counts of blocks and of scans rather than times: they do not depend on the machine, nor on what else it does.

/** What a dashboard asks of an account, as a call in SQL. */
const pages = [
  "list_alerts($1)",
  "list_alerts($1, only_symbol => 'RARE')",
  "list_alerts($1, only_strategy => 's1')",
  "list_alerts($1, only_strategy => 'rare')",
  "list_alerts($1, only_status => 'rejected')",
  "list_alerts($1, only_status => 'ignored')",
  "list_orders($1)",
  "list_orders($1, only_symbol => 'SYM3')",
  "list_orders($1, only_symbol => 'RARE')",
  "list_orders($1, only_strategy => 'rare')",
  "list_orders($1, only_status => 'open')",
  "list_orders($1, only_status => 'expired')",
  "list_orders($1, only_status => 'canceled')",
  "list_fills($1)",
  "list_fills($1, only_symbol => 'RARE')",
  "list_fills($1, only_strategy => 'rare')",
  "list_trades($1)",
  "list_trades($1, only_symbol => 'RARE')",
  "list_trades($1, only_strategy => 'rare')",
  "list_positions($1)",
  "portfolio_summary($1)",
];
const overviews = [
  "performance($1)",
  "performance($1, only_symbol => 'SYM3')",
  "compare_strategies($1)",
  "equity_curve($1)",
  "equity_curve($1, 'day')",
  "list_marks($1, 'SYM0')",
  "portfolio_overview($1)",
  "results($1)",
  "profit_curve($1, only_strategy => 's1')",
  "daily_results($1)",
  "symbol_chart($1, 'SYM0')",
];

const history = ["alerts", "orders", "fills", "trades", "equity_bars", "mark_bars"];

interface Cost {
  /** Blocks read, from memory or disk. */
  blocks: number;
  /** Tables of the history that were read from end to end. */
  scanned: string[];
  /** Rows answered. */
  rows: number;
}

/** What one call costs a signed-in owner whose session has made it before. */
async function cost(sql: Sql, account: string, call: string): Promise<Cost> {
  return await asOwner(sql, account, async (tx) => {
    const query = `select * from public.${call.replaceAll("$1", `'${account}'`)}`;
    await tx.unsafe(query);
    const before = await sequentialScans(tx);
    const [row] = await tx.unsafe(`explain (analyze, buffers, timing off, format json) ${query}`);
    const after = await sequentialScans(tx);
    const plan = row?.["QUERY PLAN"][0].Plan;
    return {
      blocks: plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
      scanned: history.filter((table) => after[table] !== before[table]),
      rows: plan["Actual Rows"],
    };
  });
}

/** Sequential scans of each table by this transaction. */
async function sequentialScans(tx: TransactionSql): Promise<Record<string, number>> {
  const rows = await tx`
    select relname, seq_scan::integer as count from pg_stat_xact_user_tables where schemaname = 'trading'`;
  return Object.fromEntries(rows.map(({ relname, count }) => [relname, count]));
}

Deno.test("on a long history", async (t) => {
  await onSharedConnection(async (sql) => {
    const [short, long] = [await openAccount(sql), await openAccount(sql)];
    await fillHistory(sql, short, { fills: 5_000, minutes: 5_000 });
    await fillHistory(sql, long, { fills: 50_000, minutes: 50_000 });

    for (const call of pages) {
      await t.step(`${call} reads no more of 50,000 fills than of 5,000, and scans no table`, async () => {
        const [little, much] = [await cost(sql, short, call), await cost(sql, long, call)];
        equal(much.rows, little.rows);
        ok(much.blocks <= little.blocks + 50, `${little.blocks} blocks, then ${much.blocks}`);
        equal(much.scanned.join(), "");
      });
    }

    for (const call of overviews) {
      await t.step(`${call} reads one account among others by its index`, async () => {
        equal((await cost(sql, short, call)).scanned.join(), "");
      });
    }

    await t.step("the first page of a new epoch does not read the one before", async () => {
      await sql`select public.reset_account(${long})`;
      await fillHistory(sql, long, { fills: 2 });
      const page = await cost(sql, long, "list_fills($1)");
      equal(page.rows, 2);
      ok(page.blocks < 100, `${page.blocks} blocks`);
    });

    await t.step("a page of an earlier epoch does not read the one after", async () => {
      const page = await cost(sql, long, "list_fills($1, in_epoch => 1)");
      equal(page.rows, 100);
      ok(page.blocks < 200, `${page.blocks} blocks`);
    });

    await t.step("a page does not read the newer rows of other accounts", async () => {
      await fillHistory(sql, await openAccount(sql), { fills: 10_000 });
      for (const list of ["list_alerts", "list_orders", "list_fills", "list_trades"]) {
        const page = await cost(sql, long, `${list}($1, in_epoch => 1)`);
        equal(page.rows, 100);
        ok(page.blocks < 400, `${list}: ${page.blocks} blocks`);
      }
    });

    await t.step("the open orders of an account are read without those of others", async () => {
      const calls = ["list_orders($1, only_status => 'open')", "portfolio_overview($1)"];
      const alone: Cost[] = [];
      for (const call of calls) alone.push(await cost(sql, short, call));
      const other = await openAccount(sql);
      await fillHistory(sql, other, { fills: 20_000 });
      await sql`
        update trading.orders set status = 'open', closed_at = null
        where account_id = (select id from trading.accounts where name = ${other})`;
      await sql`vacuum analyze trading.orders`;
      for (const [nr, call] of calls.entries()) {
        const { rows, blocks } = await cost(sql, short, call);
        equal(rows, alone[nr]?.rows);
        ok(blocks <= (alone[nr]?.blocks ?? 0) + 50, `${call}: ${alone[nr]?.blocks} blocks, then ${blocks}`);
      }
    });

    await t.step("a page far back costs what the first one costs", async () => {
      const [row] = await sql`
        select min(f.id) + 500 as id from trading.fills f join trading.accounts a on a.id = f.account_id where a.name = ${short}`;
      const page = await cost(sql, short, `list_fills($1, before => ${row?.id})`);
      equal(page.rows, 100);
      ok(page.blocks < 200, `${page.blocks} blocks`);
    });
  });
});

const lookups = [
  ["alerts", "dedupe_key = '1/0/key:x'", "alerts_dedupe_key_key"],
  ["alerts", "dedupe_key >= '1/0/seen:x' and dedupe_key < '1/0/seen:x;'", "alerts_dedupe_key_key"],

  ["orders", "case when status = 'open' then account_id end = 1 and status = 'open'", "orders_open_idx"],
] as const;
for (const [table, condition, index] of lookups) {
  Deno.test(`booking finds its ${table} by ${index} where ${condition}, also in a table that was never analyzed`, async () => {
    await using database = { sql: connect(1), [Symbol.asyncDispose]: () => database.sql.end() };
    await database.sql.begin(async (tx) => {
      await tx.unsafe(
        `create temporary table copied (like trading.${table} including indexes) on commit drop`,
      );
      const [own] = await tx`
        select c.indexrelid::regclass::text as name from pg_index o join pg_index c
          on c.indrelid = 'copied'::regclass and c.indkey = o.indkey
            and pg_get_expr(c.indexprs, c.indrelid) is not distinct from pg_get_expr(o.indexprs, o.indrelid)
        where o.indexrelid = ${`trading.${index}`}::regclass`;
      await tx`set local enable_seqscan = off`;
      const plan = await tx.unsafe(`explain (format json) select from copied where ${condition}`);
      ok(JSON.stringify(plan).includes(`"${own?.name}"`), JSON.stringify(plan));
    });
  });
}
