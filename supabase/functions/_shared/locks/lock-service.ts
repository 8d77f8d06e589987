import type { LockedWork } from "./session.ts";
import type { LockStats } from "./stats.ts";

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

export interface WaitOptions {
  /** Milliseconds to wait for the lock, 1 to 600,000, connecting and reconnecting included. The work has no limit. */
  timeoutMs?: number;
  /** Ends the wait, or the work (which is rolled back), with its own reason. */
  signal?: AbortSignal;
}

/** A lock or a lease that is held now. */
export interface ActiveLock {
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

/** Mutual exclusion by key, among all who use this database: other isolates, other machines, and the bookings. */
export interface LockService {
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
  withLock<T>(key: string, work: LockedWork<T>, options?: WaitOptions): Promise<T>;

  /**
   * As withLock, if the lock is free now; null, without waiting, if it is held or somebody waits for it. Work that
   * may itself return null should return something else, to tell the two apart. `timeoutMs` is how long a connection is
   * waited for.
   */
  tryWithLock<T>(key: string, work: LockedWork<T>, options?: WaitOptions): Promise<T | null>;

  /** Whether anybody holds the lock: it may be otherwise by the time that this is known. */
  isLocked(key: string): Promise<boolean>;

  /** Every lock and lease held in this database, the oldest first. */
  getActiveLocks(): Promise<ActiveLock[]>;

  /** What this service, in this isolate, has done. */
  getStats(): LockStats;

  /** Closes its connections, those in use when they are given back; then it takes no lock any more. */
  close(): Promise<void>;
}
