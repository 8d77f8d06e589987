import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Desk, deskTest } from "../support/desk.ts";
import { storedRows } from "../support/ledger.ts";
import { live, longAfter } from "../support/life.ts";
import { answers, bookMinutes, compact, kept, same } from "../support/retention.ts";
import { asService, connect, unique } from "../support/stack.ts";

const lives: Record<string, { leverage: null; fee_bps?: number; clock?: string; time_zone?: string }> = {
  "as alerts arrive": { leverage: null, fee_bps: 5 },
  "on the alerts' clock": { leverage: null, fee_bps: 5, clock: "alert" },
  "half an hour off the hours of UTC": { leverage: null, time_zone: "Asia/Kolkata" },
};
const asked = (settings: { time_zone?: string }) => ({
  midnight: settings.time_zone === undefined ? "2026-03-03T00:00:00Z" : "2026-03-02T18:30:00Z",
});

/** Replays an account into a new one and returns all that is stored about that. */
async function replayed(desk: Desk, account = desk.account): Promise<Record<string, unknown[]>> {
  const copy = unique("copy");
  await desk.sql`select public.replay_account(${account}, ${copy})`;
  return await storedRows(desk.sql, copy);
}

/** A whole life, and what it comes to as long as nothing of it is compacted. */
async function lived(desk: Desk, settings: { time_zone?: string }) {
  await live(desk, 0, 2880);
  return { answers: await answers(desk.sql, desk.account, asked(settings)), replay: await replayed(desk) };
}

for (const [when, settings] of Object.entries(lives)) {
  let whole: ReturnType<typeof lived> | undefined;

  deskTest(
    `after retention an account answers, proves and replays as before: ${when}`,
    { settings },
    async (desk) => {
      const before = await (whole = lived(desk, settings));
      ok((before.answers.fills?.length ?? 0) > 6);
      deepEqual(before.answers.differences, []);
      await compact(desk.sql, desk.account, longAfter);
      const { listed, archived } = await kept(desk.sql, desk.account);
      ok(archived > 2800, `${archived} archived`);
      ok(listed < 40, `${listed} listed`);
      same(await answers(desk.sql, desk.account, asked(settings)), before.answers);
      same(await replayed(desk), before.replay);
    },
  );

  deskTest(
    `retention between the parts of a life changes nothing of it: ${when}`,
    { settings },
    async (desk) => {
      // The test before has lived it already, unless this one is run alone.
      const { answers: expected, replay } = await (whole ??
        lived(await Desk.open({ settings }, desk.sql), settings));
      for (const [first, last] of [[0, 150], [150, 1301], [1301, 2400], [2400, 2880]] as const) {
        await live(desk, first, last);
        await compact(desk.sql, desk.account, longAfter, 100);
      }
      ok((await kept(desk.sql, desk.account)).archived > 2800);
      same(await answers(desk.sql, desk.account, asked(settings)), expected);
      same(await replayed(desk), replay);
    },
  );
}

deskTest("a fall within one hour is as deep after its minutes became an hour", {}, async (desk) => {
  const at = (time: string) => ({ received_at: `2026-03-02T${time}:00Z` });
  await desk.buy("100", "100", at("10:00"));
  for (const [nr, price] of ["130", "110", "160", "104", "150", "101", "120"].entries()) {
    await desk.mark(price, at(`11:1${nr}`));
  }
  await desk.mark("125", at("13:00"));
  const before = await answers(desk.sql, desk.account);
  const [figures] = await desk
    .sql`select max_drawdown, max_drawdown_percent from public.performance(${desk.account})`;
  deepEqual({ ...figures }, { max_drawdown: "5900", max_drawdown_percent: "5.56603774" });
  await compact(desk.sql, desk.account, longAfter);
  const bars = await desk
    .sql`select 1 from trading.equity_hours h join trading.accounts a on a.id = h.account_id where a.name = ${desk.account}`;
  equal(bars.length, 2);
  same(await answers(desk.sql, desk.account), before);
});

deskTest("compact_history does what is left of an account's day, and then answers 0", {}, async (desk) => {
  for (const received_at of ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"]) {
    await desk.mark("100", { received_at });
  }
  const step = async () => {
    const { data, error } = await asService().rpc("compact_history");
    if (error) throw new Error(error.message);
    return data;
  };
  while (await step() !== 0);
  equal((await kept(desk.sql, desk.account)).archived, 0, "a new account waits until its day has ended");
  await desk.sql`update trading.accounts set compacted_at = '-infinity' where name = ${desk.account}`;
  while (await step() !== 0);
  deepEqual(await kept(desk.sql, desk.account), { listed: 1, archived: 1 });
  const [owned] = await desk
    .sql`select compacted_at > now() - interval '1 minute' as done from trading.accounts where name = ${desk.account}`;
  equal(owned?.done, true);
});

