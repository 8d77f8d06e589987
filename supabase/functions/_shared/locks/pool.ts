import type { Connection } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import { LockError } from "./errors.ts";
import { Gate } from "../runtime/gate.ts";

export interface PoolOptions {
  create: () => Promise<Connection>;
  max: number;
  /** Milliseconds after which an unused connection is closed. */
  idleMs: number;
}

/** A few connections, opened when needed and closed when idle, given out first come, first served. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #gate: Gate;
  /** Unused ones, each with what takes it off this list. The newest is used first, so that the others may close. */
  readonly #idle = new Map<Connection, () => void>();
  readonly #busy = new Map<Connection, { counted: boolean }>();
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#gate = new Gate(options.max);
  }

  get stats() {
    return {
      /** Connections at most, but for nested locks; those that exist, and of these in use. */
      max: this.#options.max,
      open: this.#idle.size + this.#busy.size,
      busy: this.#busy.size,
      /** Callers that wait for one. */
      queued: this.#gate.queued,
    };
  }

  /**
   * A connection for the caller alone, to be given back.
   *
   * @param beyond does not queue: for who holds a connection already, and would else wait for themselves
   */
  async take(deadline: Pick<Deadline, "signal">, { beyond = false } = {}): Promise<Connection> {
    if (this.#closed) throw new LockError("lock_over", "the lock service was closed");
    if (!beyond) await this.#gate.enter(deadline.signal);
    try {
      const connection = this.#takeIdle() ?? await this.#options.create();
      this.#busy.set(connection, { counted: !beyond });
      return connection;
    } catch (error) {
      if (!beyond) this.#gate.leave();
      throw error;
    }
  }

  /** Takes a connection back; it must be outside of any transaction, or lost. */
  give(connection: Connection): void {
    const place = this.#busy.get(connection);
    if (place === undefined) return;
    this.#busy.delete(connection);
    const surplus = this.#closed || this.#idle.size + this.#busy.size >= this.#options.max;
    if (surplus) void connection.close();
    else if (!connection.lost.aborted) this.#keep(connection);
    if (place.counted) this.#gate.leave();
  }

  /** Closes what is idle now, and the rest when it is given back. */
  async close(): Promise<void> {
    this.#closed = true;
    const idle = [...this.#idle];
    for (const [, forget] of idle) forget();
    await Promise.all(idle.map(([connection]) => connection.close()));
  }

  #keep(connection: Connection): void {
    const forget = () => {
      clearTimeout(timer);
      connection.lost.removeEventListener("abort", forget);
      this.#idle.delete(connection);
    };
    const timer = setTimeout(() => {
      forget();
      void connection.close();
    }, this.#options.idleMs);
    connection.lost.addEventListener("abort", forget, { once: true });
    this.#idle.set(connection, forget);
  }

  #takeIdle(): Connection | undefined {
    const newest = [...this.#idle].at(-1);
    newest?.[1]();
    return newest?.[0];
  }
}
