/** Lets a number of visitors in at once; the others wait outside, first come, first served. */
export class Gate {
  /** A Set keeps the order of arrival, and lets somebody in the middle give up at no cost. */
  #waiting = new Set<() => void>();
  #free: number;

  constructor(readonly size: number) {
    this.#free = size;
  }

  get queued(): number {
    return this.#waiting.size;
  }

  get empty(): boolean {
    return this.#free === this.size;
  }

  tryEnter(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  /** Enters when it is one's turn; rejects with the signal's reason when that is aborted first. */
  async enter(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.tryEnter()) return;
    await new Promise<void>((resolve, reject) => {
      const admit = () => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.delete(admit);
        reject(signal?.reason);
      };
      this.#waiting.add(admit);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** Leaves; the place goes straight to who has waited longest. */
  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
    } else {
      this.#waiting.delete(next);
      next();
    }
  }

  /** Goes through with some work: enters, does it, and leaves whatever comes of it. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }
}
