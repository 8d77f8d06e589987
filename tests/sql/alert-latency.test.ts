import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Desk, deskTest } from "../support/desk.ts";

/** Known once: a test may run over midnight. */
const day = new Date(Date.now() - 5 * 86_400_000);
/** That day, so many seconds after 09:00 UTC. */
const morning = (seconds: number) =>
  new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), 9) + seconds * 1_000);

/** Books an alert that was sent at a time, and took so many seconds to the function, and from there to its booking. */
const travel = (
  desk: Desk,
  [sent, toReceive, toBook]: [number, number, number],
  more: Record<string, unknown> = {},
) =>
  desk.buy("1", "100", {
    time: morning(sent).toISOString(),
    arrived_at: morning(sent + toReceive).getTime(),
    received_at: morning(sent + toReceive + toBook).toISOString(),
    ...more,
  });

const latency = (desk: Desk, args = "") =>
  desk.sql.unsafe(`select * from public.alert_latency($1${args})`, [desk.account]);
const late = (desk: Desk, args = "") =>
  desk.sql.unsafe(`select * from public.late_alerts($1${args})`, [desk.account]);

deskTest("the way of an alert is told in two parts and together, in percentiles", {}, async (desk) => {
  for (let nr = 1; nr <= 100; nr++) await travel(desk, [nr * 10, nr, 0.5]);
  const [all, strategy, ...others] = await latency(desk);
  equal(others.length, 0);
  equal(all?.strategy, null);
  equal(strategy?.strategy, "");
  for (const row of [all, strategy]) {
    deepEqual([row?.alerts, row?.late, row?.hour], ["100", "91", null]);
    deepEqual([row?.receive_p50, row?.receive_p90, row?.receive_p99, row?.receive_max], [
      "50.5",
      "90.1",
      "99.01",
      "100",
    ]);
    deepEqual([row?.book_p50, row?.book_max, row?.total_p50, row?.total_max], [
      "0.5",
      "0.5",
      "51",
      "100.5",
    ]);
  }
});

deskTest("by hour it is told of each hour of the day, in UTC, of one strategy or all", {}, async (desk) => {
  await travel(desk, [0, 2, 0], { strategy: "a" });
  await travel(desk, [3600, 4, 0], { strategy: "a" });
  await travel(desk, [3601, 8, 0], { strategy: "b" });
  const told = (rows: readonly Record<string, unknown>[]) =>
    rows.map(({ hour, alerts, total_max }) => [hour, alerts, total_max]);
  deepEqual(told(await latency(desk, ", by => 'hour'")), [[null, "3", "8"], [9, "1", "2"], [10, "2", "8"]]);
  deepEqual(told(await latency(desk, ", by => 'hour', only_strategy => 'a'")), [
    [null, "2", "4"],
    [9, "1", "2"],
    [10, "1", "4"],
  ]);
});

deskTest("late alerts are listed, newest first, in pages", {}, async (desk) => {
  for (const [nr, seconds] of [12, 2, 30, 11].entries()) await travel(desk, [nr * 60, seconds, 0.25]);
  const told = (rows: readonly Record<string, unknown>[]) =>
    rows.map(({ seconds_to_receive, seconds_to_book, seconds }) => [
      seconds_to_receive,
      seconds_to_book,
      seconds,
    ]);
  deepEqual(told(await late(desk)), [["11", "0.25", "11.25"], ["30", "0.25", "30.25"], [
    "12",
    "0.25",
    "12.25",
  ]]);
  const [first] = await late(desk, `, "limit" => 1`);
  deepEqual(told(await late(desk, `, "limit" => 1, before => ${first?.id}`)), [["30", "0.25", "30.25"]]);
  deepEqual(told(await late(desk, ", late_seconds => 20")), [["30", "0.25", "30.25"]]);
  equal((await latency(desk, ", late_seconds => 20"))[0]?.late, "1");
});

deskTest("an alert without a time of its own tells only how long its booking took", {}, async (desk) => {
  await travel(desk, [0, 5, 1], { time: undefined });
  const [all] = await latency(desk);
  deepEqual([all?.alerts, all?.late, all?.receive_p50, all?.book_p50, all?.total_p50], [
    "1",
    "0",
    null,
    "1",
    null,
  ]);
});

deskTest("a bar's own time is that of its open: it was sent when the bar ended", {}, async (desk) => {
  await travel(desk, [0, 903, 0], { interval: "15" });
  equal((await latency(desk))[0]?.total_max, "3");
  deepEqual(await late(desk), []);
});

deskTest("a sender whose clock is ahead was not slower than nothing", {}, async (desk) => {
  await travel(desk, [30, -20, 1]);
  const [all] = await latency(desk);
  deepEqual([all?.receive_max, all?.total_max], ["0", "0"]);
});

deskTest("on the alerts' clock no booking time is known", { settings: { clock: "alert" } }, async (desk) => {
  await travel(desk, [0, 3, 9]);
  const [all] = await latency(desk);
  deepEqual([all?.receive_p50, all?.book_p50, all?.total_p50], ["3", null, "3"]);
});

deskTest(
  "on the alerts' clock, history that is played back is not late",
  { settings: { clock: "alert" } },
  async (desk) => {
    await travel(desk, [0, 3 * 24 * 3600, 3 * 24 * 3600 + 1]);
    const [all] = await latency(desk);
    deepEqual([all?.alerts, all?.late], ["0", "0"]);
    deepEqual(await late(desk), []);
  },
);

deskTest("what did not come through the function, and marks, do not count", {}, async (desk) => {
  await travel(desk, [0, 3, 1], { arrived_at: undefined });
  await travel(desk, [1, 3, 1], { arrived_at: "yesterday" });
  await travel(desk, [2, 3, 1], { arrived_at: 1e300 });
  await desk.mark("100", {
    time: morning(3).toISOString(),
    arrived_at: morning(20).getTime(),
    received_at: morning(20).toISOString(),
  });
  const rows = await latency(desk);
  deepEqual(rows.map(({ alerts, total_p50 }) => [alerts, total_p50]), [["0", null]]);
  deepEqual(await late(desk), []);
});

deskTest("values that make no question are refused with a hint", {}, async (desk) => {
  await rejects(latency(desk, ", by => 'minute'"), { code: "PT400" });
  await rejects(latency(desk, ", now(), now() - interval '1 day'"), { code: "PT400" });
  await rejects(late(desk, `, "limit" => 0`), { code: "PT400" });
});
