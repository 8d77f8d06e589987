import { AsyncLocalStorage } from "node:async_hooks";
import type { Collector } from "../observability/metrics.ts";
import { doubling, jittered } from "../time/backoff.ts";
import { type Connection, createConnection, isConnectionFailure, isRefusal } from "./connection.ts";
import { checkTimeout, checkWork, Deadline, lateFor } from "./deadline.ts";
import { brief, isLockError, LockError } from "./errors.ts";
import { Gate } from "../runtime/gate.ts";
import { Turns } from "./turns.ts";
import { checkKey, lockId } from "./lock-key.ts";
import { createPool } from "./pool.ts";
import { type Asking, beginLocked, GRACE_MS, type LockedWork, runLocked } from "./session.ts";
import { Samples } from "./stats.ts";

export interface LockServiceOptions {
  /** Postgres, directly or through a pooler in any mode; without it every lock is refused as unavailable. */
  url: string | undefined;
  /** Authorities of Postgres' certificate beside those that the runtime trusts, as PEM. */
  ca?: string;
  /** What `active_locks()` calls the holder. */
  applicationName?: string;
  /** Connections at most (5); nested locks may go beyond. */
  max?: number;
  /** Milliseconds after which an unused connection is closed (10,000). */
  idleMs?: number;
  /** Milliseconds that a lock is waited for when the call does not say (5,000). */
  timeoutMs?: number;
}

interface WaitOptions {
  /** Milliseconds to wait for the lock, 1 to 600,000, connecting and reconnecting included. The work has no limit. */
  timeoutMs?: number;
  /** Ends the wait, or the work (which is rolled back), with its own reason. */
  signal?: AbortSignal;
}

/** A lock or a lease that is held now. */
interface ActiveLock {
  /** Null for a number whose name nobody told: other software's. */
  key: string | null;
  kind: "advisory" | "lease";
  /** The holder's application, or the lease's owner; null where the database does not tell. */
  holder: string | null;
  /** The holder's backend; null for a lease. */
  pid: number | null;
  /** When the holder's transaction began, or the lease was taken: an advisory lock is at most that old. */
  since: Date | null;
  heldMs: number | null;
  /** Sessions queued for it in Postgres, and how long the first of them has been; null for a lease. */
  waiters: number | null;
  longestWaitMs: number | null;
  /** Of a lease. */
  fencingToken: number | null;
  expiresAt: Date | null;
}

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

export type LockService = ReturnType<typeof createAdvisoryLockService>;

/**
 * Mutual exclusion by key, among all who use this database: other isolates, other machines, and the bookings. Over a small
 * pool of direct connections, none of them opened before the first lock.
 */
