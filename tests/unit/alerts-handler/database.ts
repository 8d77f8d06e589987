import type {
  AlertToBook,
  BatchResult,
  BookWaiting,
  SendBatch,
  WaitingAnswer,
} from "../../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { filled } from "./harness.ts";

/** An alert that has what group commit looks at; its id tells it apart. */
export const alertOf = (symbol: string, id = symbol, account = "default"): AlertToBook =>
  ({ id, symbol, account, strategy: "" }) as AlertToBook;

export interface Call {
  /** When it was made, as Date.now. */
  at: number;
  alerts: readonly AlertToBook[];
}

/** How the database treats the next call; see {@link createDatabase}. */
export interface Treatment {
  /** Milliseconds it takes. */
  latency?: number;
  /** `before`: it is cut off before anything is written; `after`: it is booked, and the answer lost. */
  lost?: "before" | "after";
}

/**
 * A database in memory, as group commit sees it: it books each alert once, refuses a batch that holds a `POISON`, and
 * has alerts wait in line for symbols that somebody else holds, and for accounts in which others wait. Like supabase-js,
 * it answers at the latest when the signal says.
 */
export function createDatabase(
  { treat = () => ({}), heldUntil = () => 0 }: {
    /** How the call of this number, from 0, is treated. */
    treat?: (call: number) => Treatment;
    /** Until when somebody holds the lock of a symbol, as Date.now. */
    heldUntil?: (symbol: string) => number;
  } = {},
) {
  const calls: Call[] = [];
  const booked = new Set<string>();
  let tickets = 0;
  const lost = { ok: false, failure: "unavailable", code: "no_answer" } as const;

  interface Waiting {
    alert: AlertToBook;
    until: number;
    answer: WaitingAnswer;
  }
  /** By ticket, in order of arrival. */
  const line = new Map<string, Waiting>();
  const byTicket = new Map<string, AlertToBook>();
  const isWaiting = ({ until, answer }: Waiting) => answer === null && until > Date.now();
  const isHeld = ({ symbol }: AlertToBook) => heldUntil(symbol) > Date.now();

  function bookOne(alert: AlertToBook) {
    const duplicate = booked.has(alert.id ?? "");
    booked.add(alert.id ?? "");
    return { ...filled(alert), duplicate, alert_id: alert.id };
  }

  function answer(alerts: readonly AlertToBook[], withinMs: readonly number[]): BatchResult {
    if (alerts.some(({ symbol }) => symbol === "POISON")) {
      return { ok: false, failure: "rejected", code: "22003" };
    }
    const crowded = new Set([...line.values()].filter(isWaiting).map(({ alert }) => alert.account));
    const answers = alerts.map((alert, index) => {
      if (!isHeld(alert) && !crowded.has(alert.account)) return bookOne(alert);
      const ticket = `${++tickets}`;
      byTicket.set(ticket, alert);
      line.set(ticket, { alert, until: Date.now() + (withinMs[index] ?? 0), answer: null });
      return { ...filled(alert), status: "busy" as const, ticket };
    });
    return { ok: true, answers };
  }

  function takeTurn(account: string, asked: readonly string[], atMost: number): BatchResult<WaitingAnswer> {
    const ofAccount = [...line.values()].filter((each) => each.alert.account === account && isWaiting(each));
    for (const each of ofAccount.slice(0, atMost)) {
      if (!isHeld(each.alert)) each.answer = bookOne(each.alert);
    }
    const answers = asked.map((ticket): WaitingAnswer => {
      const found = line.get(ticket);
      if (found?.answer !== null) line.delete(ticket);
      return found === undefined ? null : found.answer ?? { status: "busy", duplicate: false };
    });
    return { ok: true, answers };
  }

  /** Makes a call that answers by `work`, or is treated otherwise. */
  function call<Result>(
    alerts: readonly AlertToBook[],
    signal: AbortSignal,
    work: () => Result,
  ): Promise<Result | typeof lost> {
    const { latency = 1, lost: when } = treat(calls.length);
    calls.push({ at: Date.now(), alerts });
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve(lost));
      setTimeout(() => {
        const result = when === "before" ? lost : work();
        resolve(when === undefined ? result : lost);
      }, latency);
    });
  }

  const send: SendBatch = (alerts, signal, line) =>
    call(alerts, signal, () => answer(alerts, line?.withinMs ?? []));
  const bookWaiting: BookWaiting = ({ account, tickets, atMost }, signal) => {
    const alerts = tickets.flatMap((ticket) => byTicket.get(ticket) ?? []);
    return call(alerts, signal, () => takeTurn(account, tickets, atMost));
  };
  return { send, bookWaiting, calls, booked, line };
}
