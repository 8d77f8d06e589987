import { bytesToHex } from "@noble/hashes/utils.js";
import type { DatabaseClient } from "../database/client.ts";
import { tryAgain } from "../database/rpc-failure.ts";
import { HttpError } from "../http/errors.ts";
import type { Resource } from "./resources.ts";

/** An answer as it is cached: the JSON that goes out, and what is known of it. */
export type Answer = Awaited<ReturnType<typeof toAnswer>>;

/** Reads from the database; null when there is no such account. */
export type QueryPortfolio = (
  rpc: Resource["rpc"],
  args: Record<string, string | number>,
) => Promise<Answer | null>;

/** Milliseconds that the database gets for one answer: as long as it gives itself. */
const DEADLINE = 8_000;

/**
 * Reads by RPC.
 *
 * @throws HttpError 400 for arguments that the database refuses, 429 when it is busy, 503 when it does not answer
 */
export function createQueryPortfolio(database: DatabaseClient): QueryPortfolio {
  return async (rpc, args) => {
    const readAt = Date.now();
    // The arguments were made for this function by RESOURCES; an id stays text, as a double does not hold all of them.
    const call = database.rpc(rpc, args as never);
    const { data, error } = await call.abortSignal(AbortSignal.timeout(DEADLINE));
    if (error === null) return toAnswer(data, readAt);
    if (error.code === "PT404") return null;
    const later = tryAgain(error);
    if (later !== null) throw later;
    // PT400 is our own refusal: its text is written for those who ask. Others may hold values.
    const { message, hint } = error.code === "PT400"
      ? error
      : { message: "the database cannot read this query", hint: "" };
    throw new HttpError(400, "invalid_query", message, [{ path: "query", message: hint || message }]);
  };
}

/** What the database answered, ready to go out. Its money is decimal strings already, and stays so. */
export async function toAnswer(data: unknown, readAt: number) {
  const body = JSON.stringify(data);
  // The platform's own: a page may have a megabyte, at which it is some times faster than ours.
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(body));
  const { version = null } = data as { version?: unknown };
  return {
    body,
    /** What tells it from another. */
    etag: `"${bytesToHex(new Uint8Array(digest))}"`,
    /** The account's version, where the function tells it. */
    version: typeof version === "number" ? version : null,
    /** When the database was asked, in milliseconds since 1970: a change before is in it. */
    readAt,
  };
}
