/** What may go wrong with a lock; `code` is stable, for programs. */
export type LockErrorCode =
  | "lock_timeout"
  | "lock_unavailable"
  | "lock_lost"
  | "lock_rolled_back"
  | "lock_over"
  | "lock_nested"
  | "lock_key_invalid"
  | "lock_timeout_invalid"
  | "lock_usage"
  | "lease_lost"
  | "lease_ttl_invalid";

export class LockError extends Error {
  override readonly name: string = "LockError";

  constructor(readonly code: LockErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** The lock, or a connection to wait for it on, was not free in time. Nothing ran; nothing is held. */
export class LockTimeoutError extends LockError {
  override readonly name = "LockTimeoutError";

  constructor(key: string, readonly timeoutMs: number) {
    super("lock_timeout", `the lock "${brief(key)}" was not free within ${timeoutMs} ms`);
  }
}

/** Postgres, or the lease's RPC, could not be reached, or refused us. Nothing ran; nothing is held. */
export class LockUnavailableError extends LockError {
  override readonly name = "LockUnavailableError";

  constructor(message: string, cause?: unknown) {
    super("lock_unavailable", message, cause);
  }
}

/**
 * The connection, and with it the lock, went away while the callback ran. What the callback wrote through its
 * transaction is rolled back, unless it was lost at the commit: then nobody knows. It is not run again.
 */
export class LockLostError extends LockError {
  override readonly name = "LockLostError";

  constructor(message: string, cause?: unknown) {
    super("lock_lost", message, cause);
  }
}

/** The callback returned, but a statement of its transaction had failed: Postgres kept nothing of it. */
export class LockRolledBackError extends LockError {
  override readonly name = "LockRolledBackError";

  constructor(key: string, cause?: unknown) {
    super(
      "lock_rolled_back",
      `a statement under the lock "${brief(key)}" failed and its error was swallowed: all was rolled back`,
      cause,
    );
  }
}

/** The lease expired, or was taken over, before the callback was done. */
export class LeaseLostError extends LockError {
  override readonly name = "LeaseLostError";

  constructor(key: string, cause?: unknown) {
    super("lease_lost", `the lease "${brief(key)}" was lost before its work was done`, cause);
  }
}

/** The lock is used as it cannot be; see the code. */
export class LockUsageError extends LockError {
  override readonly name = "LockUsageError";
}

export const brief = (key: string): string => key.length > 80 ? `${key.slice(0, 77)}…` : key;
