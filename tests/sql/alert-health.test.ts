import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import { seeded } from "../support/backtests.ts";
import { type Desk, deskTest } from "../support/desk.ts";
import { type Alert, book, bookUnruled, openAccount } from "../support/engine.ts";
import { asOwner, asUserId, newUser } from "../support/signed-in.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

const flat = { side: "flat", quantity: "0" };
const long = (quantity: string) => ({ side: "long", quantity });
const short = (quantity: string) => ({ side: "short", quantity });
/** A moment so many minutes ago. */
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** The gaps of a desk's account, oldest first. */
const gaps = async ({ sql, account }: { sql: Sql; account: string }, only_status: string | null = null) =>
  [
    ...await sql`select * from public.list_alert_gaps(${account}, null, only_status => ${only_status})`,
  ].toReversed();
/** The row of a strategy; null: of the whole account. */
async function health({ sql, account }: { sql: Sql; account: string }, strategy: string | null = "") {
  const rows = await sql`select * from public.alert_health(${account}) order by strategy nulls first`;
  const found = rows.find((row) => row.strategy === strategy);
  ok(found);
  return found;
}

/** What a row says, without when. */
const told = (row: Record<string, unknown> | undefined, ...names: string[]) =>
  names.map((name) => row?.[name] ?? null);

deskTest(
  "a target that repairs what a missed alert left is a gap, with what was missed",
  {},
  async (desk) => {
    await desk.buy("5", "100", { target: long("5"), received_at: ago(30) });
    // A sell of 3 at about 110 never came.
    await desk.mark("110", { received_at: ago(20) });
    await desk.sell("2", "104", { target: flat, received_at: ago(10) });
    const [row, ...others] = await gaps(desk);
    equal(others.length, 0);
    deepEqual(told(row, "status", "missed", "repaired", "expected", "booked", "held"), [
      "missed",
      "-3",
      true,
      "-2",
      "-5",
      "5",
    ]);
    deepEqual(told(row, "price", "due_price", "cost", "least_cost", "most_cost", "cost_reason"), [
      "104",
      "110",
      "18",
      "18",
      "18",
      null,
    ]);
    deepEqual(told(await health(desk), "alerts", "missed", "repairs", "contradictions", "cost", "unpriced"), [
      "2",
      "1",
      "1",
      "0",
      "18",
      "0",
    ]);
  },
);

deskTest("what a missed alert cost is the average of the marks in between, within bounds", {
  settings: { leverage: null },
  instrument: { multiplier: "10" },
}, async (desk) => {
  await desk.buy("1", "100", { target: long("1"), received_at: ago(60) });
  await desk.mark("90 108 88 92", { received_at: ago(50), interval: "1" });
  await desk.mark("98", { received_at: ago(40) });
  await desk.buy("1", "105", { target: long("3"), received_at: ago(10) });
  const [row] = await gaps(desk);
  // Due at 95: the buy of 1 was 10 a unit dearer by then, of 10 units each.
  deepEqual(told(row, "missed", "due_price", "cost", "least_cost", "most_cost"), [
    "1",
    "95",
    "100",
    "-30",
    "170",
  ]);
});

deskTest("without a mark in between no cost is known, and it says why", {}, async (desk) => {
  await desk.buy("5", "100", { target: long("5"), received_at: ago(30) });
  await desk.sell("2", "104", { target: flat, received_at: ago(10) });
  deepEqual(told((await gaps(desk))[0], "missed", "cost", "cost_reason"), ["-3", null, "no_marks"]);
  deepEqual(told(await health(desk), "missed", "cost", "unpriced"), ["1", "0", "1"]);
});

deskTest(
  "a previous position that is not what was held is a gap, also where no target repairs it",
  {},
  async (desk) => {
    await desk.buy("5", "100", { received_at: ago(30) });
    await desk.buy("1", "100", { previous: flat, received_at: ago(20) });
    const [row] = await gaps(desk);
    deepEqual(told(row, "status", "missed", "repaired", "previous", "held", "cost_reason"), [
      "missed",
      "-5",
      false,
      "0",
      "5",
      "not_repaired",
    ]);
    deepEqual(told(await health(desk), "missed", "repairs", "contradictions"), ["1", "0", "1"]);
  },
);

