import type { AlertToBook, BookingAnswer } from "./booking-rpc.ts";

/**
 * What became of one alert: the database's answer; `rejected`, when the database refused the data itself; or
 * `unavailable`, when it is not known to be booked and should be sent again.
 */
export type Outcome =
  | { kind: "answered"; answer: BookingAnswer }
  | { kind: "rejected"; code: string }
  | { kind: "unavailable"; code: string };

export interface Entry {
  readonly alert: AlertToBook;
  readonly deadline: number;
  /** Answers that were lost so far. */
  lost: number;
  /** How many alerts its batch may have: halved whenever the database refused the data of the batch it was in. */
  batchLimit: number;
  /** Its place in the database's line, while it waits there. */
  ticket: string | null;
  /** What to tell when the deadline passes. */
  why: string;
  settled: boolean;
  settle(outcome: Outcome): void;
}

/** Alerts that a batch may have however long they take. */
export const SMALL_BATCH = 16;
/** A call that failed after so long was not refused, it took too long. */
export const SLOW_MS = 1_000;
/** An answer that was lost is asked for again, this often, before the sender is told to. */
const MAX_REPEATS = 3;
/** Pauses after the first, second and further failures in a row: together longer than a restart of PostgREST. */
const PAUSES_MS = [75, 225, 675];
/** One call gets no more, so that the deadline leaves time to ask again. Longer than the database waits for a lock. */
const CALL_MS = 1_500;

export const pauseAfter = (failures: number): number =>
  PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1] ?? 0;

/** Counts a lost answer; those that can not be asked for again by then are given up. */
export function loseAnswers(entries: readonly Entry[], code: string, again: number): void {
  for (const entry of entries) {
    entry.lost += 1;
    entry.why = code;
    const isLast = entry.lost > MAX_REPEATS || again >= entry.deadline;
    if (isLast) entry.settle({ kind: "unavailable", code });
  }
}

/** Ends a call for these alerts when none of them can be served any more, or when it takes too long. */
export function callSignal(entries: readonly Entry[], now: number): AbortSignal {
  const remaining = Math.max(...entries.map(({ deadline }) => deadline)) - now;
  return AbortSignal.timeout(Math.max(Math.min(remaining, CALL_MS), 1));
}
