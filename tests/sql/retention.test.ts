import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Desk, deskTest } from "../support/desk.ts";
import type { Alert } from "../support/engine.ts";
import { storedRows } from "../support/ledger.ts";
import { live, longAfter } from "../support/life.ts";
import { answers, bookMinutes, compact, kept } from "../support/retention.ts";
import { asService, connect, unique } from "../support/stack.ts";

const lives: Record<string, { leverage: null; fee_bps?: number; clock?: string; time_zone?: string }> = {
  "as alerts arrive": { leverage: null, fee_bps: 5 },
  "on the alerts' clock": { leverage: null, fee_bps: 5, clock: "alert" },
  "half an hour off the hours of UTC": { leverage: null, time_zone: "Asia/Kolkata" },
};
const midnight = (settings: { time_zone?: string }) =>
  settings.time_zone === undefined ? "2026-03-03T00:00:00Z" : "2026-03-02T18:30:00Z";

/** Replays an account into a new one and returns all that is stored about that. */
async function replayed(desk: Desk, account = desk.account): Promise<Record<string, unknown[]>> {
  const copy = unique("copy");
  await desk.sql`select public.replay_account(${account}, ${copy})`;
  return await storedRows(desk.sql, copy);
}

/** Compares part by part and row by row, so that what differs is shown and not a page of it. */
function same(one: Record<string, unknown[]>, other: Record<string, unknown[]>): void {
  for (const [part, rows] of Object.entries(one)) {
    equal(other[part]?.length, rows.length, part);
    for (const [nr, row] of rows.entries()) deepEqual({ part, row: other[part]?.[nr] }, { part, row });
  }
}

for (const [when, settings] of Object.entries(lives)) {
  deskTest(
    `after retention an account answers, proves and replays as before: ${when}`,
    { settings },
    async (desk) => {
      await live(desk, 0, 2880);
      const before = {
        answers: await answers(desk.sql, desk.account, midnight(settings)),
        replay: await replayed(desk),
      };
      ok((before.answers.fills?.length ?? 0) > 6);
      deepEqual(before.answers.differences, []);
      await compact(desk.sql, desk.account, longAfter);
      const { listed, archived } = await kept(desk.sql, desk.account);
      ok(archived > 2800, `${archived} archived`);
      ok(listed < 40, `${listed} listed`);
      same(await answers(desk.sql, desk.account, midnight(settings)), before.answers);
      same(await replayed(desk), before.replay);
    },
  );

  deskTest(
    `retention between the parts of a life changes nothing of it: ${when}`,
    { settings },
    async (desk) => {
      const whole = await Desk.open({ settings }, desk.sql);
      await live(whole, 0, 2880);
      for (const [first, last] of [[0, 150], [150, 1301], [1301, 2400], [2400, 2880]] as const) {
        await live(desk, first, last);
        await compact(desk.sql, desk.account, longAfter, 100);
      }
      ok((await kept(desk.sql, desk.account)).archived > 2800);
      const [day, sql] = [midnight(settings), desk.sql];
      same(await answers(sql, desk.account, day), await answers(sql, whole.account, day));
      same(await replayed(desk), await replayed(whole));
    },
  );
}

const aged = { received_at: "2026-03-02T10:00:00.5Z" };
const old = (minute: number) => ({ received_at: `2026-03-02T11:${String(minute).padStart(2, "0")}:00.5Z` });
const later = longAfter;

/** Two marks of which the first is compacted and the newest, as always, stays. */
async function twoMarks(desk: Desk, first: Alert, symbol = "ACME"): Promise<void> {
  await desk.mark("100", { ...aged, symbol, ...first });
  await desk.mark("101", { ...old(1), symbol, time: "2026-03-02T11:01:00Z" });
}

deskTest(
  "a mark that changed nothing leaves, and the newest alert stays: its place is that of what comes next",
  {},
  async (desk) => {
    await twoMarks(desk, {});
    await compact(desk.sql, desk.account, later);
    deepEqual(await kept(desk.sql, desk.account), { listed: 1, archived: 1 });
    await desk.sql`select public.deposit(${desk.account}, 500)`;
    const [event] = await desk.sql`
    select e.after_alert_id = a.id as in_place from trading.account_events e join trading.alerts a on a.account_id = e.account_id
    where e.kind = 'deposit' and e.account_id = (select id from trading.accounts where name = ${desk.account})`;
    equal(event?.in_place, true);
  },
);

deskTest(
  "a mark that is not old enough stays",
  { settings: { leverage: null, keep_marks_days: 30 } },
  async (desk) => {
    await twoMarks(desk, {});
    await compact(desk.sql, desk.account, "2026-04-01T12:00:00Z");
    deepEqual(await kept(desk.sql, desk.account), { listed: 2, archived: 0 });
    await compact(desk.sql, desk.account, "2026-04-02T12:00:00Z");
    deepEqual(await kept(desk.sql, desk.account), { listed: 1, archived: 1 });
  },
);

