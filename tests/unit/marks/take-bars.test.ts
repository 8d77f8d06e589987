import assert from "node:assert/strict";
import { takeBars } from "../../../supabase/functions/_shared/marks/take-bars.ts";

const MINUTE = 60_000;
const bar = (minute: number, price: string, more = {}) => ({
  endsAt: minute * MINUTE,
  open: price,
  high: price,
  low: price,
  close: price,
  ...more,
});
const progress = { readUntil: 10 * MINUTE, lastPrices: ["100"], maxJumpPercent: "10" };
const minutes = ({ bars }: ReturnType<typeof takeBars>) => bars.map(({ endsAt }) => endsAt / MINUTE);

Deno.test("bars come in order, each minute once, none that was booked and none that is not over", () => {
  const bars = [14, 12, 11, 12, 10, 9, 13].map((minute) => bar(minute, "100"));
  assert.deepEqual(minutes(takeBars(bars, progress, 13 * MINUTE)), [11, 12, 13]);
});

Deno.test("of a minute that came twice the first counts", () => {
  const { bars: [taken] } = takeBars([bar(11, "101"), bar(11, "102")], progress, 20 * MINUTE);
  assert.equal(taken?.close, "101");
});

Deno.test("a bar too far from the one before it is held back, with all behind it", () => {
  const taken = takeBars([bar(13, "100"), bar(12, "111.2"), bar(11, "101")], progress, 20 * MINUTE);
  assert.deepEqual(minutes(taken), [11]);
  assert.equal(taken.heldBack?.close, "111.2");
});

Deno.test("the distance counts to the high and the low, and is not beyond what was set when it is just that", () => {
  const held = (more: Record<string, string>) =>
    takeBars([bar(11, "100", more)], progress, 20 * MINUTE).heldBack !== null;
  assert.equal(held({ high: "110", low: "90" }), false);
  assert.equal(held({ high: "110.000000000000000001" }), true);
  assert.equal(held({ low: "89.99" }), true);
});

Deno.test("without a mark before it, or without a distance, no bar is held back", () => {
  for (const more of [{ lastPrices: [] }, { maxJumpPercent: null }]) {
    assert.deepEqual(minutes(takeBars([bar(11, "900")], { ...progress, ...more }, 20 * MINUTE)), [11]);
  }
});

Deno.test("where accounts had other last marks, a bar that is near one of them is no jump, and the next is measured from it", () => {
  const two = { ...progress, lastPrices: ["50", "100"] };
  assert.deepEqual(minutes(takeBars([bar(11, "99"), bar(12, "52")], two, 20 * MINUTE)), [11]);
  assert.deepEqual(minutes(takeBars([bar(11, "52"), bar(12, "53")], two, 20 * MINUTE)), [11, 12]);
  assert.deepEqual(minutes(takeBars([bar(11, "75")], two, 20 * MINUTE)), []);
});