export function createAdvisoryLockService(options: LockServiceOptions) {
  const { url, ca, applicationName = "supabase-automation", max = 5, idleMs = 10_000 } = options;
  const { timeoutMs: usual = 5_000 } = options;
  const pool = createPool(
    () => {
      if (!url) {
        throw new LockError("lock_unavailable", "SUPABASE_DB_URL is not set: locks need a direct connection");
      }
      // Without its cause, which quotes the address and the password in it.
      if (!URL.canParse(url)) throw new LockError("lock_unavailable", "SUPABASE_DB_URL is no address");
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
  const counts = {
    /** Locks taken. */
    acquired: 0,
    /** Of these, those that somebody else held first, or asked for first. */
    waited: 0,
    /** Waits that ended without the lock at their time limit. */
    timedOut: 0,
    /** Connections lost, or not to be had, while a lock was asked for. */
    retries: 0,
    /** Locks lost while their work was under way. */
    lost: 0,
  };

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
      if (isLockError(error, "lock_lost")) counts.lost += 1;
      throw error;
    } finally {
      held.over = true;
      pool.give(connection);
    }
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
      throw new LockError(
        "lock_nested",
        `the lock "${brief(key)}" is held by the very code that asks for it: it would wait for itself`,
      );
    }
    signal?.throwIfAborted();
    const started = performance.now();
    const isFree = turns.tryTake(key);
    if (!isFree && asking === "try") return null;
    let isMine = isFree;
    const late = lateFor(key, timeoutMs);
    const deadline = new Deadline(timeoutMs, late, signal);
    try {
      if (!isFree) await turns.take(key, deadline);
      isMine = true;
      const taken = await obtain(key, asking, deadline);
      if (taken === null && asking === "try") return null;
      if (taken === null) throw late();
      deadline.clear();
      counts.acquired += 1;
      if (!isFree || taken.waited) counts.waited += 1;
      waits.add(performance.now() - started);
      return await work(key, taken.connection, fn, signal);
    } catch (error) {
      if (asking === "wait" && isLockError(error, "lock_timeout")) counts.timedOut += 1;
      throw error;
    } finally {
      deadline.clear();
      if (isMine) turns.give(key);
    }
  }

  /** Reads on a connection of the pool, outside of any transaction. */
  async function read<T>(what: string, query: (connection: Connection) => Promise<T>): Promise<T> {
    const deadline = new Deadline(usual, lateFor(what, usual));
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
    /**
     * Waits for the lock, does the work in the transaction that holds it, commits, and so releases it. Whatever ends the
     * work otherwise (a throw, `signal`, a lost connection, the end of the process) rolls it back and releases it.
     *
     * The bookings' own keys are `trade:<account>:<symbol>`: under one of them no alert is booked for that symbol.
     * Call `process_alerts` for it through `tx`, then, as another connection would wait for this one. Locks may be
     * nested; take them in the same order everywhere.
     *
     * @param key up to 512 bytes
     * @param work gets the transaction, and a signal that is aborted when the lock is lost or the caller gives up
     * @returns what the work returns, once it is committed
     * @throws LockTimeoutError `lock_timeout`: not free in time. Nothing ran.
     * @throws LockUnavailableError `lock_unavailable`: no connection in time. Nothing ran.
     * @throws LockLostError `lock_lost`: the connection broke under the work. It is not run again.
     * @throws LockRolledBackError `lock_rolled_back`: the work swallowed the error of a statement
     * @throws LockUsageError `lock_key_invalid`, `lock_timeout_invalid`, `lock_nested`, `lock_usage`
     * @throws the signal's reason; the work's own error
     */
    // Who waits gets the lock, or an error.
    withLock: async <T>(key: string, work: LockedWork<T>, options?: WaitOptions) =>
      await underLock("wait", key, work, options) as T,

    /**
     * As withLock, if the lock is free now; null, without waiting, if it is held or somebody waits for it. Work that
     * may itself return null should return something else, to tell the two apart. `timeoutMs` is how long a connection is
     * waited for.
     */
    tryWithLock: <T>(key: string, work: LockedWork<T>, options?: WaitOptions) =>
      underLock("try", key, work, options),

    /** Whether anybody holds the lock: it may be otherwise by the time that this is known. */
    async isLocked(key: string): Promise<boolean> {
      checkKey(key);
      return await read(key, (connection) => readIsLocked(connection, key));
    },

    /** Every lock and lease held in this database, the oldest first. */
    getActiveLocks: () => read("active locks", readActiveLocks),

    /** What this service, in this isolate, has done; times in milliseconds. */
    getStats: () => ({
      ...counts,
      /** Keys that somebody here holds or waits for now. */
      keys: turns.taken,
      /** From the call to the work's beginning, over the last 1,024 locks taken; 0 when there was none. */
      wait: { p50: waits.percentile(0.5), p99: waits.percentile(0.99) },
      pool: pool.stats,
    }),

    /** Closes its connections, those in use when they are given back; then it takes no lock any more. */
    close: () => pool.close(),
  };
}

export function lockMetrics(locks: Pick<LockService, "getStats">): Collector {
  return ({ total, gauge }) => {
    const { acquired, waited, timedOut, retries, lost, pool } = locks.getStats();
    total("lock_acquired_total", acquired);
    total("lock_waited_total", waited);
    total("lock_timeouts_total", timedOut);
    total("lock_retries_total", retries);
    total("lock_lost_total", lost);
    gauge("lock_connections", pool.busy, { state: "busy" });
    gauge("lock_connections", pool.open - pool.busy, { state: "idle" });
  };
}

/** 55P03: lock_timeout passed. */
const isLockTimeout = (error: unknown) => error instanceof Error && "code" in error && error.code === "55P03";

const unavailable = (cause: unknown) =>
  new LockError("lock_unavailable", "Postgres could not be reached, or refused the lock's connection", cause);

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
