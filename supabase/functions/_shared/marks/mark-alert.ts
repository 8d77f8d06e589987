import type { AlertToBook } from "../alerts/booking-rpc.ts";
import { sha256Hex } from "../hashing/digest.ts";
import { alertFieldsSchema, canonical } from "../validators/canonical-alert.ts";
import { compareDecimals } from "../validators/decimal.ts";
import type { DueSymbol } from "./marks-rpc.ts";
import { type Bar, iso, MINUTE } from "./source.ts";

/** A bar that is booked for an account; `firstEnd`: the end of the first minute that is in it. */
export interface Mark {
  alert: AlertToBook;
  firstEnd: number;
}

/** Milliseconds that may pass between now and the booking: its last statement is begun within half a minute. */
const SLACK = 40_000;

/** Whether the database would take a bar that is so long and so old for one named by its open, an interval before its end. */
const isMisread = (length: number, age: number): boolean => age > length - SLACK && age < 2 * length + SLACK;

/** An alert that says nothing. */
const NOTHING = canonical(alertFieldsSchema.parse({}));

/** What the minutes before an account's last mark are together, up to that mark, which an alert brought in the meantime. */
function upTo(endsAt: number, price: string, bars: readonly Bar[]): Bar | null {
  const [first] = bars;
  if (first === undefined) return null;
  const most = (a: string, b: string) => compareDecimals(a, b) > 0 ? a : b;
  const least = (a: string, b: string) => compareDecimals(a, b) < 0 ? a : b;
  return {
    endsAt,
    open: first.open,
    high: bars.reduce((high, bar) => most(high, bar.high), price),
    low: bars.reduce((low, bar) => least(low, bar.low), price),
    close: price,
  };
}

/** Seconds as an interval of a bar. */
const intervalOf = (seconds: number): string =>
  seconds <= 99_999 ? `${seconds}S` : String(Math.ceil(seconds / 60));

/**
 * The marks that new bars lead to for one account. An alert may have brought a later price than some of them, and the
 * database takes no older mark. Those are booked as one bar that ends with that price: so no low is missed, also when
 * an alert comes in the first seconds of every minute.
 */
export function marksOf(
  { symbol }: Pick<DueSymbol, "symbol">,
  { account, watched_from, price, marked_at }: DueSymbol["accounts"][number],
  bars: readonly Bar[],
  { now, requestId }: { now: number; requestId: string },
): Mark[] {
  // Rounded up: the database counts in microseconds, and equal is new enough.
  const markedAt = marked_at === null ? 0 : Date.parse(marked_at) + (/\.\d{4,}/.test(marked_at) ? 1 : 0);
  const watchedFrom = Date.parse(watched_from);
  // What was placed inside of a bar sees its close only: one that began before all that is watched would hide the others.
  const behind = bars.filter(({ endsAt }) => endsAt < markedAt && endsAt - MINUTE >= watchedFrom);
  const ahead = bars.filter(({ endsAt }) => endsAt >= markedAt && endsAt > watchedFrom);
  const marks: Mark[] = [];
  /**
   * Adds a bar as the `mark` alert that it would be read as, had it come through the webhook. Its name is its symbol and its
   * minutes, whatever its prices: a minute is booked once, by whichever source and isolate comes first. It has no
   * `idempotency_key`, for what has one is never compacted.
   */
  const add = ({ endsAt, close, ...prices }: Bar, interval: string, firstEnd: number) => {
    const time = iso(endsAt);
    const hash = sha256Hex(`mark ${symbol} ${iso(firstEnd)} ${time}`);
    const said = {
      ...NOTHING,
      action: "mark" as const,
      account,
      symbol,
      time,
      interval,
      ...prices,
      price: close,
    };
    marks.push({ alert: { ...said, hash, request_id: requestId, key_id: "marks" }, firstEnd });
  };
  const merged = upTo(markedAt, price ?? "", behind);
  if (merged !== null && behind[0] !== undefined) {
    const length = Math.ceil((markedAt - behind[0].endsAt + MINUTE) / 1_000);
    const age = now - markedAt;
    // Too long rather than too short: an order that may lie in it sees its close only, and none is filled by what was before it.
    const said = isMisread(length * 1_000, age) ? Math.ceil((age + SLACK) / 1_000) + 1 : length;
    add(merged, intervalOf(said), behind[0].endsAt);
  }
  for (const bar of ahead) {
    // A second less than a minute is no interval for which the database looks at its age.
    add(bar, isMisread(MINUTE, now - bar.endsAt) ? "59S" : "1", bar.endsAt);
  }
  return marks;
}
