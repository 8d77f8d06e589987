import { AsyncLocalStorage } from "node:async_hooks";
import { doubling, jittered } from "../time/backoff.ts";
import type { ActiveLock, LockService, LockServiceOptions, WaitOptions } from "./lock-service.ts";
import { type Connection, createConnection, isConnectionFailure, isRefusal } from "./connection.ts";
import { checkTimeout, checkWork, Deadline } from "./deadline.ts";
import { brief, LockLostError, LockTimeoutError, LockUnavailableError, LockUsageError } from "./errors.ts";
import { Gate } from "../runtime/gate.ts";
import { Turns } from "./turns.ts";
import { checkKey, lockId } from "./lock-key.ts";
import { createPool } from "./pool.ts";
import { type Asking, beginLocked, GRACE_MS, type LockedWork, runLocked } from "./session.ts";
import { type LockStats, Samples } from "./stats.ts";

/** A lock held by the code that is running, and those around it. */
interface Held {
  key: string;
  over: boolean;
  within: Held | undefined;
}

/** Postgres is told a key's name again after this; it forgets one after an hour. Milliseconds. */
const NAMED_FOR_MS = 300_000;
/** Names remembered at most; beyond, all are told again. */
const NAMES_KEPT = 10_000;

/** Locks by key over a small pool of direct connections, none of them opened before the first lock. */
export function createAdvisoryLockService(options: LockServiceOptions): LockService {
  const { url, ca, applicationName = "supabase-automation", max = 5, idleMs = 10_000 } = options;
  const { timeoutMs: usual = 5_000 } = options;
  const pool = createPool(
    () => {
      if (!url) throw new LockUnavailableError("SUPABASE_DB_URL is not set: locks need a direct connection");
      // Without its cause, which quotes the address and the password in it.
      if (!URL.canParse(url)) throw new LockUnavailableError("SUPABASE_DB_URL is no address");
      return createConnection({ url, applicationName, ca });
    },
    max,
    idleMs,
  );
  /** One connection a key: whoever else wants it here waits in memory, in order. */
  const turns = new Turns();
  /** Connections that may wait for a key held elsewhere; the rest always serves keys that are free. */
  const waiters = new Gate(Math.max(max - 1, 1));
  const context = new AsyncLocalStorage<Held | undefined>();
  const named = new Map<string, number>();
  const waits = new Samples(1_024);
  const counts = { acquired: 0, waited: 0, timedOut: 0, retries: 0, lost: 0 };

  function holding(key?: string): Held | undefined {
    for (let held = context.getStore(); held; held = held.within) {
      if (!held.over && (key === undefined || held.key === key)) return held;
    }
    return undefined;
  }

  /** One try at the lock on one connection; null when it is held and nobody may wait now. */
  async function attempt(key: string, asking: Asking, deadline: Deadline) {
    const connection = await pool.take(deadline, { beyond: holding() !== undefined });
    const told = (named.get(key) ?? -Infinity) > performance.now() - NAMED_FOR_MS;
    try {
      const request = { key, id: lockId(key), asking, named: told, deadline };
      const granted = await beginLocked(connection, request);
      if (!told) remember(key);
      if (granted !== "held") return { connection, waited: granted === "waited" };
    } catch (error) {
      pool.give(connection);
      throw error;
    }
    pool.give(connection);
    return null;
  }

  function remember(key: string): void {
    if (named.size >= NAMES_KEPT) named.clear();
    named.set(key, performance.now());
  }

  /** A try that may wait in Postgres if a waiter's place is free, and otherwise takes a free lock only. */
  async function attemptOrQueue(key: string, deadline: Deadline) {
    if (!waiters.tryEnter()) {
      const taken = await attempt(key, "try", deadline);
      if (taken) return taken;
      await waiters.enter(deadline.signal);
    }
    try {
      return await attempt(key, "wait", deadline);
    } finally {
      waiters.leave();
    }
  }

  /** Asks until there is an answer: connections that fail are replaced, each time after a longer pause. */
  async function obtain(key: string, asking: Asking, deadline: Deadline) {
    let failure: unknown;
    for (let failures = 0;; failures += 1) {
      try {
        return await (asking === "wait" ? attemptOrQueue(key, deadline) : attempt(key, "try", deadline));
      } catch (error) {
        // Postgres' clock may be ahead of ours by a moment.
        if (isLockTimeout(error)) await deadline.pause(GRACE_MS);
        if (deadline.caller?.aborted) throw deadline.signal.reason;
        // A try that the deadline cut off says less than the failure of the one before it.
        if (error === deadline.signal.reason) throw failure === undefined ? error : unavailable(failure);
        if (!isConnectionFailure(error)) throw isRefusal(error) ? unavailable(error) : error;
        failure = error;
        counts.retries += 1;
        await deadline.pause(jittered(doubling(failures, 25, 500))).catch(() => {});
        if (deadline.caller?.aborted) throw deadline.signal.reason;
        if (deadline.signal.aborted) throw unavailable(error);
      }
    }
  }

  async function work<T>(key: string, connection: Connection, fn: LockedWork<T>, caller?: AbortSignal) {
    const held: Held = { key, over: false, within: context.getStore() };
    try {
      return await context.run(held, () => runLocked(connection, key, fn, caller));
    } catch (error) {
      if (error instanceof LockLostError) counts.lost += 1;
      throw error;
    } finally {
      held.over = true;
      pool.give(connection);
    }
  }

  function deadlineOf(key: string, timeoutMs: number, signal?: AbortSignal): Deadline {
    return new Deadline(timeoutMs, () => new LockTimeoutError(key, timeoutMs), signal);
  }

  /** Takes the lock, or tries to, and does the work under it; null when it was tried for and is not free. */
  async function underLock<T>(
    asking: Asking,
    key: string,
    fn: LockedWork<T>,
    { timeoutMs = usual, signal }: WaitOptions = {},
  ): Promise<T | null> {
    checkKey(key);
    checkTimeout(timeoutMs);
    checkWork(fn, "lock");
    if (asking === "wait" && holding(key)) {
      throw new LockUsageError(
        "lock_nested",
        `the lock "${brief(key)}" is held by the very code that asks for it: it would wait for itself`,
      );
    }
    signal?.throwIfAborted();
    const started = performance.now();
    const isFree = turns.tryTake(key);
    if (!isFree && asking === "try") return null;
    let isMine = isFree;
    const deadline = deadlineOf(key, timeoutMs, signal);
    try {
      if (!isFree) await turns.take(key, deadline);
      isMine = true;
      const taken = await obtain(key, asking, deadline);
      if (taken === null && asking === "try") return null;
      if (taken === null) throw new LockTimeoutError(key, timeoutMs);
      deadline.clear();
      counts.acquired += 1;
      if (!isFree || taken.waited) counts.waited += 1;
      waits.add(performance.now() - started);
      return await work(key, taken.connection, fn, signal);
    } catch (error) {
      if (asking === "wait" && error instanceof LockTimeoutError) counts.timedOut += 1;
      throw error;
    } finally {
      deadline.clear();
      if (isMine) turns.give(key);
    }
  }

  /** Reads on a connection of the pool, outside of any transaction. */
  async function read<T>(what: string, query: (connection: Connection) => Promise<T>): Promise<T> {
    const deadline = deadlineOf(what, usual);
    try {
      const connection = await pool.take(deadline, { beyond: holding() !== undefined });
      deadline.signal.addEventListener("abort", connection.destroy, { once: true });
      try {
        return await query(connection);
      } finally {
        deadline.signal.removeEventListener("abort", connection.destroy);
        pool.give(connection);
      }
    } catch (error) {
      throw isConnectionFailure(error) || isRefusal(error) ? unavailable(error) : error;
    } finally {
      deadline.clear();
    }
  }

  return {
    // Who waits gets the lock, or an error.
    withLock: async <T>(key: string, fn: LockedWork<T>, options?: WaitOptions) =>
      await underLock("wait", key, fn, options) as T,
    tryWithLock: (key, fn, options) => underLock("try", key, fn, options),
    async isLocked(key: string): Promise<boolean> {
      checkKey(key);
      return await read(key, (connection) => readIsLocked(connection, key));
    },
    getActiveLocks: (): Promise<ActiveLock[]> => read("active locks", readActiveLocks),
    getStats: (): LockStats => ({
      ...counts,
      keys: turns.taken,
      wait: { p50: waits.percentile(0.5), p99: waits.percentile(0.99) },
      pool: pool.stats,
    }),
    close: () => pool.close(),
  };
}

/** 55P03: lock_timeout passed. */
const isLockTimeout = (error: unknown) => error instanceof Error && "code" in error && error.code === "55P03";

function unavailable(cause: unknown): LockUnavailableError {
  return new LockUnavailableError("Postgres could not be reached, or refused the lock's connection", cause);
}

/** Every lock and lease held in the database, the oldest first. */
async function readActiveLocks(connection: Connection): Promise<ActiveLock[]> {
  // Whole numbers of eight bytes would come as text.
  return await connection.answer(connection.sql<ActiveLock[]>`
    select l.key, l.kind, l.holder, l.pid, l.since, l.held_ms::float8 as "heldMs", l.waiters,
      l.longest_wait_ms::float8 as "longestWaitMs", l.fencing_token::float8 as "fencingToken", l.expires_at as "expiresAt"
    from public.active_locks() l`);
}

async function readIsLocked(connection: Connection, key: string): Promise<boolean> {
  const [row] = await connection.answer(connection.sql<{ locked: boolean }[]>`
    select exists (
      select from pg_catalog.pg_locks l
      where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
        and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())
        and (l.classid::bigint << 32) | l.objid::bigint = ${String(lockId(key))}::text::bigint
    ) as locked`);
  return row?.locked ?? false;
}
