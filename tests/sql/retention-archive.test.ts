import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Desk, deskTest } from "../support/desk.ts";
import type { Alert } from "../support/engine.ts";
import { longAfter as later } from "../support/life.ts";
import { answers, compact, kept, same } from "../support/retention.ts";

const aged = { received_at: "2026-03-02T10:00:00.5Z" };
const old = (minute: number) => ({ received_at: `2026-03-02T11:${String(minute).padStart(2, "0")}:00.5Z` });

/** Two marks of which the first is compacted and the newest, as always, stays. */
async function twoMarks(desk: Desk, first: Alert, symbol = "ACME"): Promise<void> {
  await desk.mark("100", { ...aged, symbol, ...first });
  await desk.mark("101", { ...old(1), symbol, time: "2026-03-02T11:01:00Z" });
}

deskTest(
  "a mark that changed nothing leaves, and the newest alert stays: its place is that of what comes next",
  {},
  async (desk) => {
    for (const minute of [1, 2]) await desk.mark("100", old(minute));
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
