import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import type { DatabaseUrls } from "../../local/database.ts";
import { StackError } from "../../local/errors.ts";
import { migrate } from "../../local/migrations.ts";
import { repositoryRoot } from "../../local/paths.ts";
import { withDatabaseIn } from "../../local/start-database.ts";
import { readMigrations, readReleases } from "../../local/version/releases.ts";
import { withDataDir } from "../support/own-stack.ts";

const current = Object.keys(await readMigrations(repositoryRoot));
const [first] = await readReleases(repositoryRoot);
/** Those that the first release had; while nothing is released, all that there are. */
const released = first === undefined ? current : Object.keys(first.migrations);

/** A checkout that has these migrations of ours, and more. */
async function checkoutWith(
  parent: string,
  files: string[],
  more: Record<string, string> = {},
): Promise<string> {
  const checkout = await Deno.makeTempDir({ dir: parent });
  const migrations = `${checkout}/supabase/migrations`;
  await Deno.mkdir(migrations, { recursive: true });
  await Deno.copyFile(`${repositoryRoot}/supabase/config.toml`, `${checkout}/supabase/config.toml`);
  for (const file of files) {
    await Deno.copyFile(`${repositoryRoot}/supabase/migrations/${file}`, `${migrations}/${file}`);
  }
  for (const [file, text] of Object.entries(more)) await Deno.writeTextFile(`${migrations}/${file}`, text);
  return checkout;
}

/** A database as the first release made it; `urls` lead to it. */
function withReleasedDatabase(body: (urls: DatabaseUrls, sql: Sql, directory: string) => Promise<void>) {
  return withDataDir(async (dataDir) => {
    const checkout = await checkoutWith(dataDir, released);
    await withDatabaseIn(`${dataDir}/data`, async (urls) => {
      const sql = postgres(urls.owner, { max: 1, onnotice: () => {} });
      try {
        await body(urls, sql, dataDir);
      } finally {
        await sql.end();
      }
    }, checkout);
  });
}

const buy = {
  account: "default",
  strategy: "s",
  symbol: "AAPL",
  id: "first",
  hash: "0".repeat(64),
  action: "buy",
  quantity: "3",
  quantity_type: "units",
  order_type: "market",
  price: "100.5",
};

async function book(sql: Sql, alert: object) {
  const [row] = await sql`select public.process_alerts(${JSON.stringify([alert])}::text::jsonb) as answers`;
  return row?.answers[0];
}

/** All that a user would miss. */
async function stateOf(sql: Sql): Promise<unknown> {
  const rpcs = [
    "portfolio_summary",
    "list_positions",
    "list_orders",
    "list_fills",
    "list_trades",
    "list_alerts",
  ];
  const rows = await Promise.all(rpcs.map((rpc) => sql.unsafe(`select * from public.${rpc}('default')`)));
  return JSON.parse(JSON.stringify(rows));
}

async function trade(sql: Sql): Promise<void> {
  await book(sql, buy);
  await book(sql, {
    ...buy,
    id: "second",
    hash: "1".repeat(64),
    action: "sell",
    quantity: "1",
    price: "101",
  });
  await book(sql, {
    ...buy,
    id: "third",
    hash: "2".repeat(64),
    symbol: "MSFT",
    order_type: "limit",
    limit_price: "90",
  });
}

const synthetic = {
  "20991231000000_synthetic.sql": "alter table trading.alerts add column note text;\n" +
    "create function public.synthetic() returns bigint language sql stable set search_path = '' " +
    "as 'select count(*) from trading.alerts where note is null';",
};

Deno.test("an upgrade from the first release keeps all data, and the engine goes on", async () => {
  await withReleasedDatabase(async (urls, sql, directory) => {
    await trade(sql);
    const before = await stateOf(sql);
    const checkout = await checkoutWith(directory, current, synthetic);
    assert.equal(await migrate(urls, () => {}, checkout), "applied");

    assert.deepEqual(await stateOf(sql), before);
    assert.deepEqual([...await sql`select * from public.verify_account('default')`], []);
    const [counted] = await sql`select public.synthetic() as alerts`;
    assert.equal(counted?.alerts, "3", "the new migration ran, over the old data");
    const again = await book(sql, buy);
    assert.equal(again.duplicate, true, "an alert of before the upgrade is still booked once");
    const next = await book(sql, { ...buy, id: "fourth", hash: "3".repeat(64) });
    assert.equal(next.position.quantity, "5");
    assert.equal(await migrate(urls, () => {}, checkout), "unchanged", "and once is enough");
  });
});

Deno.test("a migration that fails leaves the database as it was, and says which line", async () => {
  await withReleasedDatabase(async (urls, sql, directory) => {
    await trade(sql);
    const before = await stateOf(sql);
    const broken = {
      "20991231000000_broken.sql": "create table trading.half ();\nselect nothing from nowhere;",
    };
    const checkout = await checkoutWith(directory, current, broken);
    await assert.rejects(migrate(urls, () => {}, checkout), (error) => {
      assert.ok(error instanceof StackError);
      assert.match(error.message, /20991231000000_broken\.sql[^]*nowhere/);
      return true;
    });
    assert.deepEqual(await stateOf(sql), before);
    const [half] = await sql`select to_regclass('trading.half') as name`;
    assert.equal(half?.name, null);
  });
});
