/**
 * Whether what is outside is asked: `closed` yes; `open` not until a while has passed; `half_open` not until the answer of one call
 * is here, a probe or one that is late.
 */
export type BreakerState = "closed" | "open" | "half_open";

export interface BreakerOptions {
  /** Milliseconds on a clock that only moves forward. */
  now(): number;
  /** Told of each change between working and away; never of the probes in between. */
  onChange?(away: boolean, cause: unknown): void;
}

/** Opens when failures, less half the successes, come to this: three in a row, or every second one for ten calls. */
const LIMIT = 3;
/** Milliseconds until the first probe; doubled after each probe that fails. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** A circuit breaker: what is known to be away is not asked, but for a probe now and then. */
export class Breaker {
  #state: BreakerState = "closed";
  #score = 0;
  #pause = FIRST_PAUSE;
  #retryAt = 0;
  /** True while it is half open for the answer of a late call. */
  #isLate = false;

  constructor(private readonly options: BreakerOptions) {}

  get state(): BreakerState {
    return this.#state;
  }

  /** When the next probe is due, in milliseconds of the clock. */
  get retryAt(): number {
    return this.#retryAt;
  }

  /** True for the one caller that may probe now; it must report how that went. */
  takeProbe(): boolean {
    if (this.#state !== "open" || this.options.now() < this.#retryAt) return false;
    this.#state = "half_open";
    return true;
  }

  /**
   * Follows a call, whose caller waits for `inTime` and no longer. A late call is a failure, yet its connection may only
   * have been opened for it, with three round trips instead of one: nobody asks until its answer is here, and then the
   * connection is there to be used.
   */
  async follow<T>(answer: Promise<T>, inTime: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => void (isOver = true);
    answer.then(over, over);
    try {
      const result = await inTime;
      this.success();
      return result;
    } catch (error) {
      // Calls that left together open their connections together: they are late as one.
      if (!isOver && this.#isLate) throw error;
      this.failure(error);
      if (!isOver && this.#state === "closed") {
        this.#state = "half_open";
        this.#isLate = true;
        answer.then(() => this.#endLate(), (cause) => (this.#endLate(), this.failure(cause)));
      }
      throw error;
    }
  }

  #endLate(): void {
    if (this.#isLate) this.#state = "closed";
    this.#isLate = false;
  }

  success(): void {
    this.#score = Math.max(this.#score - 0.5, 0);
    // Only the probe decides: an answer that was under way when the breaker opened says nothing of now.
    if (this.#state !== "half_open") return;
    if (this.#isLate) return this.#endLate();
    this.#state = "closed";
    this.#score = 0;
    this.#pause = FIRST_PAUSE;
    this.options.onChange?.(false, null);
  }

  failure(cause: unknown): void {
    this.#score += 1;
    const wasClosed = this.#state === "closed" || this.#isLate;
    if (this.#state === "open" || wasClosed && this.#score < LIMIT) return;
    this.#isLate = false;
    if (!wasClosed) this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    this.#state = "open";
    this.#retryAt = this.options.now() + this.#pause;
    if (wasClosed) this.options.onChange?.(true, cause);
  }
}
