import { HttpError, unavailable } from "../http/errors.ts";
import { createMemoryLimiter } from "../limits/memory-limiter.ts";
import { tooMany } from "../limits/rate-limit.ts";
import { toPreview } from "./answer.ts";
import type { AlertToBook, SendBatch } from "./booking-rpc.ts";
import type { ReadAlert } from "./read-message.ts";
import { createInFlight } from "./in-flight.ts";
import { Gate } from "../runtime/gate.ts";

/** Dry runs of an isolate at a time: each holds a connection of PostgREST, which bookings need. */
const AT_A_TIME = 2;
/** Dry runs of one key under way in an isolate: others wait for so many of each key, not for all that one sends at once. */
const OF_A_KEY = 4;
/** Dry runs of one key a minute, in each isolate. A dry run is no alert: a 429 loses nothing. */
const A_MINUTE = 300;

/** How the alerts of one request were read and what they would do, in order: each after those before it. */
export type DryRun = (
  request: { keyId: string; alerts: readonly ReadAlert[]; toBook: readonly AlertToBook[] },
  withinMs: number,
) => Promise<Record<string, unknown>[]>;

/**
 * Previews alerts by the database. Few at a time and not too often, so that they take nothing from bookings.
 *
 * @param send calls `preview_alerts`
 */
export function createDryRun(send: SendBatch): DryRun {
  const places = new Gate(AT_A_TIME);
  const ofKeys = createInFlight(OF_A_KEY);
  const limiter = createMemoryLimiter({ limit: A_MINUTE, windowMs: 60_000 });
  return async ({ keyId, alerts, toBook }, withinMs) => {
    const verdict = limiter.take(keyId);
    if (!verdict.allowed) {
      throw tooMany("too_many_dry_runs", "this API key makes too many dry runs", limiter.quota, verdict);
    }
    const leave = ofKeys.enter(keyId, 1);
    if (leave === null) throw unavailable("this API key has too many dry runs under way: try again");
    const until = performance.now() + withinMs;
    try {
      return await preview(alerts, toBook, until);
    } finally {
      leave();
    }
  };

  async function preview(
    alerts: readonly ReadAlert[],
    toBook: readonly AlertToBook[],
    until: number,
  ): Promise<Record<string, unknown>[]> {
    const signal = AbortSignal.timeout(Math.max(until - performance.now(), 1));
    await places.enter(signal).catch(() => {
      throw unavailable("too many dry runs are under way: try again");
    });
    try {
      const result = await send(toBook, signal);
      if (!result.ok) throw result.failure === "rejected" ? unprocessable() : unavailable();
      return alerts.map(({ alert, ...read }, index) => {
        const answer = result.answers[index];
        if (answer === undefined || answer.status === "busy") {
          throw unavailable("another alert holds the lock: try again");
        }
        return toPreview(alert, read, answer);
      });
    } finally {
      places.leave();
    }
  }
}

const unprocessable = () =>
  new HttpError(422, "unprocessable", "the database cannot hold a value of this alert");
