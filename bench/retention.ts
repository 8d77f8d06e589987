/**
 * `deno task bench retention [days]`: what a year (or so many days) of a symbol at a mark a minute leaves behind. Two databases
 * side by side get the same alerts: one keeps all of it, in the other retention runs at the end of each day, as pg_cron has
 * it done. Then both must prove, answer and replay the same. What several symbols take is worked out from the bytes of one.
 */
import type { Sql } from "postgres";
import { answers, bookMinutes, compact, same } from "../tests/support/retention.ts";
import { connect } from "./database.ts";
import { keep, Report, say } from "./report.ts";
import { startStackProcess } from "./servers.ts";

const days = Number(Deno.args.find((arg) => /^\d+$/.test(arg)) ?? 365);
const begin = Date.parse("2025-11-01T00:00:00Z");
const account = "year";
const marks = days * 1440;
const asked = { midnight: "2025-11-02T00:00:00Z", symbols: ["SYM0", "SYM0"] as [string, string] };
/** Tables that grow with symbols, and those that grow with time alone. */
const ofSymbols = ["alerts", "mark_archive", "mark_bars", "mark_hours"];
const ofTime = ["equity_bars", "equity_hours"];
const report = new Report();

const day = (nr: number) => new Date(begin + nr * 86_400_000).toISOString();

/** Books the days into a database of its own, with what is done as each ends, and weighs it. */
async function liveThrough(
  settings: Record<string, unknown>,
  endDay: (sql: Sql, end: string) => Promise<unknown>,
) {
  const dataDir = await Deno.makeTempDir({ prefix: "bench-" });
  const stack = await startStackProcess(dataDir);
  const sql = connect(stack);
  await sql`select public.create_account(${account}, settings => ${JSON.stringify(settings)}::text::jsonb)`;
  const size = async () =>
    Number((await sql`select pg_database_size(current_database()) as bytes`)[0]?.bytes);
  const empty = await size();
  for (let nr = 0; nr < days; nr++) {
    await bookMinutes(sql, account, { from: day(nr), minutes: 1440 });
    await endDay(sql, day(nr + 1));
    // What autovacuum does by itself, when a day takes a day; and pg_cron once a month.
    await sql`vacuum analyze trading.alerts, trading.mark_bars, trading.equity_bars`;
    if (nr % 30 === 29) await sql`reindex table concurrently trading.alerts`;
    if (nr % 30 === 29) say(`  ${nr + 1} days`);
  }
  await sql`vacuum analyze`;
  const grown = await size() - empty;
  const bytes: Record<string, number> = {};
  for (const table of [...ofSymbols, ...ofTime]) {
    const [row] = await sql`select pg_total_relation_size(${`trading.${table}`}) as bytes`;
    bytes[table] = Number(row?.bytes);
  }
  return {
    sql,
    grown,
    bytes,
    async stop() {
      await sql.end();
      await stack.stop();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}

/** What a year of some symbols takes, by the bytes of one; `shares`: of what a table keeps of one symbol's. */
const megabytes = (
  bytes: Record<string, number>,
  symbols: number,
  shares: Record<string, number> = {},
): number => {
  const sum = (tables: string[]) =>
    tables.reduce((all, name) => all + (bytes[name] ?? 0) * (shares[name] ?? 1), 0);
  return (symbols * sum(ofSymbols) + sum(ofTime)) / 1e6;
};

say("without retention");
const whole = await liveThrough(
  { leverage: null, keep_marks_days: null, keep_minute_bars_days: null },
  async () => {},
);
say("with retention");
const compacted = await liveThrough({ leverage: null }, (sql, end) => compact(sql, account, end));

const year = (symbols: string) => `a year of ${symbols} at a mark a minute`;
report.add(`${year("one symbol")}: without retention`, "MB", whole.grown / 1e6);
report.add(`${year("one symbol")}: with retention`, "MB", compacted.grown / 1e6);
report.add("a mark of that year, all included: without retention", "bytes", whole.grown / marks);
report.add("a mark of that year, all included: with retention", "bytes", compacted.grown / marks);
for (const [name, symbols] of [["five symbols", 5], ["fifty symbols", 50]] as const) {
  report.add(`${year(name)}: without retention`, "MB", megabytes(whole.bytes, symbols));
  report.add(`${year(name)}: with retention`, "MB", megabytes(compacted.bytes, symbols));
}
const shorter = { alerts: 1 / 7, mark_bars: 3 / 90, equity_bars: 3 / 90 };
report.add(
  `${year("fifty symbols")}: with keep_marks_days 1, keep_minute_bars_days 3`,
  "MB",
  megabytes(compacted.bytes, 50, shorter),
);

say("both prove, answer and replay the same");
const before = await answers(whole.sql, account, asked);
same({ differences: [] }, before);
for (const { sql } of [whole, compacted]) {
  same(before, await answers(sql, account, asked));
  await sql`select public.replay_account(${account}, 'again')`;
  same(before, await answers(sql, "again", asked));
}
Deno.stdout.writeSync(new TextEncoder().encode(`${report}`));
say(JSON.stringify({ without: whole.bytes, with: compacted.bytes }));
if (days === 365) await keep(report);
await whole.stop();
await compacted.stop();