deskTest("a target alone repairs what its previous position contradicts", {}, async (desk) => {
  await desk.buy("5", "100", { target: long("5"), received_at: ago(30) });
  await desk.mark("110", { received_at: ago(20) });
  await desk.send({ target: flat, previous: long("2"), price: "104", received_at: ago(10) });
  deepEqual(told((await gaps(desk))[0], "status", "missed", "repaired", "price", "due_price", "cost"), [
    "missed",
    "-3",
    true,
    "104",
    "110",
    "18",
  ]);
});

deskTest("a gap that no target repairs is listed once, until it is another", {}, async (desk) => {
  await desk.buy("5", "100", { received_at: ago(30) });
  await desk.buy("1", "100", { previous: flat, received_at: ago(20) });
  await desk.sell("1", "100", { previous: short("1"), received_at: ago(10) });
  equal((await gaps(desk)).length, 1);
});

deskTest("alerts that agree with each other have no gap", {}, async (desk) => {
  await desk.buy("5", "100", { target: long("5"), previous: flat, received_at: ago(40) });
  await desk.sell("8", "100", { target: short("3"), previous: long("5"), received_at: ago(30) });
  await desk.send({ action: "close", price: "100", previous: short("3"), received_at: ago(20) });
  await desk.buy("2", "100", { previous: flat, received_at: ago(10) });
  deepEqual(await gaps(desk), []);
});

deskTest("an account that trades sizes of its own is compared by the side alone", {}, async (desk) => {
  await desk.buy("5", "100", { received_at: ago(40), previous: flat });
  await desk.buy("5", "100", { received_at: ago(30), previous: long("1700") });
  deepEqual(await gaps(desk), []);
  await desk.sell("5", "100", { received_at: ago(20), previous: short("1700") });
  deepEqual(told((await gaps(desk))[0], "status", "missed"), ["missed", null]);
});

deskTest("a target beside a size in percent of equity repairs nothing that was missed", {}, async (desk) => {
  const ten = { quantity: "10", quantity_type: "percent_of_equity" };
  await desk.send({ action: "buy", price: "100", ...ten, target: long("7"), received_at: ago(40) });
  await desk.send({ action: "sell", price: "100", ...ten, target: short("7"), received_at: ago(30) });
  deepEqual(await gaps(desk), []);
});

deskTest("less than a lot is no contradiction", { instrument: { lot_size: "1" } }, async (desk) => {
  await desk.buy("5.4", "100", { target: long("5.4"), previous: flat, received_at: ago(40) });
  await desk.sell("5.4", "100", { target: flat, previous: long("5.4"), received_at: ago(30) });
  deepEqual(await gaps(desk), []);
});

deskTest(
  "an alert that came and was refused is a gap of its own kind, with its own price",
  {},
  async (desk) => {
    await desk.buy("5", "100", { target: long("5"), received_at: ago(30) });
    await desk.set({ max_order: "1000" });
    equal((await desk.buy("10", "110", { target: long("15"), received_at: ago(20) })).status, "rejected");
    await desk.set({ max_order: null });
    await desk.buy("1", "120", { target: long("16"), received_at: ago(10) });
    deepEqual(told((await gaps(desk))[0], "status", "missed", "due_price", "cost"), [
      "refused",
      "10",
      "110",
      "100",
    ]);
    deepEqual(told(await health(desk), "missed", "cost", "refused"), ["0", "100", "1"]);
    deepEqual((await health(desk)).refusals, { risk_limit: 1 });
  },
);

deskTest("alerts of one second that came in another order missed nothing", {}, async (desk) => {
  const at = ago(10);
  await desk.buy("5", "100", { target: long("5"), previous: flat, received_at: ago(30), time: ago(30) });
  await desk.sell("2", "101", { target: flat, previous: long("2"), time: at, received_at: at });
  await desk.sell("3", "101", { target: long("2"), previous: long("5"), time: at, received_at: at });
  deepEqual((await gaps(desk)).map(({ status }) => status), ["reordered", "reordered"]);
  equal((await health(desk)).missed, "0");
});

deskTest("an older alert that came too late was not missed", {}, async (desk) => {
  const times = [ago(30), ago(20), ago(10)];
  await desk.buy("5", "100", { target: long("5"), time: times[0], received_at: times[0] });
  await desk.sell("2", "101", { target: flat, time: times[2], received_at: times[2] });
  await desk.sell("3", "101", { target: long("2"), time: times[1], received_at: ago(9) });
  deepEqual((await gaps(desk)).map(({ status }) => status), ["reordered"]);
});

