import * as z from "zod";
import type { DatabaseClient } from "../database/client.ts";
import { LockUnavailableError } from "./errors.ts";

/** `acquire_lease`'s answer; retryAfter in milliseconds. */
export type LeaseGrant =
  | { acquired: true; fencingToken: number }
  | { acquired: false; holder: string | null; retryAfterMs: number };

/** What may be asked of the leases in the database. A call that gets no answer rejects with LockUnavailableError. */
export interface LeaseRpc {
  acquire(key: string, owner: string, ttlMs: number, signal: AbortSignal): Promise<LeaseGrant>;
  /** `lost` is final; after `busy` try again. */
  renew(
    key: string,
    owner: string,
    fencingToken: number,
    ttlMs: number,
    signal: AbortSignal,
  ): Promise<"renewed" | "busy" | "lost">;
  /** Without a token: whatever lease the owner has. */
  release(key: string, owner: string, fencingToken: number | undefined, signal: AbortSignal): Promise<void>;
}

const grantSchema = z.union([
  z.object({ acquired: z.literal(true), fencing_token: z.int() }),
  z.object({ acquired: z.literal(false), holder: z.string().nullable(), retry_after_ms: z.number() }),
]);

const renewalSchema = z.object({ renewed: z.boolean(), code: z.enum(["busy", "lost"]).nullable() });

/** The leases by PostgREST: HTTP only, so they work where no connection to Postgres is to be had. */
export function createLeaseRpc(database: Pick<DatabaseClient, "rpc">): LeaseRpc {
  return {
    async acquire(key, owner, ttlMs, signal) {
      const { data, error } = await database.rpc("acquire_lease", { key, owner, ttl_ms: ttlMs }).abortSignal(
        signal,
      );
      const grant = parse(grantSchema, data, error);
      return grant.acquired
        ? { acquired: true, fencingToken: grant.fencing_token }
        : { acquired: false, holder: grant.holder, retryAfterMs: grant.retry_after_ms };
    },
    async renew(key, owner, fencingToken, ttlMs, signal) {
      const args = { key, owner, fencing_token: fencingToken, ttl_ms: ttlMs };
      const { data, error } = await database.rpc("renew_lease", args).abortSignal(signal);
      const { renewed, code } = parse(renewalSchema, data, error);
      return renewed ? "renewed" : code ?? "lost";
    },
    async release(key, owner, fencingToken, signal) {
      const args = { key, owner, ...fencingToken === undefined ? {} : { fencing_token: fencingToken } };
      const { error } = await database.rpc("release_lease", args).abortSignal(signal);
      if (error) throw new LockUnavailableError("release_lease failed", error);
    },
  };
}

function parse<T>(schema: z.ZodType<T>, data: unknown, error: unknown): T {
  if (error) throw new LockUnavailableError("the database did not answer about a lease", error);
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new LockUnavailableError("the database's answer about a lease is garbled");
  return parsed.data;
}
