import * as z from "zod";
import { createAsk } from "../database/ask.ts";
import type { DatabaseClient } from "../database/client.ts";
import { jittered } from "../time/backoff.ts";
import { checkTimeout, checkWork, Deadline } from "./deadline.ts";
import { LeaseLostError, LockTimeoutError, LockUnavailableError, LockUsageError } from "./errors.ts";
import { checkKey } from "./lock-key.ts";

export interface Lease {
  /** Aborted when the lease is lost or the caller gives up: stop, others may have begun. */
  signal: AbortSignal;
  /** Grows with every lease of the key: to be sent along with what is written, whose keeper refuses an older one. */
  fencingToken: number;
}

export interface LeaseOptions {
  /** Milliseconds that the lease lasts if this isolate dies, 100 to 3,600,000 (30,000). Renewed at a third of it. */
  ttlMs?: number;
  /** Milliseconds to wait for it (10,000). */
  timeoutMs?: number;
  /** Ends the wait or, by its own signal, the work; with its own reason. */
  signal?: AbortSignal;
}

/** Asked again at the latest after this: the holder may be done long before its lease ends. Milliseconds. */
const LONGEST_POLL_MS = 500;
/** A call that has not answered after this is made again; a lease's own time may be shorter. Milliseconds. */
const LONGEST_CALL_MS = 5_000;
/** Nobody waits longer for a lease to be given back. Milliseconds. */
const LONGEST_RELEASE_MS = 1_000;
/** The share of a lease that is trusted: the rest is for clocks that do not run alike, and for noticing. */
const TRUSTED = 0.9;

/**
 * Locks by HTTP, for work of seconds to hours that no transaction should last for.
 *
 * @param rpc the leases in the database
 * @param name what `active_locks()` shows as the owner, followed by a random id: no two leases share an owner
 */
export function createLeaseService(rpc: LeaseRpc, name = "supabase-automation") {
  return {
    /**
     * Waits for the key's lease, does the work, renewing it meanwhile, and gives it back. A lease is no advisory lock:
     * two holders may overlap when one of them stalls past its time, which is what the fencing token is for.
     *
     * @throws LockTimeoutError `lock_timeout`: held by others all the time
     * @throws LockUnavailableError `lock_unavailable`: the database did not answer in time
     * @throws LeaseLostError `lease_lost`: it was over before the work was, whatever the work returned
     * @throws LockUsageError `lock_key_invalid`, `lock_timeout_invalid`, `lease_ttl_invalid`, `lock_usage`
     * @throws the signal's reason; the work's own error
     */
    async withLease<T>(
      key: string,
      work: (lease: Lease) => T | Promise<T>,
      { ttlMs = 30_000, timeoutMs = 10_000, signal }: LeaseOptions = {},
    ): Promise<T> {
      checkKey(key);
      checkTimeout(timeoutMs);
      if (!Number.isInteger(ttlMs) || ttlMs < 100 || ttlMs > 3_600_000) {
        throw new LockUsageError("lease_ttl_invalid", "ttlMs must be a whole number between 100 and 3600000");
      }
      checkWork(work, "lease");
      const owner = `${name}:${crypto.randomUUID()}`;
      const deadline = new Deadline(timeoutMs, () => new LockTimeoutError(key, timeoutMs), signal);
      try {
        const { fencingToken, trustedUntil } = await acquire(rpc, key, owner, ttlMs, deadline);
        deadline.clear();
        return await keep(rpc, { key, owner, fencingToken, ttlMs, trustedUntil }, work, signal);
      } finally {
        deadline.clear();
      }
    },
  };
}

/** Asks until the lease is ours. Its time is counted from before the question, so never longer than the database's. */
async function acquire(rpc: LeaseRpc, key: string, owner: string, ttlMs: number, deadline: Deadline) {
  for (let failure: unknown;;) {
    const asked = performance.now();
    let retryAfterMs = LONGEST_POLL_MS;
    const call = AbortSignal.any([deadline.signal, AbortSignal.timeout(Math.min(ttlMs, LONGEST_CALL_MS))]);
    try {
      const grant = await rpc.acquire(key, owner, ttlMs, call);
      if (grant.acquired) {
        return { fencingToken: grant.fencing_token, trustedUntil: asked + ttlMs * TRUSTED };
      }
      failure = undefined;
      retryAfterMs = Math.min(grant.retry_after_ms, LONGEST_POLL_MS);
    } catch (error) {
      failure = error;
      // It may be ours for all that, when only the answer was lost: without its token it is of no use.
      const givenBack = giveBack(rpc, { key, owner, ttlMs });
      if (!deadline.signal.aborted) await givenBack;
    }
    await deadline.pause(jittered(retryAfterMs)).catch((reason) => {
      if (deadline.caller?.aborted || failure === undefined) throw reason;
      throw failure instanceof LockUnavailableError ? failure : new LockUnavailableError("no lease", failure);
    });
  }
}

