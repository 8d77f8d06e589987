import { createDeadlines } from "../time/deadlines.ts";
import { delay } from "../time/delay.ts";
import type { AlertToBook, BookWaiting, SendBatch } from "./booking-rpc.ts";
import type { Entry, Outcome } from "./entry.ts";
import { callSignal, loseAnswers, pauseAfter, SLOW_MS, SMALL_BATCH } from "./entry.ts";
import { afterTurn, aheadOf, inTurn } from "./in-turn.ts";
import { createLine } from "./line.ts";
import { Gate } from "../runtime/gate.ts";

/** Books the alerts of one request; one outcome each, in order, by the deadline (milliseconds, as Date.now). */
export type Book = (alerts: readonly AlertToBook[], deadline: number) => Promise<Outcome[]>;

export interface GroupCommit extends Book {
  /**
   * Whether alerts of these accounts, one for each, would be refused at once: they cannot be booked by the deadline.
   * An account that is not known yet, null, is taken for one of which nothing waits.
   */
  isOverloaded(accounts: readonly (string | null)[], deadline: number): boolean;
}

export interface GroupCommitOptions {
  send: SendBatch;
  /** Asks for alerts that `send` has had wait in line; not needed where it has none wait. */
  bookWaiting?: BookWaiting;
  maxBatch?: number;
  now?: () => number;
  /** Told of each batch that returned: for metrics and logs. */
  onBatch?: (batch: { alerts: number; milliseconds: number; failure: string | null }) => void;
}

/** Calls of lanes apart and of those in line at a time: they must not use up PostgREST's connections. */
const MAX_CALLS_APART = 4;
/** Who had to stand in line does so at once for a while: a transaction of its own would cost five times as much. */
const CROWDED_MS = 1_000;
/** Where nobody waits in line, nobody is asked for. */
const NO_LINE: BookWaiting = () => Promise.resolve({ ok: false, failure: "unavailable", code: "busy" });
/** Milliseconds that a batch should take at most, for who comes next waits for it. Larger ones are made smaller. */
const BATCH_MS = 120;

/** A queue that has one batch on its way at a time. */
interface Lane {
  waiting: Entry[];
  running: boolean;
  /** Batches in a row that got no answer. */
  failures: number;
}

/**
 * Group commit: while one batch is on its way, the alerts that arrive wait together, and go together when it returns.
 * There is no timer: a lone alert waits for nothing. Under load the batches grow by themselves, and with them what one
 * transaction, one commit and one round trip are shared by.
 *
 * Each alert keeps its own fate. Data that the database refuses is sent again in ever smaller batches, until only the
 * guilty alert fails. A lost answer is asked for again, which is safe, since an alert is booked once. What its deadline
 * finds unsent is not sent.
 *
 * Accounts take turns, so that one sender's thousand alerts delay another's single one by a batch at most. An alert whose
 * account or key is held elsewhere waits in the database's line, and each account of a batch that took too long gets a
 * lane of its own: they delay nobody else.
 */
