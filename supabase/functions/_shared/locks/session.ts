import type { TransactionSql } from "postgres";
import { orAborted } from "../time/or-aborted.ts";
import type { Connection } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import { brief, LockError, LockLostError, LockRolledBackError } from "./errors.ts";
import { guardTransaction } from "./transaction.ts";

/** The work done under a lock. `signal` is aborted when the lock is lost, or its caller gives up. */
export type LockedWork<T> = (tx: TransactionSql, signal: AbortSignal) => T | Promise<T>;

/** How a lock is asked for: by waiting in Postgres' queue, or only if it is free. */
export type Asking = "wait" | "try";

/** Whether the lock is ours, at once or after waiting; or somebody else's. */
export type Granted = "free" | "waited" | "held";

/** A backend looks this often whether its client is still there: that is how soon a dead one leaves the queue. */
const CLIENT_CHECK_MS = 250;
/** A holder that Postgres hears nothing of is given up after this: no hosted isolate lives longer on one request. */
const SILENCE_MS = 400_000;
/**
 * The server ends a wait by itself when its time is up; a connection still silent this much later is destroyed. So much
 * may the server's clock be ahead of ours, too.
 */
export const GRACE_MS = 35;
/** A rollback that takes longer is replaced by closing the connection. */
const ROLLBACK_MS = 100;

export interface LockRequest {
  key: string;
  id: bigint;
  asking: Asking;
  /** True when Postgres was told the key's name lately. */
  named: boolean;
  deadline: Deadline;
}

/**
 * Begins a transaction on the connection and takes the lock in it: one message, one round trip.
 *
 * @returns `held`, after a rollback, when the lock was only tried for and is not free
 * @throws what Postgres, the connection or the deadline says; the connection then holds nothing, or is lost
 */
export async function beginLocked(connection: Connection, request: LockRequest): Promise<Granted> {
  const { deadline } = request;
  deadline.signal.throwIfAborted();
  let grace: ReturnType<typeof setTimeout> | undefined;
  let givenUp = false;
  const giveUp = () => {
    grace = setTimeout(() => {
      givenUp = true;
      connection.destroy();
    }, deadline.caller?.aborted ? 0 : GRACE_MS);
  };
  deadline.signal.addEventListener("abort", giveUp, { once: true });
  try {
    const { rows } = await connection.run(statements(request));
    const granted = rows.find((row) => "granted" in row)?.granted as Granted;
    if (granted === "held") await rollback(connection);
    return granted;
  } catch (error) {
    if (!connection.lost.aborted) await rollback(connection);
    // That Postgres is away says more than that the deadline passed meanwhile; that we gave it up says nothing.
    throw givenUp && connection.admitted ? deadline.signal.reason : error;
  } finally {
    clearTimeout(grace);
    deadline.signal.removeEventListener("abort", giveUp);
  }
}

function statements({ key, id, asking, named, deadline }: LockRequest): string {
  const otherwise = asking === "try"
    ? "else 'held'"
    // Waits where the condition is evaluated; a result of type void is never null.
    : `when pg_advisory_xact_lock(${id})::text is not null then 'waited'`;
  return [
    ...named ? [] : ["begin", `select trading.name_lock(${literal(key)})`, "commit"],
    // Read committed: the callback's statements see what the holder before committed.
    "begin isolation level read committed",
    `set local client_connection_check_interval = ${CLIENT_CHECK_MS}`,
    `set local idle_in_transaction_session_timeout = ${SILENCE_MS}`,
    `set local lock_timeout = ${deadline.remaining}`,
    "set local statement_timeout = 0",
    `select case when pg_try_advisory_xact_lock(${id}) then 'free' ${otherwise} end as granted`,
    // The limits of the wait are not those of the work.
    "set local lock_timeout to default",
    "set local statement_timeout to default",
  ].join("; ");
}

/** A text as SQL, in hexadecimal: there is nothing in it to quote, nor to break out of. */
function literal(text: string): string {
  const hex = [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `convert_from('\\x${hex}', 'UTF8')`;
}

/** Does the work in the transaction that holds the lock, and ends it: commit on return, rollback on anything else. */
export async function runLocked<T>(
  connection: Connection,
  key: string,
  work: LockedWork<T>,
  caller?: AbortSignal,
): Promise<T> {
  const ended = new AbortController();
  const { lost } = connection;
  const transaction = guardTransaction(connection);
  const onLost = () => {
    transaction.shut(() => lost.reason);
    ended.abort(new LockLostError(`the lock "${brief(key)}" was lost`, lost.reason));
  };
  const onAbort = () => ended.abort(caller?.reason);
  lost.addEventListener("abort", onLost, { once: true });
  caller?.addEventListener("abort", onAbort, { once: true });
  if (lost.aborted) onLost();
  if (caller?.aborted) onAbort();
  let committing = false;
  try {
    ended.signal.throwIfAborted();
    const result = await orAborted(Promise.resolve(work(transaction.sql, ended.signal)), ended.signal);
    ended.signal.throwIfAborted();
    transaction.shut(() => over(key));
    committing = true;
    const { command } = await commit(connection, key);
    if (command !== "COMMIT") throw new LockRolledBackError(key, transaction.failure());
    return result;
  } catch (error) {
    transaction.shut(() => over(key));
    if (!lost.aborted) await rollback(connection);
    throw ended.signal.aborted && !committing ? ended.signal.reason : error;
  } finally {
    lost.removeEventListener("abort", onLost);
    caller?.removeEventListener("abort", onAbort);
  }
}

const over = (key: string) =>
  new LockError("lock_over", `the lock "${brief(key)}" is over: its transaction takes no statement`);

async function commit(connection: Connection, key: string): Promise<{ command: string }> {
  try {
    return await connection.run("commit");
  } catch (error) {
    if (!connection.lost.aborted) throw error;
    throw new LockLostError(
      `the lock "${brief(key)}" was lost at its commit, whose outcome is unknown`,
      error,
    );
  }
}

/** Leaves the connection outside of any transaction, or lost; never throws. */
async function rollback(connection: Connection): Promise<void> {
  const timer = setTimeout(() => connection.destroy(), ROLLBACK_MS);
  await connection.run("rollback").catch(() => connection.destroy());
  clearTimeout(timer);
}
