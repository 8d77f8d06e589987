import type { AlertToBook, BookingAnswer, SendBatch } from "./booking-rpc.ts";
import { afterTurn, aheadOf, inTurn } from "./in-turn.ts";
import { createSemaphore } from "./semaphore.ts";

/**
 * What became of one alert: the database's answer; `rejected`, when the database refused the data itself; or
 * `unavailable`, when it is not known to be booked and should be sent again.
 */
export type Outcome =
  | { kind: "answered"; answer: BookingAnswer }
  | { kind: "rejected"; code: string }
  | { kind: "unavailable"; code: string };

/** Books the alerts of one request; one outcome each, in order, by the deadline (milliseconds, as Date.now). */
export type Book = (alerts: readonly AlertToBook[], deadline: number) => Promise<Outcome[]>;

export interface GroupCommitOptions {
  send: SendBatch;
  /** Alerts a batch at most. */
  maxBatch?: number;
  now?: () => number;
  /** Told of each batch that returned: for metrics and logs. */
  onBatch?: (batch: { alerts: number; milliseconds: number; failure: string | null }) => void;
}

/** An answer that was lost is asked for again, this often, before the sender is told to. */
const MAX_REPEATS = 3;
/** Pauses after the first, second and further failures in a row: together longer than a restart of PostgREST. */
const PAUSES_MS = [75, 225, 675];
/** One call gets no more, so that the deadline leaves time to ask again. Longer than the database waits for a lock. */
const CALL_MS = 1_500;
/** A lock held elsewhere is asked for again after this. */
const BUSY_PAUSE_MS = 50;
/** Calls of lanes apart at a time: they must not use up PostgREST's connections. */
const MAX_CALLS_APART = 4;
/** Milliseconds that a batch should take at most, for who comes next waits for it. Larger ones are made smaller. */
const BATCH_MS = 120;
/** Alerts that a batch may have however long they take. */
const SMALL_BATCH = 16;
/** A call that failed after so long was not refused, it took too long. */
const SLOW_MS = 1_000;

/** One alert on its way. */
interface Entry {
  readonly alert: AlertToBook;
  readonly deadline: number;
  /** Answers that were lost so far. */
  lost: number;
  /** How many alerts its batch may have: halved whenever the database refused the data of the batch it was in. */
  company: number;
  /** What to tell when the deadline passes. */
  why: string;
  settled: boolean;
  settle(outcome: Outcome): void;
}

/** A queue that has one batch on its way at a time. */
interface Lane {
  waiting: Entry[];
  running: boolean;
  /** Batches in a row that got no answer. */
  failures: number;
}

/** What the engine locks: alerts of one lock are booked one after the other. */
const lockOf = ({ account, symbol }: AlertToBook): string => `lock ${account}\n${symbol}`;
const accountOf = ({ account }: AlertToBook): string => `account ${account}`;

/**
 * Group commit: while one batch is on its way, the alerts that arrive wait together, and go together when it returns.
 * There is no timer: a lone alert waits for nothing. Under load the batches grow by themselves, and with them what one
 * transaction, one commit and one round trip are shared by.
 *
 * Each alert keeps its own fate. Data that the database refuses is sent again in ever smaller batches, until only the
 * guilty alert fails. A lost answer is asked for again, which is safe, since an alert is booked once. What its deadline
 * finds unsent is not sent.
 *
 * Accounts take turns, so that one sender's thousand alerts delay another's single one by a batch at most. A lock that is
 * held elsewhere, and each account of a batch that took too long, gets a lane of its own, where its alerts wait without
 * delaying the others.
 */
