import { createHash } from "node:crypto";
import type { AlertToBook } from "../alerts/booking-rpc.ts";
import { parseAlert } from "../validators/alert.ts";
import { type Bar, MINUTE } from "./bar.ts";
import { iso } from "./source.ts";

/** From this age on a bar is late: the database takes one that comes an interval after its time for one named by its open. */
const LATE = 50_000;

/**
 * A bar as a `mark` alert for an account, as if it had come through the webhook; null: it is no alert. Its name is its symbol
 * and its minute, whatever its prices: a minute is booked once, by whichever source and isolate comes first. It has no
 * `idempotency_key`, for what has one is never compacted.
 */
export function markAlert(
  { account, symbol, bar, now, requestId }: {
    account: string;
    symbol: string;
    bar: Bar;
    now: number;
    requestId: string;
  },
): AlertToBook | null {
  const { open, high, low, close, endsAt } = bar;
  const time = iso(endsAt);
  const read = parseAlert({
    ...{ account, symbol, time, open, high, low },
    action: "mark",
    price: close,
    // A second less than a minute is no interval that its open could be an interval ago.
    interval: now - endsAt < LATE || now - endsAt > 2 * MINUTE + LATE ? "1" : "59S",
  });
  if (!read.success) return null;
  return {
    ...read.data,
    // As the account knows it: read anew, a prefix might be taken for an exchange.
    symbol,
    exchange: null,
    hash: createHash("sha256").update(`mark ${symbol} ${time}`).digest("hex"),
    request_id: requestId,
    key_id: "marks",
  };
}
