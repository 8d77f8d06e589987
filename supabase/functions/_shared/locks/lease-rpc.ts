import * as z from "zod";
import { createAsk } from "../database/ask.ts";
import type { DatabaseClient } from "../database/client.ts";
import { LockUnavailableError } from "./errors.ts";

const grantSchema = z.union([
  z.object({ acquired: z.literal(true), fencing_token: z.int() }),
  z.object({ acquired: z.literal(false), holder: z.string().nullable(), retry_after_ms: z.number() }),
]).transform((grant) =>
  grant.acquired
    ? { acquired: grant.acquired, fencingToken: grant.fencing_token }
    : { acquired: grant.acquired, holder: grant.holder, retryAfterMs: grant.retry_after_ms }
);
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