deskTest("an exit of the account's own that was there first is no missed alert", {}, async (desk) => {
  const stop_loss = { type: "stop", stop_price: "95" };
  await desk.buy("5", "100", { target: long("5"), stop_loss, received_at: ago(30) });
  await desk.mark("94", { received_at: ago(20) });
  await desk.sell("5", "94", { target: flat, previous: long("5"), received_at: ago(10) });
  deepEqual((await gaps(desk)).map(({ status, held }) => [status, held]), [["moved", "0"]]);
});

deskTest("an order that was cut to what funds carry is none, nor is the repair after it", {
  settings: { leverage: 1 },
  cash: "1000",
}, async (desk) => {
  await desk.buy("12", "100", { target: long("12"), received_at: ago(30) });
  await desk.sell("12", "100", { target: flat, previous: long("12"), received_at: ago(20) });
  await desk.buy("14", "100", { target: long("14"), received_at: ago(15) });
  await desk.sell("34", "100", { target: short("20"), received_at: ago(10) });
  deepEqual((await gaps(desk)).map(({ status }) => status), ["cut", "cut", "cut", "cut"]);
  equal((await health(desk)).missed, "0");
});

deskTest("a strategy that held something before its first alert here missed none", {}, async (desk) => {
  await desk.sell("2", "100", { target: long("3"), previous: long("5"), received_at: ago(30) });
  deepEqual((await gaps(desk)).map(({ status }) => status), ["first"]);
});

deskTest(
  "strategies on one symbol are judged apart, and the account's row is their sum",
  {},
  async (desk) => {
    await desk.buy("5", "100", { target: long("5"), strategy: "a", received_at: ago(30) });
    await desk.buy("5", "100", { target: long("5"), strategy: "b", received_at: ago(30) });
    await desk.sell("2", "100", { target: flat, strategy: "a", received_at: ago(20) });
    await desk.sell("5", "100", { target: flat, strategy: "b", received_at: ago(20) });
    deepEqual([(await health(desk, "a")).missed, (await health(desk, "b")).missed], ["1", "0"]);
    deepEqual(told(await health(desk, null), "alerts", "missed", "repairs"), ["4", "1", "1"]);
  },
);

deskTest("duplicates are counted, marks are not", {}, async (desk) => {
  const alert: Alert = { action: "buy", quantity: "1", price: "1", id: "x", hash: "a".repeat(32) };
  await desk.batch([{ ...alert }, { ...alert }, { ...alert }]);
  await desk.mark("2");
  deepEqual(told(await health(desk), "alerts", "duplicates", "refused"), ["1", "2", "0"]);
});

for (const seed of [1, 2, 3, 4]) {
  Deno.test(`of alerts that were dropped by seed ${seed}, exactly the repairs are listed`, async () => {
    await onSharedConnection(async (sql) => {
      const random = seeded(seed);
      const account = await openAccount(sql, { leverage: null }, "1000000");
      const sent: Alert[] = [];
      const expected: string[] = [];
      let [position, missed] = [0, 0];
      for (let nr = 0; nr < 400; nr++) {
        const units = 1 + Math.floor(random() * 9);
        const delta = position !== 0 && random() < 0.3 ? -position : random() < 0.5 ? units : -units;
        const before = position;
        position += delta;
        // The first one is there: what a strategy held before it is not known to be missed.
        if (nr > 0 && random() < 0.1) {
          missed += delta;
          continue;
        }
        const target = position === 0 ? flat : position > 0 ? long(`${position}`) : short(`${-position}`);
        const previous = before === 0 ? flat : before > 0 ? long(`${before}`) : short(`${-before}`);
        sent.push({
          ...{ account, symbol: "ACME", action: delta > 0 ? "buy" : "sell", quantity: `${Math.abs(delta)}` },
          ...{ price: `${100 + nr % 7}`, target, received_at: ago(4000 - nr * 5) },
          ...random() < 0.5 && { previous },
        });
        if (missed !== 0) expected.push(`${sent.length} ${missed}`);
        missed = 0;
      }
      const answers = await book(sql, sent);
      const place = new Map(answers.map(({ alert_id }, nr) => [alert_id, nr + 1]));
      const found =
        await sql`select id, status, missed from public.list_alert_gaps(${account}, "limit" => 1000)`;
      ok(expected.length > 20);
      deepEqual(found.map(({ id, missed }) => `${place.get(id)} ${missed}`).toReversed(), expected);
      deepEqual([...new Set(found.map(({ status }) => status))], ["missed"]);
      deepEqual([...await sql`select * from public.verify_account(${account})`], []);
    });
  });
}

