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

/** Classes 22 (data), 23 (integrity) and 54 (limits) lie in what was sent; PT4xx are our own refusals. */
const OF_THE_DATA = /^(22|23|54)[0-9A-Z]{3}$|^PT4\d\d$/;

/** Tells a refusal of the data from an outage: everything not known to be the former is the latter. */
export function classify({ code = "" }: RpcError): RpcFailure {
  return OF_THE_DATA.test(code) ? "rejected" : "unavailable";
}