export function createGroupCommit(
  { send, maxBatch = 256, now = Date.now, onBatch = () => {} }: GroupCommitOptions,
): Book {
  const main: Lane = { waiting: [], running: false, failures: 0 };
  /** Lanes of locks that were busy and of accounts that were slow, until they are drained. */
  const lanesApart = new Map<string, Lane>();
  const callsApart = createSemaphore(MAX_CALLS_APART);
  /** Alerts that the next batch may have: fewer after a batch that took long, then more again. */
  let batchLimit = maxBatch;
  /** Milliseconds a batch took lately: what tells whether a queue can still be served in time. */
  let batchTime = 0;

  /** The next batch of a lane. */
  function take(lane: Lane): Entry[] {
    const at = now();
    lane.waiting = lane.waiting.filter((entry) => {
      if (!entry.settled && at >= entry.deadline) entry.settle({ kind: "unavailable", code: entry.why });
      return !entry.settled;
    });
    const batch: Entry[] = [];
    let limit = batchLimit;
    for (const entry of inTurn(lane.waiting)) {
      limit = Math.min(limit, entry.company);
      if (batch.length >= limit) break;
      batch.push(entry);
    }
    lane.waiting = afterTurn(lane.waiting, batch);
    return batch;
  }

  async function run(lane: Lane, name: string | null): Promise<void> {
    if (lane.running) return;
    lane.running = true;
    for (;;) {
      const release = name === null ? null : await callsApart.acquire();
      const batch = take(lane);
      const pause = batch.length === 0 ? null : await sendBatch(batch, lane);
      release?.();
      if (pause === null) break;
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    lane.running = false;
    if (name !== null) lanesApart.delete(name);
  }

  /** Sends a batch and settles what it can; returns how long its lane should pause. */
  async function sendBatch(batch: Entry[], lane: Lane): Promise<number> {
    const started = now();
    const remaining = Math.max(...batch.map(({ deadline }) => deadline)) - started;
    const signal = AbortSignal.timeout(Math.max(Math.min(remaining, CALL_MS), 1));
    // `send` promises not to throw; should it, nobody's alert may hang on it.
    const result = await send(batch.map(({ alert }) => alert), signal)
      .catch(() => ({ ok: false as const, failure: "unavailable" as const, code: "no_answer" }));
    const milliseconds = now() - started;
    onBatch({ alerts: batch.length, milliseconds, failure: result.ok ? null : result.code });
    const isLong = milliseconds > BATCH_MS;
    const fitting = isLong ? Math.floor(batch.length * BATCH_MS / milliseconds) : batchLimit * 2;
    batchLimit = Math.min(Math.max(fitting, SMALL_BATCH), maxBatch);

    if (result.ok) {
      lane.failures = 0;
      const busy: Entry[] = [];
      batch.forEach((entry, index) => {
        const answer = result.answers[index];
        if (answer === undefined || answer.status === "busy") busy.push(entry);
        else entry.settle({ kind: "answered", answer });
      });
      // A wait for a lock says nothing about how fast the queue moves.
      if (lane === main && busy.length === 0) {
        batchTime = batchTime === 0 ? milliseconds : batchTime * 0.8 + milliseconds * 0.2;
      }
      return wait(busy, lane);
    }
    if (result.failure === "rejected") {
      const [only] = batch;
      if (batch.length === 1) only?.settle({ kind: "rejected", code: result.code });
      for (const entry of batch) entry.company = Math.floor(batch.length / 2);
      if (batch.length > 1) again(batch, lane);
      return 0;
    }
    const pause = PAUSES_MS[Math.min(lane.failures, PAUSES_MS.length - 1)] ?? 0;
    lane.failures += 1;
    for (const entry of batch) {
      entry.lost += 1;
      entry.why = result.code;
      const isLast = entry.lost > MAX_REPEATS || now() + pause >= entry.deadline;
      if (isLast) entry.settle({ kind: "unavailable", code: result.code });
    }
    if (lane === main && milliseconds >= SLOW_MS) moveApart(batch, accountOf);
    else again(batch, lane);
    return pause;
  }

  /** Puts entries back where they were: before those that arrived after them. */
  function again(entries: Entry[], lane: Lane): void {
    lane.waiting = [...entries, ...lane.waiting];
  }

  /** Has entries whose lock is held elsewhere wait apart; returns how long their lane should pause, if they are in one. */
  function wait(entries: Entry[], lane: Lane): number {
    for (const entry of entries) entry.why = "busy";
    if (lane === main) {
      moveApart(entries, lockOf);
      return 0;
    }
    again(entries, lane);
    return entries.length === 0 ? 0 : BUSY_PAUSE_MS;
  }

  function moveApart(entries: Entry[], nameOf: (alert: AlertToBook) => string): void {
    for (const [name, group] of Map.groupBy(entries, ({ alert }) => nameOf(alert))) {
      const lane = lanesApart.get(name) ?? { waiting: [], running: false, failures: 0 };
      lanesApart.set(name, lane);
      lane.waiting.push(...group);
      run(lane, name);
    }
  }

  /** Where an alert waits: behind those of its account and lock that wait apart; elsewhere it would drag its batch into their wait. */
  const laneOf = ({ alert }: Entry): Lane =>
    lanesApart.get(accountOf(alert)) ?? lanesApart.get(lockOf(alert)) ?? main;

  /** Whether alerts could not be worked off by the deadline. The first in the queue always go. */
  function isOverloaded(more: readonly Entry[], deadline: number): boolean {
    const { waiting } = main;
    const isLate = (ahead: number) => now() + batchTime * (1 + Math.ceil(ahead / batchLimit)) > deadline;
    return waiting.length > 0 && isLate(waiting.length + more.length) && isLate(aheadOf(waiting, more));
  }

  return (alerts, deadline) =>
    new Promise((resolve) => {
      if (alerts.length === 0) return resolve([]);
      const outcomes: Outcome[] = [];
      let open = alerts.length;
      const entries = alerts.map((alert, index): Entry => ({
        alert,
        deadline,
        lost: 0,
        company: maxBatch,
        why: "deadline",
        settled: false,
        settle(outcome) {
          if (this.settled) return;
          this.settled = true;
          outcomes[index] = outcome;
          open -= 1;
          if (open === 0) {
            clearTimeout(timer);
            resolve(outcomes);
          }
        },
      }));
      const giveUp = (why?: string) =>
        entries.forEach((entry) => entry.settle({ kind: "unavailable", code: why ?? entry.why }));
      const timer = setTimeout(giveUp, Math.max(deadline - now(), 0));
      if (now() >= deadline) return giveUp();
      const inMain = entries.filter((entry) => laneOf(entry) === main);
      // What cannot be served in time is told so at once, while its sender can still act on it.
      if (inMain.length > 0 && isOverloaded(inMain, deadline)) return giveUp("overloaded");
      for (const entry of entries) {
        const lane = laneOf(entry);
        if (lane !== main) entry.why = "busy";
        lane.waiting.push(entry);
      }
      run(main, null);
    });
}
