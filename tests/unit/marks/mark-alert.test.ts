import assert from "node:assert/strict";
import type { Bar } from "../../../supabase/functions/_shared/marks/source.ts";
import { marksOf } from "../../../supabase/functions/_shared/marks/mark-alert.ts";

const MINUTE = 60_000;
const TEN = Date.UTC(2026, 0, 5, 10);
const at = (minute: number, seconds = 0) => new Date(TEN + minute * MINUTE + seconds * 1_000).toISOString();
const bar = (minute: number, low: string, high = "100"): Bar => ({
  endsAt: TEN + minute * MINUTE,
  open: "100",
  high,
  low,
  close: "100",
});
const held = (more: { watched_from?: string; price?: string; marked_at?: string | null } = {}) => ({
  account: "a",
  watched_from: at(-60),
  price: "101",
  marked_at: at(0),
  ...more,
});
/** The marks as time, interval, low, high and close. */
const facts = (of: ReturnType<typeof held>, bars: Bar[], now = TEN + 4 * MINUTE + 5_000) =>
  marksOf({ symbol: "A" }, of, bars, { now, requestId: "r" }).map(({ alert }) =>
    [alert.time?.slice(11, -1), alert.interval, alert.low, alert.high, alert.price].join(" ")
  );

Deno.test("each bar is a mark of the minute before its time", () => {
  assert.deepEqual(facts(held(), [bar(1, "99"), bar(4, "98")]), [
    "10:01:00 1 99 100 100",
    "10:04:00 1 98 100 100",
  ]);
});

Deno.test("a mark is known by its symbol and time, whatever its prices and whenever it is booked", () => {
  const [one, other, later] = [bar(1, "99"), bar(1, "98"), bar(2, "99")].map((each, nr) =>
    marksOf({ symbol: "A" }, held(), [each], { now: TEN + nr * 90_000, requestId: `r${nr}` })[0]?.alert
  );
  assert.equal(one?.hash, other?.hash);
  assert.notEqual(one?.hash, later?.hash);
  assert.equal(one?.idempotency_key, null);
});

Deno.test("what was missed before a later price may come in parts, and none passes for the one before it", () => {
  const of = held({ marked_at: at(4, 1) });
  const part = (...bars: Bar[]) =>
    marksOf({ symbol: "A" }, of, bars, { now: TEN + 5 * MINUTE, requestId: "r" })[0]?.alert;
  const [first, again, second] = [
    part(bar(1, "95"), bar(2, "96")),
    part(bar(1, "95"), bar(2, "96")),
    part(bar(3, "90")),
  ];
  assert.equal(first?.time, second?.time);
  assert.equal(first?.hash, again?.hash);
  assert.notEqual(first?.hash, second?.hash);
});

Deno.test("bars before a later price that an alert brought are one bar that ends with it", () => {
  const of = held({ marked_at: "2026-01-05T10:02:00.5004+00:00" });
  assert.deepEqual(facts(of, [bar(1, "95"), bar(2, "97", "107"), bar(3, "99")], TEN + 2 * MINUTE + 5_000), [
    "10:02:00.501 121S 95 107 101",
    "10:03:00 1 99 100 100",
  ]);
});

Deno.test("what was traded before anything was held is nothing to it", () => {
  assert.deepEqual(facts(held({ watched_from: at(2), marked_at: at(2) }), [bar(1, "5"), bar(2, "6")]), []);
  assert.deepEqual(facts(held({ watched_from: at(0, 30), marked_at: at(1, 1) }), [bar(1, "95")]), []);
});

Deno.test("a bar as old as its interval is long does not pass for one that is named by its open", () => {
  const old = TEN + MINUTE + 75_000;
  assert.deepEqual(facts(held(), [bar(1, "99")], old), ["10:01:00 59S 99 100 100"]);
  const [merged = ""] = facts(held({ marked_at: at(1, 1) }), [bar(1, "99")], old);
  const seconds = Number(/ (\d+)S /.exec(merged)?.[1]);
  assert.ok(seconds - 1 > (old - TEN - MINUTE - 1_000) / 1_000, merged);
});

Deno.test("nor does one that is so old only when the last statement of its look is booked", () => {
  const statement = 34_000;
  for (let age = 1_000; age < 300_000; age += 1_000) {
    const [mark = ""] = facts(held(), [bar(1, "99")], TEN + MINUTE + age);
    const [merged = ""] = facts(held({ marked_at: at(1, 1) }), [bar(1, "99")], TEN + MINUTE + 1_000 + age);
    for (const text of [mark, merged]) {
      const [, length = "", unit] = / (\d+)(S?) /.exec(text) ?? [];
      const long = Number(length) * (unit === "S" ? 1_000 : MINUTE);
      const isTaken = (old: number) => long >= MINUTE && old >= long - 1_000 && old < 2 * long;
      assert.ok(!isTaken(age) && !isTaken(age + statement), `${text} at ${age}`);
    }
  }
});

Deno.test("a symbol with a prefix stays as the account knows it", () => {
  const marks = marksOf({ symbol: "TSX:SHOP" }, held(), [bar(1, "99")], { now: TEN, requestId: "r" });
  assert.deepEqual(marks.map(({ alert }) => [alert.symbol, alert.exchange]), [["TSX:SHOP", null]]);
});
