import type { Connection } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import { LockError } from "./errors.ts";
import { Gate } from "../runtime/gate.ts";

export type Pool = ReturnType<typeof createPool>;

/**
 * A few connections, opened when needed and closed when idle, given out first come, first served.
 *
 * @param idleMs milliseconds after which an unused connection is closed
 */
export function createPool(create: () => Promise<Connection>, max: number, idleMs: number) {
  const gate = new Gate(max);
  /** Unused ones, each with what takes it off this list. The newest is used first, so that the others may close. */
  const idle = new Map<Connection, () => void>();
  const busy = new Map<Connection, { counted: boolean }>();
  let isClosed = false;

  function keep(connection: Connection): void {
    const forget = () => {
      clearTimeout(timer);
      connection.lost.removeEventListener("abort", forget);
      idle.delete(connection);
    };
    const timer = setTimeout(() => {
      forget();
      void connection.close();
    }, idleMs);
    connection.lost.addEventListener("abort", forget, { once: true });
    idle.set(connection, forget);
  }

  function takeIdle(): Connection | undefined {
    const [connection, forget] = [...idle].at(-1) ?? [];
    forget?.();
    return connection;
  }

  return {
    get stats() {
      return {
        /** Connections at most, but for nested locks; those that exist, and of these in use. */
        ...{ max, open: idle.size + busy.size, busy: busy.size },
        /** Callers that wait for one. */
        queued: gate.queued,
      };
    },

    /**
     * A connection for the caller alone, to be given back.
     *
     * @param beyond does not queue: for who holds a connection already, and would else wait for themselves
     */
    async take(deadline: Pick<Deadline, "signal">, { beyond = false } = {}): Promise<Connection> {
      if (isClosed) throw new LockError("lock_over", "the lock service was closed");
      if (!beyond) await gate.enter(deadline.signal);
      try {
        const connection = takeIdle() ?? await create();
        busy.set(connection, { counted: !beyond });
        return connection;
      } catch (error) {
        if (!beyond) gate.leave();
        throw error;
      }
    },

    /** Takes a connection back; it must be outside of any transaction, or lost. */
    give(connection: Connection): void {
      const place = busy.get(connection);
      if (place === undefined) return;
      busy.delete(connection);
      if (isClosed || idle.size + busy.size >= max) void connection.close();
      else if (!connection.lost.aborted) keep(connection);
      if (place.counted) gate.leave();
    },

    /** Closes what is idle now, and the rest when it is given back. */
    async close(): Promise<void> {
      isClosed = true;
      const unused = [...idle];
      for (const [, forget] of unused) forget();
      await Promise.all(unused.map(([connection]) => connection.close()));
    },
  };
}