export function createGroupCommit(
  { send, bookWaiting = NO_LINE, maxBatch = 256, now = Date.now, onBatch = () => {} }: GroupCommitOptions,
): GroupCommit {
  const main: Lane = { waiting: [], running: false, failures: 0 };
  /** Lanes of accounts that were slow, until they are drained. */
  const lanesApart = new Map<string, Lane>();
  const callsApart = new Gate(MAX_CALLS_APART);
  const atDeadline = createDeadlines(now);
  const line = createLine({ bookWaiting, onAnswer: goOn, calls: callsApart, maxBatch, now });
  /** Alerts that the next batch may have: fewer after a batch that took long, then more again. */
  let batchLimit = maxBatch;
  /** Until when alerts stand in line at once, since others waited for the account as well. */
  let crowdedUntil = 0;
  /** Milliseconds a batch should take, by those of late: what tells whether a queue can still be served in time. */
  let batchTime = 0;

  function take(lane: Lane): Entry[] {
    const at = now();
    lane.waiting = lane.waiting.filter((entry) => {
      if (!entry.settled && at >= entry.deadline) entry.settle({ kind: "unavailable", code: entry.why });
      return !entry.settled;
    });
    const batch: Entry[] = [];
    let limit = batchLimit;
    // While its account's turn is waited for, others join an alert, as it does during a batch.
    const ready = lane.waiting.filter(({ alert }) => !line.isAsking(alert.account));
    for (const entry of inTurn(ready)) {
      limit = Math.min(limit, entry.batchLimit);
      if (batch.length >= limit) break;
      batch.push(entry);
    }
    lane.waiting = afterTurn(lane.waiting, batch);
    return batch;
  }

  async function run(lane: Lane, account: string | null): Promise<void> {
    if (lane.running) return;
    lane.running = true;
    for (;;) {
      if (account !== null) await callsApart.enter();
      const batch = take(lane);
      const pause = batch.length === 0 ? null : await sendBatch(batch, lane);
      if (account !== null) callsApart.leave();
      if (pause === null) break;
      if (pause > 0) await delay(pause);
    }
    lane.running = false;
    if (account !== null) lanesApart.delete(account);
  }

  /** Sends a batch and settles what it can; returns how long its lane should pause. */
  async function sendBatch(batch: Entry[], lane: Lane): Promise<number> {
    const started = now();
    const withinMs = batch.map(({ deadline }) => Math.ceil(deadline - started));
    // Not ahead of those that this isolate has in line.
    const wait = started >= crowdedUntil && !batch.some(({ alert }) => line.has(alert.account));
    // `send` promises not to throw; should it, nobody's alert may hang on it.
    const result = await send(batch.map(({ alert }) => alert), callSignal(batch, started), { withinMs, wait })
      .catch(() => ({ ok: false as const, failure: "unavailable" as const, code: "no_answer" }));
    const milliseconds = now() - started;
    onBatch({ alerts: batch.length, milliseconds, failure: result.ok ? null : result.code });
    const isLong = milliseconds > BATCH_MS;
    const fitting = isLong ? Math.floor(batch.length * BATCH_MS / milliseconds) : batchLimit * 2;
    batchLimit = Math.min(Math.max(fitting, SMALL_BATCH), maxBatch);

    if (result.ok) {
      const held: Entry[] = [];
      const unanswered: Entry[] = [];
      batch.forEach((entry, index) => {
        const answer = result.answers[index];
        entry.ticket = answer?.ticket ?? null;
        if (entry.ticket !== null) held.push(entry);
        else if (answer === undefined || answer.status === "busy") unanswered.push(entry);
        else entry.settle({ kind: "answered", answer });
      });
      for (const entry of held) entry.why = "busy";
      if (wait && held.length > 0) crowdedUntil = now() + CROWDED_MS;
      line.follow(held);
      if (unanswered.length > 0) return lose(unanswered, "busy", lane);
      lane.failures = 0;
      // What only was put in line says nothing about how fast the queue moves.
      if (lane === main && held.length === 0) {
        // The next one is no larger than fits: of a long one only that part counts.
        const next = milliseconds * Math.min(batchLimit / batch.length, 1);
        batchTime = batchTime === 0 ? next : batchTime * 0.8 + next * 0.2;
      }
      return 0;
    }
    if (result.failure === "rejected") {
      const [only] = batch;
      if (batch.length === 1) only?.settle({ kind: "rejected", code: result.code });
      for (const entry of batch) entry.batchLimit = Math.floor(batch.length / 2);
      if (batch.length > 1) again(batch, lane);
      return 0;
    }
    return lose(batch, result.code, lane, milliseconds >= SLOW_MS);
  }

  /** Has a lane ask again for answers that it lost; returns how long it should pause. */
  function lose(entries: Entry[], code: string, lane: Lane, isSlow = false): number {
    lane.failures += 1;
    const pause = pauseAfter(lane.failures);
    loseAnswers(entries, code, now() + pause);
    if (lane === main && isSlow) moveApart(entries);
    else again(entries, lane);
    return pause;
  }

  /** Puts entries back where they were: before those that arrived after them. */
  function again(entries: Entry[], lane: Lane): void {
    lane.waiting = [...entries, ...lane.waiting];
  }

  /** Goes on after an answer from the line; those that have lost their place there are sent again. */
  function goOn(homeless: Entry[]): void {
    again(homeless, main);
    run(main, null);
  }

  function moveApart(entries: Entry[]): void {
    for (const [account, group] of Map.groupBy(entries, ({ alert }) => alert.account)) {
      const lane = lanesApart.get(account) ?? { waiting: [], running: false, failures: 0 };
      lanesApart.set(account, lane);
      lane.waiting.push(...group);
      run(lane, account);
    }
  }

  /** Where an alert waits: behind those of its account that wait apart; elsewhere it would drag its batch into their wait. */
  const laneOf = ({ alert }: Entry): Lane => lanesApart.get(alert.account) ?? main;

  /** The first in the queue always go, and those apart are not in it. */
  function isOverloaded(accounts: readonly (string | null)[], deadline: number): boolean {
    const { waiting } = main;
    if (waiting.length === 0) return false;
    const more = accounts.filter((account) =>
      account === null ? lanesApart.size === 0 : !lanesApart.has(account)
    );
    const isLate = (ahead: number) => now() + batchTime * (1 + Math.ceil(ahead / batchLimit)) > deadline;
    return more.length > 0 && isLate(waiting.length + more.length) && isLate(aheadOf(waiting, more));
  }

  const book: Book = (alerts, deadline) =>
    new Promise((resolve) => {
      if (alerts.length === 0) return resolve([]);
      const outcomes: Outcome[] = [];
      let open = alerts.length;
      const entries = alerts.map((alert, index): Entry => ({
        alert,
        deadline,
        lost: 0,
        batchLimit: maxBatch,
        ticket: null,
        why: "deadline",
        settled: false,
        settle(outcome) {
          if (this.settled) return;
          this.settled = true;
          outcomes[index] = outcome;
          open -= 1;
          if (open === 0) {
            callOff();
            resolve(outcomes);
          }
        },
      }));
      const giveUp = (why?: string) =>
        entries.forEach((entry) => entry.settle({ kind: "unavailable", code: why ?? entry.why }));
      const callOff = atDeadline(deadline, giveUp);
      if (now() >= deadline) return giveUp();
      // What cannot be served in time is told so at once, while its sender can still act on it.
      if (isOverloaded(alerts.map(({ account }) => account), deadline)) return giveUp("overloaded");
      for (const entry of entries) {
        const lane = laneOf(entry);
        if (lane !== main || line.isAsking(entry.alert.account)) entry.why = "busy";
        lane.waiting.push(entry);
      }
      run(main, null);
    });
  return Object.assign(book, { isOverloaded });
}
