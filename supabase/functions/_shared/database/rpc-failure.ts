import { HttpError, unavailable } from "../http/errors.ts";
import { REFUSED_KEY } from "./secret-keys.ts";

/** What supabase-js tells of a call that failed. `code` is an SQLSTATE, a PGRST code, or empty when nothing answered. */
export interface RpcError {
  code?: string;
}

/**
 * What a failed call means for those who made it:
 * - `rejected`: the database refused the data; the same call fails again.
 * - `unavailable`: it did not happen, or nobody knows whether it did; an idempotent call may be made again.
 */
export type RpcFailure = "rejected" | "unavailable";

/** No place was free among the reads that go through a history. */
const BUSY = "PT429";

/** Classes 22 (data), 23 (integrity) and 54 (limits) lie in what was sent; PT4xx are our own refusals, but for "busy". */
const OF_THE_DATA = /^(22|23|54)[0-9A-Z]{3}$|^PT4(?!29)\d\d$/;

/** Tells a refusal of the data from an outage: everything not known to be the former is the latter. */
export function classify({ code = "" }: RpcError): RpcFailure {
  return OF_THE_DATA.test(code) ? "rejected" : "unavailable";
}

/** What is answered to those whose call may be made again; null when it would fail again. */
export function tryAgain(error: RpcError): HttpError | null {
  if (classify(error) === "rejected") return null;
  if (error.code === REFUSED_KEY) return unavailable("the project refuses its secret keys: see its settings");
  if (error.code !== BUSY) return unavailable("the database does not answer: try again");
  return new HttpError(429, "busy", "the database is busy with other reads: try again", undefined, {
    "retry-after": "1",
  });
}