interface Holding {
  key: string;
  owner: string;
  fencingToken: number;
  ttlMs: number;
  /** As performance.now. */
  trustedUntil: number;
}

/** Does the work, keeps the lease meanwhile, and gives it back. */
async function keep<T>(
  rpc: LeaseRpc,
  holding: Holding,
  work: (lease: Lease) => T | Promise<T>,
  caller?: AbortSignal,
): Promise<T> {
  const { key, owner, fencingToken, ttlMs } = holding;
  let { trustedUntil } = holding;
  const over = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failure: unknown;
  const lose = () => over.abort(new LeaseLostError(key, failure));
  const giveUp = () => over.abort(caller?.reason);

  /** Renews at a third of the lease, again soon after a failure, and gives up when it can be trusted no more. */
  function schedule(delay: number): void {
    const renewOrLose = () => performance.now() >= trustedUntil ? lose() : void renew();
    timer = setTimeout(renewOrLose, Math.max(Math.min(delay, trustedUntil - performance.now()), 0));
  }

  async function renew(): Promise<void> {
    const asked = performance.now();
    const limit = Math.max(Math.min(trustedUntil - asked, LONGEST_CALL_MS), 1);
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(limit)]);
    const renewal = await rpc.renew(key, owner, fencingToken, ttlMs, signal).catch((error) => {
      failure = error;
    });
    if (over.signal.aborted || timer === undefined) return;
    if (renewal === "lost") return lose();
    if (renewal === "renewed") trustedUntil = asked + ttlMs * TRUSTED;
    schedule(renewal === "renewed" ? ttlMs / 3 : ttlMs / 20);
  }

  caller?.addEventListener("abort", giveUp, { once: true });
  schedule(ttlMs / 3);
  try {
    caller?.throwIfAborted();
    const result = await work({ signal: over.signal, fencingToken });
    // A stalled event loop may not have run the timer that would have told.
    if (performance.now() >= trustedUntil) lose();
    over.signal.throwIfAborted();
    return result;
  } catch (error) {
    throw over.signal.aborted ? over.signal.reason : error;
  } finally {
    clearTimeout(timer);
    timer = undefined;
    caller?.removeEventListener("abort", giveUp);
    await giveBack(rpc, holding);
  }
}

/** What cannot be given back expires by itself. */
async function giveBack(
  rpc: LeaseRpc,
  { key, owner, fencingToken, ttlMs }: Pick<Holding, "key" | "owner" | "ttlMs"> & { fencingToken?: number },
): Promise<void> {
  const signal = AbortSignal.timeout(Math.min(ttlMs, LONGEST_RELEASE_MS));
  await rpc.release(key, owner, fencingToken, signal).catch(() => {});
}

const grantSchema = z.union([
  z.object({ acquired: z.literal(true), fencing_token: z.int() }),
  z.object({ acquired: z.literal(false), holder: z.string().nullable(), retry_after_ms: z.number() }),
]);
export type LeaseGrant = z.output<typeof grantSchema>;

const renewalSchema = z.object({ renewed: z.boolean(), code: z.enum(["busy", "lost"]).nullable() })
  .transform(({ renewed, code }) => renewed ? "renewed" : code ?? "lost");

export type LeaseRpc = ReturnType<typeof createLeaseRpc>;

/**
 * What may be asked of the leases in the database, by PostgREST: HTTP only, so they work where no connection to Postgres is
 * to be had. A call that gets no answer rejects with LockUnavailableError.
 */
export function createLeaseRpc(database: Pick<DatabaseClient, "rpc">) {
  const askDatabase = createAsk(database);
  const ask: typeof askDatabase = (...call) =>
    askDatabase(...call).catch((error) => {
      throw new LockUnavailableError("the database did not answer about a lease", error);
    });
  return {
    acquire: (key: string, owner: string, ttlMs: number, signal: AbortSignal) =>
      ask(grantSchema, "acquire_lease", { key, owner, ttl_ms: ttlMs }, signal),
    /** `lost` is final; after `busy` try again. */
    renew: (key: string, owner: string, fencingToken: number, ttlMs: number, signal: AbortSignal) =>
      ask(renewalSchema, "renew_lease", { key, owner, fencing_token: fencingToken, ttl_ms: ttlMs }, signal),
    /** Without a token: whatever lease the owner has. */
    async release(key: string, owner: string, fencingToken: number | undefined, signal: AbortSignal) {
      await ask(z.unknown(), "release_lease", { key, owner, fencing_token: fencingToken }, signal);
    },
  };
}