deskTest(
  "where both settings are null nothing leaves, ever",
  { settings: { leverage: null, keep_marks_days: null, keep_minute_bars_days: null } },
  async (desk) => {
    await twoMarks(desk, {});
    equal(await compact(desk.sql, desk.account, "2126-01-01T00:00:00Z"), 0);
    deepEqual(await kept(desk.sql, desk.account), { listed: 2, archived: 0 });
  },
);

const named = {
  "an idempotency_key": { idempotency_key: "for-good" },
  "the name of a signed message": { message_id: "key:message" },
};
for (const [name, fields] of Object.entries(named)) {
  deskTest(`a mark with ${name} stays, and is a duplicate for good`, {}, async (desk) => {
    const first = { ...fields, hash: "0".repeat(32), time: "2026-03-02T10:00:00Z" };
    await twoMarks(desk, first);
    await compact(desk.sql, desk.account, later);
    deepEqual(await kept(desk.sql, desk.account), { listed: 2, archived: 0 });
    equal((await desk.mark("100", { ...aged, ...first })).duplicate, true);
  });
}

deskTest("a mark that came again stays with the trace of it", {}, async (desk) => {
  const first = { hash: "1".repeat(32), time: "2026-03-02T10:00:00Z" };
  for (const _ of ["once", "again"]) await desk.mark("100", { ...aged, ...first });
  await desk.mark("101", old(1));
  await compact(desk.sql, desk.account, later);
  const [listed] = await desk
    .sql`select duplicates from public.list_alerts(${desk.account}) where duplicates > 0`;
  equal(listed?.duplicates, 1);
});

deskTest(
  "what trades, fills, cancels or is refused stays with its whole answer, and is a duplicate after years",
  {},
  async (desk) => {
    const buy = {
      action: "buy",
      quantity: "1",
      price: "100",
      hash: "2".repeat(32),
      time: "2026-03-02T10:00:00Z",
    };
    const first = await desk.send({ ...buy, ...aged });
    await desk.sell("1", "103", { ...old(1), order_type: "limit", limit_price: "105" });
    await desk.mark("106", old(2));
    await desk.close("106", old(3));
    await desk.send({ ...old(4), action: "cancel" });
    await desk.buy("1", "0", old(5));
    await desk.mark("107", old(6));
    const before = [
      ...await desk.sql`select id, status, code, answer from public.list_alerts(${desk.account})`,
    ];
    equal(before.length, 7);
    await compact(desk.sql, desk.account, "2029-01-01T00:00:00Z");
    deepEqual(
      [...await desk.sql`select id, status, code, answer from public.list_alerts(${desk.account})`],
      before,
    );
    const again = await desk.send({ ...buy, received_at: "2029-01-01T00:00:00Z" });
    deepEqual(again, { ...first, duplicate: true });
  },
);

for (const clock of ["arrival", "alert"]) {
  deskTest(
    `a mark that comes again after it left is booked anew and changes nothing, on the clock of ${clock}`,
    { settings: { leverage: null, clock } },
    async (desk) => {
      // As it arrives, or as history that is played back, which has no other time than its own.
      const arrives = (time: string) => clock === "alert" ? { time } : { time, received_at: time };
      await desk.buy("3", "100", arrives("2026-03-02T10:00:00Z"));
      const bar = { open: "99", high: "120", low: "80", interval: "1", exchange: "NASDAQ" };
      const sent = { ...bar, ...arrives("2026-03-02T10:30:00Z"), hash: "3".repeat(32) };
      await desk.mark("110", sent);
      const limit = { order_type: "limit", limit_price: "85" };
      await desk.buy("1", "100", { ...limit, ...arrives("2026-03-02T11:00:00Z") });
      await desk.mark("130", arrives("2026-03-02T11:01:00Z"));
      await compact(desk.sql, desk.account, later);
      equal((await kept(desk.sql, desk.account)).archived, 1);
      const before = await answers(desk.sql, desk.account);
      const again = await desk.mark("110", {
        ...sent,
        ...(clock === "arrival" && { received_at: "2026-03-20T10:30:00Z" }),
      });
      deepEqual([again.status, again.duplicate, again.fills], ["ignored", false, []]);
      same(await answers(desk.sql, desk.account), before);
      deepEqual((await desk.resting()).length, 1);
    },
  );
}

deskTest(
  "the last mark of a symbol stays while it is the last: come again, it would set the mark",
  {},
  async (desk) => {
    await twoMarks(desk, { time: "2026-03-02T10:00:00Z" }, "FIRST");
    await twoMarks(desk, { time: "2026-03-02T10:00:00Z" }, "LAST");
    await compact(desk.sql, desk.account, later);
    const rows = await desk.sql`select symbol, alert_time from public.list_alerts(${desk.account})`;
    deepEqual(rows.map(({ symbol }) => symbol), ["LAST", "FIRST"]);
  },
);

