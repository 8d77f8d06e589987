import { Gate } from "../runtime/gate.ts";
import type { Deadline } from "./deadline.ts";

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
    return this.#gate(key).enter(deadline.signal);
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