// Silence ---------------------------------------------------------------------------------------------

/** Alerts at these minutes ago, as alternating buys and sells. */
const sendAt = (desk: Desk, minutes: readonly number[], more: Alert = {}) =>
  desk.batch(minutes.map((minute, nr) => ({
    ...{ action: nr % 2 === 0 ? "buy" : "sell", quantity: "1", price: "100" },
    ...{ received_at: ago(minute), ...more },
  })));
const every = (minutes: number, count: number, last: number) =>
  Array.from({ length: count }, (_, nr) => last + minutes * (count - 1 - nr));

deskTest("a strategy with one alert is never silent, nor one with ten", {}, async (desk) => {
  await sendAt(desk, [60 * 24 * 20], { strategy: "one" });
  await sendAt(desk, every(5, 10, 60 * 24 * 20), { strategy: "ten" });
  for (const strategy of ["one", "ten"]) {
    deepEqual(told(await health(desk, strategy), "silent", "silent_at", "usual_seconds", "silence_reason"), [
      false,
      null,
      null,
      "too_few_alerts",
    ]);
  }
  equal((await health(desk, null)).silent, false);
});

deskTest("a strategy is silent after three of its own intervals", {}, async (desk) => {
  // Around the clock, over a day and more, up to now.
  await sendAt(desk, every(30, 400, 80), { strategy: "quick" });
  await sendAt(desk, every(30, 400, 100), { strategy: "stopped" });
  deepEqual(told(await health(desk, "quick"), "silent", "usual_seconds"), [false, "1800"]);
  deepEqual(told(await health(desk, "stopped"), "silent", "usual_seconds"), [true, "1800"]);
  equal((await health(desk, null)).silent, true);
  const [later] = await desk
    .sql`select silent from public.alert_health(${desk.account}, intervals => 5) where strategy = 'stopped'`;
  equal(later?.silent, false);
});

deskTest(
  "alerts of one moment are one, and a pause it had before does not change its interval",
  {},
  async (desk) => {
    const bars = [...every(30, 150, 3000), ...every(30, 50, 70)];
    await sendAt(desk, bars.flatMap((minute) => [minute, minute, minute]));
    deepEqual(told(await health(desk), "silent", "usual_seconds"), [false, "1800"]);
  },
);

/** The session of an exchange: bars of half an hour from 14:30 to 21:00 on weekdays, the last on a Friday. */
const SESSIONS = `
  select array_agg(m order by m) from generate_series(timestamptz '2026-09-07 14:30Z', timestamptz '2026-10-16 20:30Z', '30 minutes') m
  where extract(isodow from m at time zone 'UTC') < 6 and (m at time zone 'UTC')::time between '14:30' and '20:30'`;

Deno.test("a night and a weekend are no silence: only a strategy's own session counts", async () => {
  await onSharedConnection(async (sql) => {
    const [row] = await sql.unsafe(`
      with m as (${SESSIONS}), sums as (
        select trading.week_sums(array(select u at time zone 'UTC' from m, unnest(m.array_agg) u)) as sums from m)
      select sums[673] as seconds,
        trading.session_time(trading.session_seconds('2026-10-16 20:30', sums) + 5400, sums)::text as silent_at,
        trading.session_seconds('2026-10-19 14:30', sums) - trading.session_seconds('2026-10-16 20:45', sums) = 0 as is_no_silence
      from sums`);
    // Thirteen quarters of an hour on each of five days: that of each bar.
    deepEqual([row?.seconds, row?.is_no_silence], [13 * 900 * 5, true]);
    equal(row?.silent_at, "2026-10-19 16:45:00");
  });
});

