import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Desk, deskTest } from "../support/desk.ts";
import { storedRows } from "../support/ledger.ts";
import { live, longAfter } from "../support/life.ts";
import { answers, compact, kept } from "../support/retention.ts";
import { connect, unique } from "../support/stack.ts";

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
