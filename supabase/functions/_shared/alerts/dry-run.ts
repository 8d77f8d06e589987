import { HttpError, unavailable } from "../http/errors.ts";
import { createMemoryLimiter } from "../limits/memory-limiter.ts";
import { tooMany } from "../limits/rate-limit.ts";
import { UNPROCESSABLE } from "./answer.ts";
import type { AlertToBook, BookingAnswer, SendBatch } from "./booking-rpc.ts";
import type { ReadAlert } from "./read-message.ts";
import { createInFlight } from "./in-flight.ts";
import { Gate } from "../runtime/gate.ts";

/** Dry runs of an isolate at a time: each holds a connection of PostgREST, which bookings need. */
const AT_A_TIME = 2;
/** Dry runs of one key under way in an isolate: others wait for so many of each key, not for all that one sends at once. */
const OF_A_KEY = 4;
/** Dry runs of one key a minute, in each isolate. A dry run is no alert: a 429 loses nothing. */
const A_MINUTE = 300;

/**
 * Previews the alerts of a request by the database: how each was read and what it would do, after those before it. Few at a
 * time and not too often, so that they take nothing from bookings.
 *
 * @param send calls `preview_alerts`
 */
export function createDryRun(send: SendBatch) {
  const places = new Gate(AT_A_TIME);
  const ofKeys = createInFlight(OF_A_KEY);
  const limiter = createMemoryLimiter({ limit: A_MINUTE, windowMs: 60_000 });
  return async (
    { keyId, alerts, toBook }: {
      keyId: string;
      alerts: readonly ReadAlert[];
      toBook: readonly AlertToBook[];
    },
    withinMs: number,
  ): Promise<Record<string, unknown>[]> => {
    const verdict = limiter.take(keyId);
    if (!verdict.allowed) {
      throw tooMany("too_many_dry_runs", "this API key makes too many dry runs", limiter.quota, verdict);
    }
    const leave = ofKeys.enter(keyId, 1);
    if (leave === null) throw unavailable("this API key has too many dry runs under way: try again");
    try {
      return await preview(alerts, toBook, withinMs);
    } finally {
      leave();
    }
  };

  async function preview(
    alerts: readonly ReadAlert[],
    toBook: readonly AlertToBook[],
    withinMs: number,
  ): Promise<Record<string, unknown>[]> {
    const signal = AbortSignal.timeout(Math.max(withinMs, 1));
    await places.enter(signal).catch(() => {
      throw unavailable("too many dry runs are under way: try again");
    });
    try {
      const result = await send(toBook, signal);
      if (!result.ok) {
        throw result.failure === "rejected"
          ? new HttpError(422, "unprocessable", UNPROCESSABLE)
          : unavailable();
      }
      return alerts.map((read, index) => {
        const answer = result.answers[index];
        if (answer === undefined || answer.status === "busy") {
          throw unavailable("another alert holds the lock: try again");
        }
        return toPreview(read, answer);
      });
    } finally {
      places.leave();
    }
  }
}

/** How one alert was read, and what it would have done. */
function toPreview(
  { alert, dialect, ignored }: ReadAlert,
  { status, code, message, orders, fills, position, duplicate, repaired }: BookingAnswer,
): Record<string, unknown> {
  const withoutIds = (rows: unknown) =>
    Array.isArray(rows) ? rows.map(({ id: _, order_id: __, ...row }: Record<string, unknown>) => row) : [];
  return {
    dry_run: true,
    dialect,
    alert,
    ...ignored.length === 0 ? {} : { ignored },
    would: {
      status,
      ...code === undefined ? {} : { code, message },
      duplicate,
      orders: withoutIds(orders),
      fills: withoutIds(fills),
      position,
      ...repaired === undefined ? {} : { repaired },
    },
  };
}
