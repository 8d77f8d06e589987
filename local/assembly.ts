import { orAborted } from "../supabase/functions/_shared/time/or-aborted.ts";
import type { StackError } from "./errors.ts";
import { createLog, type Log, type Sink } from "./log.ts";
import { OrphanGuard } from "./orphans.ts";
import type { Supervision } from "./process.ts";

/** A stack in the making: reports its steps, and can undo at any moment what it has done so far. */
export class Assembly implements Supervision {
  readonly log: Log;
  readonly orphans = new OrphanGuard();
  readonly #failure = Promise.withResolvers<StackError>();
  readonly onFatal = this.#failure.resolve;
  /** Resolves when a process is lost for good. */
  readonly failure = this.#failure.promise;
  readonly #cleanup = new AsyncDisposableStack();

  /**
   * @param sink receives the output
   * @param signal once aborted, no further step begins
   */
  constructor(sink: Sink, readonly signal = new AbortController().signal) {
    this.log = createLog(sink);
    this.onStop(() => this.orphans.close());
  }

  /** Runs and reports one step. Throws when the start was aborted. */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    return await this.log.step(title, work);
  }

  /** Starts a part as a step. It is stopped with the rest, however far its start gets. */
  async start(title: string, part: { start(): Promise<void>; stop(): Promise<void> }): Promise<void> {
    this.onStop(() => part.stop());
    await this.step(title, () => part.start());
  }

  /** Something to do when the stack stops; the last one added comes first. */
  onStop(work: () => Promise<void> | void): void {
    this.#cleanup.defer(work);
  }

  /** Ends everything started so far, in the reverse order. */
  async stop(): Promise<void> {
    await this.#cleanup.disposeAsync();
  }

  /**
   * The result of `work`, or, when it fails or the signal is aborted first, its error after everything has ended.
   */
  async finish<T>(work: Promise<T>): Promise<T> {
    try {
      return await orAborted(work, this.signal);
    } catch (error) {
      await this.stop();
      // What was under way when the signal came fails now that its processes are gone.
      await work.catch(() => {});
      throw error;
    }
  }
}