deskTest("compact_history refuses steps that are too small or too large", {}, async ({ sql }) => {
  for (const rows of [0, 99, 10_001, null]) {
    await rejects(sql`select public.compact_history(${rows})`, /max_rows must be/);
  }
});

deskTest(
  "an account that cannot be compacted stops no other, and is tried again when its day has ended",
  {},
  async (desk) => {
    const other = await Desk.open({}, desk.sql);
    for (const each of [desk, other]) {
      for (const received_at of ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"]) {
        await each.mark("100", {
          received_at,
        });
      }
    }
    const [{ id } = { id: null }] = await desk
      .sql`select id from trading.accounts where name = ${desk.account}`;
    const undone = new Error("undone");
    const attempt = desk.sql.begin(async (tx) => {
      await tx.unsafe(`
      update trading.accounts set compacted_at = '-infinity' where name in ('${desk.account}', '${other.account}');
      alter table trading.mark_archive add constraint refused check (account_id <> ${id}) not valid;`);
      while ((await tx`select trading.compact_step(now(), 500) as done`)[0]?.done !== 0);
      const archived = await tx`
      select a.name, coalesce(sum(k.marks), 0)::int as marks, a.compacted_at > '-infinity' as looked_at
      from trading.accounts a left join trading.mark_archive k on k.account_id = a.id
      where a.name in (${desk.account}, ${other.account}) group by a.id order by a.id`;
      deepEqual(archived.map(({ marks, looked_at }) => [marks, looked_at]), [[0, true], [1, true]]);
      throw undone;
    });
    await rejects(attempt, undone);
  },
);

deskTest("retention beside bookings delays none of them long, and loses nothing", {}, async (desk) => {
  await live(desk, 0, 2880);
  const clock = connect(1);
  let busy = true;
  const slowest: number[] = [];
  try {
    const retention = (async () => {
      await compact(clock, desk.account, longAfter, 300);
      busy = false;
    })();
    let booked = 0;
    while (busy) {
      const begun = performance.now();
      const sent = await desk.mark(`${50 + booked++ % 20}`, { symbol: "OTHER", strategy: "swing" });
      slowest.push(performance.now() - begun);
      equal(sent.status, "ignored");
    }
    await retention;
    ok(booked > 5, `${booked} booked meanwhile`);
    ok(Math.max(...slowest) < 1_000, `the slowest took ${Math.max(...slowest)} ms`);
    const copy = unique("copy");
    await desk.sql`select public.replay_account(${desk.account}, ${copy})`;
    same(await answers(desk.sql, copy), await answers(desk.sql, desk.account));
  } finally {
    await clock.end();
  }
});

deskTest("a mark at rest takes less than 250 bytes, with its part of bars and indexes", {}, async (desk) => {
  const marks = 20_000;
  await desk
    .sql`select public.update_account_settings(${desk.account}, '{"keep_marks_days": 1, "keep_minute_bars_days": 1}')`;
  await bookMinutes(desk.sql, desk.account, { from: "2026-03-02T00:00:00Z", minutes: marks });
  const size = async () => {
    const [row] = await desk.sql`
      select sum(pg_total_relation_size('trading.' || t))::int as bytes
      from unnest(array['mark_archive', 'mark_hours', 'equity_hours', 'mark_progress']) t`;
    return row?.bytes as number;
  };
  const before = await size();
  await compact(desk.sql, desk.account, longAfter);
  ok((await kept(desk.sql, desk.account)).listed < 60);
  const [left] = await desk.sql`
    select (select count(*)::int from trading.mark_bars b where b.account_id = a.id)
      + (select count(*)::int from trading.equity_bars b where b.account_id = a.id) as bars
    from trading.accounts a where a.name = ${desk.account}`;
  ok(left?.bars < 130, `${left?.bars} minutes left`);
  const bytes = (await size() - before) / marks;
  ok(bytes < 250, `${bytes} bytes a mark`);
  ok(bytes > 5, `${bytes} bytes a mark: was anything written?`);
});
