import { classify } from "../database/rpc-failure.ts";
import { delay } from "../time/delay.ts";
import type { BookWaiting, WaitingAnswer } from "./booking-rpc.ts";
import { callSignal, type Entry, loseAnswers, pauseAfter, SLOW_MS, SMALL_BATCH } from "./entry.ts";
import type { Gate } from "../runtime/gate.ts";

/** Alerts that wait for a key that somebody else holds are asked for again after this. */
const BUSY_PAUSE_MS = 50;

/**
 * Follows alerts that wait in the database because their account was held. All isolates' alerts of an account wait in one
 * line there, and the first call that gets the turn books them all. One call an account at a time asks for its answers.
 *
 * @param onAnswer called after every answer, with the alerts that have lost their place in line
 * @param calls calls wait for their turn: they must not use up PostgREST's connections
 */
export function createLine(
  { bookWaiting, onAnswer, calls, maxBatch, now }: {
    bookWaiting: BookWaiting;
    onAnswer: (homeless: Entry[]) => void;
    calls: Gate;
    maxBatch: number;
    now: () => number;
  },
) {
  const waiting = new Map<string, Entry[]>();
  const asking = new Set<string>();

  function inLine(account: string): Entry[] {
    const entries = (waiting.get(account) ?? []).filter((entry) =>
      // At its deadline an alert may be asked for just before it is called off.
      !entry.settled && entry.ticket !== null && now() < entry.deadline
    );
    if (entries.length > 0) waiting.set(account, entries);
    else waiting.delete(account);
    return entries;
  }

  async function ask(account: string): Promise<void> {
    let failures = 0;
    let atMost = maxBatch;
    while (inLine(account).length > 0) {
      asking.add(account);
      await calls.enter();
      const asked = inLine(account).slice(0, maxBatch);
      const started = now();
      const tickets = asked.map(({ ticket }) => ticket ?? "");
      // `bookWaiting` promises not to throw; should it, nobody's alert may hang on it.
      const result = asked.length === 0
        ? { ok: true as const, answers: [] }
        : await bookWaiting({ account, tickets, atMost }, callSignal(asked, started))
          .catch(() => ({ ok: false as const, code: "no_answer" }));
      calls.leave();
      asking.delete(account);
      failures = result.ok ? 0 : failures + 1;
      // What the turn could not book in time it books in smaller parts.
      const fitting = now() - started >= SLOW_MS ? Math.floor(atMost / 2) : atMost * 2;
      atMost = Math.min(Math.max(fitting, SMALL_BATCH), maxBatch);
      const pause = result.ok ? take(asked, result.answers) : lose(asked, result.code, failures);
      if (pause > 0) await delay(pause);
    }
  }

  /** Has the same tickets asked for again; returns how long to pause. */
  function lose(asked: readonly Entry[], code: string, failures: number): number {
    const pause = pauseAfter(failures);
    loseAnswers(asked, code, now() + pause);
    onAnswer([]);
    return pause;
  }

  /** Settles what was answered; returns how long to pause. */
  function take(asked: readonly Entry[], answers: readonly WaitingAnswer[]): number {
    const homeless: Entry[] = [];
    asked.forEach((entry, index) => {
      const answer = answers[index] ?? null;
      if (answer?.status === "busy") return;
      entry.ticket = null;
      if (answer === null) homeless.push(entry);
      else if (answer.status !== "failed") entry.settle({ kind: "answered", answer });
      else if (classify(answer) === "rejected") entry.settle({ kind: "rejected", code: answer.code });
      else {
        loseAnswers([entry], answer.code, now());
        homeless.push(entry);
      }
    });
    onAnswer(homeless);
    return asked.length > 0 && asked.every(({ ticket }) => ticket !== null) ? BUSY_PAUSE_MS : 0;
  }

  /** Follows alerts that have a ticket until they are settled. */
  function follow(entries: readonly Entry[]): void {
    for (const [account, group] of Map.groupBy(entries, ({ alert }) => alert.account)) {
      const before = waiting.get(account);
      if (before !== undefined) before.push(...group);
      else {
        waiting.set(account, [...group]);
        ask(account);
      }
    }
  }

  return {
    follow,
    /** Whether alerts of an account are followed. */
    has: (account: string): boolean => inLine(account).length > 0,
    /** Whether their answers are asked for just now. */
    isAsking: (account: string): boolean => asking.has(account),
  };
}