Deno.test("the time of a session is turned round exactly", async () => {
  await onSharedConnection(async (sql) => {
    const [row] = await sql.unsafe(`
      with m as (${SESSIONS}), moments as (select u at time zone 'UTC' as at from m, unnest(m.array_agg) u),
        sums as (select trading.week_sums(array(select at from moments)) as sums)
      select count(*) filter (where trading.session_seconds(trading.session_time(
        trading.session_seconds(at, sums) + 137, sums), sums) <> trading.session_seconds(at, sums) + 137) as wrong
      from moments, sums`);
    equal(row?.wrong, "0");
  });
});

deskTest(
  "history that is played back is not silent, and says so",
  { settings: { clock: "alert" } },
  async (desk) => {
    await sendAt(desk, every(30, 100, 5000));
    deepEqual(told(await health(desk), "silent", "silence_reason"), [false, "played_back"]);
  },
);

deskTest("a halted account is not silent, and says so", {}, async (desk) => {
  await sendAt(desk, every(30, 100, 5000));
  equal((await health(desk)).silent, true);
  await desk.sql`select public.halt_account(${desk.account})`;
  deepEqual(told(await health(desk), "silent", "silence_reason"), [false, "halted"]);
  equal((await health(desk, null)).silent, false);
});

// Who asks --------------------------------------------------------------------------------------------

deskTest("an account without alerts has a row of noughts", {}, async (desk) => {
  const rows = await desk.sql`select * from public.alert_health(${desk.account})`;
  equal(rows.length, 1);
  deepEqual(told(rows[0], "strategy", "alerts", "missed", "cost", "silent", "refused"), [
    null,
    "0",
    "0",
    "0",
    false,
    "0",
  ]);
  deepEqual(await gaps(desk), []);
});

deskTest("an owner sees the health of their account, somebody else gets no account", {}, async (desk) => {
  await desk.buy("5", "100", { target: long("5"), received_at: ago(30) });
  await desk.sell("2", "104", { target: flat, received_at: ago(10) });
  const seen = await asOwner(
    desk.sql,
    desk.account,
    (tx) => tx`select missed from public.alert_health(${desk.account}) where strategy is null`,
  );
  equal(seen[0]?.missed, "1");
  const stranger = await newUser(desk.sql);
  for (const rpc of ["alert_health", "list_alert_gaps", "alert_latency", "late_alerts"]) {
    await rejects(
      asUserId(desk.sql, stranger, (tx) => tx.unsafe(`select * from public.${rpc}($1)`, [desk.account])),
      /no account/,
    );
  }
});

deskTest("values that make no question are refused with a hint", {}, async (desk) => {
  const { sql, account } = desk;
  await rejects(sql`select * from public.alert_health(${account}, intervals => 0)`, { code: "PT400" });
  await rejects(sql`select * from public.alert_health(${account}, now(), now() - interval '1 day')`, {
    code: "PT400",
  });
  await rejects(sql`select * from public.list_alert_gaps(${account}, only_status => 'lost')`, {
    code: "PT400",
  });
  await rejects(sql`select * from public.list_alert_gaps(${account}, "limit" => 1001)`, { code: "PT400" });
});

deskTest("a name that looks like markup or like an answer is only a name", {}, async (desk) => {
  const strategy = `","repaired":{"expected":"1","booked":"9"}<img src=x>`;
  const { account, symbol } = desk;
  const buy = { account, symbol, strategy, action: "buy", quantity: "1", price: "100" };
  await bookUnruled(desk.sql, [{ ...buy, received_at: ago(30) }, { ...buy, received_at: ago(20) }]);
  deepEqual(await gaps(desk), []);
  equal((await health(desk, strategy)).alerts, "2");
});

deskTest("gaps come in pages, newest first", {}, async (desk) => {
  await desk.buy("1", "100", { target: long("1"), received_at: ago(100) });
  for (const nr of [1, 2, 3]) {
    await desk.buy("1", "100", { target: long(`${1 + nr * 2}`), received_at: ago(90 - nr) });
  }
  const page = (before: string | null) =>
    desk.sql`select id from public.list_alert_gaps(${desk.account}, "limit" => 2, before => ${before})`;
  const first = await page(null);
  const second = await page(first[1]?.id);
  deepEqual([first.length, second.length], [2, 1]);
  ok(Number(first[1]?.id) > Number(second[0]?.id));
});
