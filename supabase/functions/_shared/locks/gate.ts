import type { Deadline } from "./deadline.ts";

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

  /** Enters when it is one's turn; rejects with the deadline's reason when that comes first. */
  async enter({ signal }: Pick<Deadline, "signal">): Promise<void> {
    signal.throwIfAborted();
    if (this.tryEnter()) return;
    await new Promise<void>((resolve, reject) => {
      const admit = () => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.delete(admit);
        reject(signal.reason);
      };
      this.#waiting.add(admit);
      signal.addEventListener("abort", giveUp, { once: true });
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
}

/** One gate a key, each for one visitor; it exists while somebody is inside. */
export class Turns {
  #gates = new Map<string, Gate>();

  /** Keys that are taken, by somebody here. */
  get taken(): number {
    return this.#gates.size;
  }

  tryTake(key: string): boolean {
    if (this.#gates.has(key)) return false;
    return this.#gate(key).tryEnter();
  }

  /** Waits for the key's turn; rejects with the deadline's reason when that comes first. */
  take(key: string, deadline: Pick<Deadline, "signal">): Promise<void> {
    deadline.signal.throwIfAborted();
    return this.#gate(key).enter(deadline);
  }

  /** Gives the turn to who has waited longest. */
  give(key: string): void {
    const gate = this.#gates.get(key);
    gate?.leave();
    if (gate?.empty) this.#gates.delete(key);
  }

  #gate(key: string): Gate {
    const gate = this.#gates.get(key) ?? new Gate(1);
    this.#gates.set(key, gate);
    return gate;
  }
}
