import { delay } from "../time/delay.ts";
import { LockUsageError } from "./errors.ts";

/** Longest wait for a lock, in milliseconds: above what any caller of a function waits for its answer. */
export const LONGEST_WAIT_MS = 600_000;

/**
 * Refuses what cannot be a limit of waiting.
 *
 * @throws LockUsageError `lock_timeout_invalid`
 */
export function checkTimeout(timeoutMs: unknown): asserts timeoutMs is number {
  if (typeof timeoutMs === "number" && timeoutMs >= 1 && timeoutMs <= LONGEST_WAIT_MS) return;
  throw new LockUsageError(
    "lock_timeout_invalid",
    `timeoutMs must be between 1 and ${LONGEST_WAIT_MS} milliseconds; tryWithLock does not wait`,
  );
}

/** Refuses what is no work: it would take the lock for nothing. */
export function checkWork(work: unknown, what: "lock" | "lease"): void {
  if (typeof work !== "function") {
    throw new LockUsageError("lock_usage", `what to do under the ${what} is missing`);
  }
}

/** How long somebody is ready to wait: until a time, or until a signal of theirs. */
export class Deadline {
  #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout>;
  #end: number;
  #onAbort: () => void;

  /**
   * @param timeoutMs milliseconds from now
   * @param late makes the error of a wait that took too long
   * @param caller a signal that ends the wait with its own reason
   */
  constructor(timeoutMs: number, late: () => Error, readonly caller?: AbortSignal) {
    this.#end = performance.now() + timeoutMs;
    this.#timer = setTimeout(() => this.#controller.abort(late()), timeoutMs);
    this.#onAbort = () => this.#controller.abort(caller?.reason);
    if (caller?.aborted) this.#onAbort();
    else caller?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Aborted when the wait is over; its reason is what to throw. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whole milliseconds left, at least 1. */
  get remaining(): number {
    return Math.max(1, Math.ceil(this.#end - performance.now()));
  }

  /** Resolves after that time, in milliseconds; rejects when the wait is over before. */
  pause(milliseconds: number): Promise<void> {
    return delay(milliseconds, this.signal);
  }

  /** To be called when nobody waits any more. */
  clear(): void {
    clearTimeout(this.#timer);
    this.caller?.removeEventListener("abort", this.#onAbort);
  }
}
