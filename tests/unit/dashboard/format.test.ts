import { deepEqual, equal, ok } from "node:assert/strict";
import { toCsv } from "../../../dashboard/src/format/csv.ts";
import { timesBetween } from "../../../dashboard/src/charts/times.ts";
import { formatInterval, formatSeconds } from "../../../dashboard/src/format/duration.ts";
import { lastDayOf, monthAfter, weeksOf } from "../../../dashboard/src/format/month.ts";
import { compareValues } from "../../../dashboard/src/format/decimal.ts";
import { clockOf } from "../../../dashboard/src/format/time.ts";
import { adviceFor, describeAlert, listFields, outcomeOf } from "../../../dashboard/src/format/words.ts";

Deno.test("CSV quotes what needs it, and leaves nothing for a spreadsheet to run", () => {
  const rows = [["a,b", 'say "hi"', null, "-12.5"], ["=1+1", "+49", "@SUM(A1)", "-2+3"], [
    "\tx",
    "line\nbreak",
    "",
    "1e5",
  ]];
  equal(
    toCsv(["one", "two", "three", "four"], rows),
    [
      "one,two,three,four",
      `"a,b","say ""hi""",,-12.5`,
      `'=1+1,'+49,'@SUM(A1),'-2+3`,
      `'\tx,"line\nbreak",,1e5`,
      "",
    ].join("\r\n"),
  );
});

Deno.test("moments are those of the account's time zone", () => {
  const clock = clockOf("America/New_York");
  equal(clock.moment("2026-07-01T00:30:15Z"), "Jun 30 20:30:15");
  equal(clock.full("2026-01-01T12:00:00Z"), "Jan 1, 2026, 07:00:00 EST");
  equal(clockOf("Asia/Kolkata").moment("2026-07-01T00:30:15Z"), "Jul 01 06:00:15");
  equal(clockOf("Nowhere/Land").timeZone, "UTC");
});

Deno.test("a chart's times read as the local ones, in summer and in winter", () => {
  const { chartTime } = clockOf("Europe/Berlin");
  equal(chartTime("2026-07-01T10:00:00Z"), Date.UTC(2026, 6, 1, 12) / 1000);
  equal(chartTime("2026-01-01T10:00:00Z"), Date.UTC(2026, 0, 1, 11) / 1000);
  equal(clockOf("Asia/Kathmandu").chartTime("2026-01-01T00:00:30Z"), Date.UTC(2026, 0, 1, 5, 45, 30) / 1000);
});

Deno.test("a month is whole weeks from Monday to Sunday", () => {
  const weeks = weeksOf("2026-11");
  equal(weeks.length, 6);
  deepEqual(weeks[0], [null, null, null, null, null, null, "2026-11-01"]);
  deepEqual(weeks[5], ["2026-11-30", null, null, null, null, null, null]);
  equal(weeksOf("2027-02").flat().filter((day) => day !== null).length, 28);
  equal(lastDayOf("2028-02"), "2028-02-29");
  equal(monthAfter("2026-12", 1), "2027-01");
  equal(monthAfter("2026-01", -1), "2025-12");
});

Deno.test("an alert is told in a phrase, as it was read", () => {
  const told: [Record<string, unknown>, string][] = [
    [
      { action: "buy", quantity: "10", quantity_type: "units", order_type: "market", price: "190.25" },
      "buy 10, price 190.25",
    ],
    [{ action: "mark", price: "5000" }, "mark, 5,000"],
    [{ action: "buy", target: { side: "long", quantity: "5" }, price: "10" }, "to long 5, price 10"],
    [{ action: "close", target: { side: "flat", quantity: "0" } }, "to flat"],
    [
      { action: "buy", quantity: "2", quantity_type: "percent_of_equity", price: "1" },
      "buy 2% of equity, price 1",
    ],
    [
      {
        action: "sell",
        quantity: "1",
        order_type: "stop_limit",
        limit_price: "95",
        stop_price: "96",
        price: "100",
      },
      "sell 1, limit 95 stop 96, price 100",
    ],
    [
      {
        action: "buy",
        quantity: "1",
        price: "1",
        take_profit: { percent: "10" },
        stop_loss: { type: "stop", stop_price: "0.9" },
      },
      "buy 1, price 1, take profit 10%, stop loss 0.9",
    ],
    [
      {
        action: "buy",
        quantity: "1",
        take_profits: [{ limit_price: "12", close_percent: "50" }, { percent: "4" }],
      },
      "buy 1, take profit 1 at 12, take profit 2 at 4%",
    ],
  ];
  for (const [request, phrase] of told) equal(describeAlert(request), phrase);
  equal(describeAlert(null), "");
});

Deno.test("the fields that were read are listed, those that were not are left out", () => {
  deepEqual(
    listFields({
      action: "buy",
      comment: null,
      hash: "x",
      target: { side: "long", quantity: "5" },
      max_age: 3,
    }),
    [
      ["action", "buy"],
      ["target.side", "long"],
      ["target.quantity", "5"],
      ["max_age", "3"],
    ],
  );
});

Deno.test("every code with which the engine refuses an alert has advice", async () => {
  const migrations = new URL("../../../supabase/migrations/", import.meta.url);
  const codes = new Set<string>(["id_conflict"]);
  for await (const { name } of Deno.readDir(migrations)) {
    const text = await Deno.readTextFile(new URL(name, migrations));
    for (const [, code = ""] of text.matchAll(/\bcode := '([a-z_]+)'/g)) codes.add(code);
  }
  ok(codes.size > 10);
  for (const code of codes) ok(adviceFor(code) !== null, code);
});

Deno.test("a column sorts numbers by size, words by letter, and nothing last", () => {
  deepEqual(["10", "9", null, "-1", "100.5"].toSorted(compareValues), ["-1", "9", "10", "100.5", null]);
  deepEqual(["b", null, "a"].toSorted(compareValues), ["a", "b", null]);
});

Deno.test("seconds are said in the unit that people would take", () => {
  const said = ["0", "0.04", "2.4", "59", "90", "1800", "18000", "259200"].map(formatSeconds);
  deepEqual(said, ["0 ms", "40 ms", "2.4 s", "59 s", "1.5 min", "30 min", "5 h", "3 d"]);
});

Deno.test("how long a position was held is said as a duration, not as a time of day", () => {
  deepEqual(
    ["16:00:00", "2 days 04:10:00", "1 day", "00:05:03.25", "03:00:59", "00:00:00.4", "3 days 00:20:00"].map(
      formatInterval,
    ),
    ["16 h", "2 d 4 h", "1 d", "5 min 3 s", "3 h", "0 s", "3 d"],
  );
});

Deno.test("a chart is spaced by time: as much room is left empty as nothing happened for", () => {
  deepEqual(timesBetween([0, 60, 120, 360, 420]), [180, 240, 300]);
  deepEqual(timesBetween([0, 60, 120]), []);
  deepEqual(timesBetween([7]), []);
  deepEqual(timesBetween([]), []);
  const far = [0, 60, 31_536_000];
  const all = [...far, ...timesBetween(far)];
  ok(all.length <= 1003, `${all.length}`);
  equal(new Set(all).size, all.length);
});

Deno.test("a mark that filled nothing is not called ignored; what it filled, or any other alert, is as it is stored", () => {
  equal(outcomeOf("ignored", { action: "mark", price: "100" }), "marked");
  equal(outcomeOf("filled", { action: "mark", price: "100" }), "filled");
  equal(outcomeOf("ignored", { action: "close" }), "ignored");
  equal(outcomeOf("rejected", { action: "mark" }), "rejected");
  equal(outcomeOf("ignored", null), "ignored");
});