deskTest("marks of an epoch that is over leave, and are told of by its number", {}, async (desk) => {
  await twoMarks(desk, {});
  await desk.sql`select public.reset_account(${desk.account})`;
  await desk.mark("100");
  await compact(desk.sql, desk.account, later);
  const told = async (epoch: number | null) => {
    const [row] = await desk.sql`select * from public.history_archive(${desk.account}, ${epoch})`;
    return [row?.epoch, Number(row?.archived_marks), row?.archived_until?.toISOString()];
  };
  deepEqual(await told(1), [1, 1, "2026-03-02T10:00:00.500Z"]);
  deepEqual(await told(null), [2, 0, undefined]);
});

const rpc = (desk: Desk, change: string) =>
  desk.sql.begin(async (tx) => {
    await tx`set local role service_role`;
    await tx.unsafe(change);
  });
const ofDesk = (desk: Desk) =>
  `account_id = (select id from trading.accounts where name = '${desk.account}')`;

/** A row of the archive for the mark of `twoMarks` that may leave, as compact_marks writes it but for `change`. */
const archive = (desk: Desk, change = "m.request") => `
  insert into trading.mark_archive
  select m.account_id, m.epoch, m.symbol, m.id, m.id, 1, m.received_at, trading.kept_mark(${change}) - '{time,price}'::text[],
    trading.pack_numbers(array[m.id::numeric]), trading.pack_numbers(array[extract(epoch from m.received_at)]),
    null, null, null, null, trading.pack_numbers(array[(${change} ->> 'price')::numeric])
  from trading.alerts m where m.${ofDesk(desk)} order by m.id limit 1;`;
const leave = (desk: Desk) =>
  `delete from trading.alerts where ${ofDesk(desk)} and request ->> 'price' = '100'`;

deskTest("a mark may be deleted once the archive holds it word by word", {}, async (desk) => {
  await twoMarks(desk, { interval: "5" });
  await rpc(desk, archive(desk) + leave(desk));
  deepEqual(await kept(desk.sql, desk.account), { listed: 1, archived: 1 });
});

const forgeries = {
  "the archive does not hold": null,
  "the archive holds with another price": `m.request || '{"price":"100.01"}'`,
  "the archive holds without its interval": "m.request - 'interval'",
};
for (const [what, change] of Object.entries(forgeries)) {
  deskTest(`a mark that ${what} cannot be deleted, by no role`, {}, async (desk) => {
    await twoMarks(desk, { interval: "5" });
    const changes = (change === null ? "" : archive(desk, change)) + leave(desk);
    await rejects(rpc(desk, changes), /append-only: delete refused/);
    await rejects(desk.sql.unsafe(changes), /append-only: delete refused/);
    deepEqual(await kept(desk.sql, desk.account), { listed: 2, archived: 0 });
  });
}

deskTest("what is in the archive cannot be changed or taken away", {}, async (desk) => {
  await twoMarks(desk, {});
  await compact(desk.sql, desk.account, later);
  const changes = [
    "update trading.mark_archive set marks = marks",
    "delete from trading.mark_archive",
    "truncate trading.mark_archive",
  ];
  for (const change of changes) await rejects(desk.sql.unsafe(change), /append-only/, change);
});

deskTest("numbers come out of their packing as they went in", {}, async ({ sql }) => {
  const numbers = [
    "0",
    "-1.5",
    "999999999999999999.999999999999999999",
    "0.000000000000000001",
    "-7",
    "100",
    "100",
  ];
  const [row] = await sql`
    select trading.pack_numbers(${numbers}::numeric[]) as packed,
      trading.unpack_numbers(trading.pack_numbers(${numbers}::numeric[]))::text[] as numbers,
      trading.pack_numbers(array[1.50, 1.75]) as example, trading.pack_numbers(array[null, null]::numeric[]) as none`;
  deepEqual(row?.numbers, numbers);
  deepEqual([row?.example, row?.none], ["2:150,25", null]);
});

deskTest("compact_history does what is left of an account's day, and then answers 0", {}, async (desk) => {
  await twoMarks(desk, {});
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
  const [left] = await desk.sql.unsafe(`
    select (select count(*)::int from trading.mark_bars where ${
    ofDesk(desk)
  }) + (select count(*)::int from trading.equity_bars where ${ofDesk(desk)}) as bars`);
  ok(left?.bars < 130, `${left?.bars} minutes left`);
  const bytes = (await size() - before) / marks;
  ok(bytes < 250, `${bytes} bytes a mark`);
  ok(bytes > 5, `${bytes} bytes a mark: was anything written?`);
});
