/** What may go wrong with a lock: how its error is called, by the code, which is stable, for programs. */
const NAMES = {
  /** The lock, or a connection to wait for it on, was not free in time. Nothing ran; nothing is held. */
  lock_timeout: "LockTimeoutError",
  /** Postgres, or the lease's RPC, could not be reached, or refused us. Nothing ran; nothing is held. */
  lock_unavailable: "LockUnavailableError",
  /**
   * The connection, and with it the lock, went away while the callback ran. What the callback wrote through its
   * transaction is rolled back, unless it was lost at the commit: then nobody knows. It is not run again.
   */
  lock_lost: "LockLostError",
  /** The callback returned, but a statement of its transaction had failed: Postgres kept nothing of it. */
  lock_rolled_back: "LockRolledBackError",
  /** The lock, or its service, takes nothing any more. */
  lock_over: "LockError",
  /** The lease expired, or was taken over, before the callback was done. */
  lease_lost: "LeaseLostError",
  // The lock is used as it cannot be.
  lock_nested: "LockUsageError",
  lock_key_invalid: "LockUsageError",
  lock_timeout_invalid: "LockUsageError",
  lock_usage: "LockUsageError",
  lease_ttl_invalid: "LockUsageError",
};

export class LockError extends Error {
  constructor(readonly code: keyof typeof NAMES, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = NAMES[code];
  }
}

export const isLockError = (error: unknown, code: LockError["code"]): boolean =>
  error instanceof LockError && error.code === code;

export const brief = (key: string): string => key.length > 80 ? `${key.slice(0, 77)}…` : key;
