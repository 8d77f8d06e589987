import type { AlertToBook, BatchResult } from "../../../supabase/functions/_shared/alerts/booking-rpc.ts";
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
 * answers busy for symbols that somebody else holds. Like supabase-js, it answers at the latest when the signal says.
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
  const lost: BatchResult = { ok: false, failure: "unavailable", code: "no_answer" };

  function answer(alerts: readonly AlertToBook[]): BatchResult {
    if (alerts.some(({ symbol }) => symbol === "POISON")) {
      return { ok: false, failure: "rejected", code: "22003" };
    }
    const answers = alerts.map((alert) => {
      if (heldUntil(alert.symbol) > Date.now()) return { ...filled(alert), status: "busy" as const };
      const duplicate = booked.has(alert.id ?? "");
      booked.add(alert.id ?? "");
      return { ...filled(alert), duplicate, alert_id: alert.id };
    });
    return { ok: true, answers };
  }

  const send = (alerts: readonly AlertToBook[], signal: AbortSignal): Promise<BatchResult> => {
    const { latency = 1, lost: when } = treat(calls.length);
    calls.push({ at: Date.now(), alerts });
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve(lost));
      setTimeout(() => {
        const result = when === "before" ? lost : answer(alerts);
        resolve(when === undefined ? result : lost);
      }, latency);
    });
  };
  return { send, calls, booked };
}
