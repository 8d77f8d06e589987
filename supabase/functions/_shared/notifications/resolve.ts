import { parseAddress } from "../network/address.ts";
import { orAborted } from "../time/or-aborted.ts";
import { bareHost, isLiteral, type NotifyPolicy } from "./policy.ts";
import { specialUse } from "../network/special-addresses.ts";

/** Answers the addresses of a name, of both families; none when there is no such name. Throws when nobody could say. */
export type Resolve = (name: string, signal: AbortSignal) => Promise<string[]>;

/** The addresses to dial, the likelier first, or why none may be. */
export type Resolution = { ok: true; addresses: string[] } | {
  ok: false;
  code: "forbidden_address" | "no_address" | "dns_failed";
};

/** Asks DNS. The dot at the end keeps the search list, which leads into private networks, out of it. */
export const resolveByDns: Resolve = async (name, signal) => {
  const ask = (type: "A" | "AAAA") =>
    Deno.resolveDns(`${name}.`, type, { signal }).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    });
  const answers = await Promise.allSettled([ask("A"), ask("AAAA")]);
  const known = answers.flatMap((answer) => answer.status === "fulfilled" ? answer.value : []);
  // Some name servers fail on AAAA alone. What did not answer is not dialled either.
  const failed = answers.find((answer) => answer.status === "rejected");
  if (known.length === 0 && failed !== undefined) throw failed.reason;
  return known;
};

/**
 * Where a URL that passed the check may be dialled. Every address that its name has must be public: one that is not
 * means that somebody points a name inside, and the next answer may have only that.
 */
export async function addressesOf(
  { hostname }: URL,
  { allowPrivate }: NotifyPolicy,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<Resolution> {
  const host = bareHost(hostname);
  const addresses = isLiteral(hostname)
    ? [host]
    : await orAborted(resolve(host, signal), signal).catch(() => null);
  if (addresses === null) return { ok: false, code: "dns_failed" };
  if (addresses.length === 0) return { ok: false, code: "no_address" };
  const allowed = addresses.every((address) =>
    allowPrivate ? parseAddress(address) !== null : specialUse(address) === null
  );
  if (!allowed) return { ok: false, code: "forbidden_address" };
  // Networks without a way out by IPv6 are the commoner ones.
  const [four, six] = [false, true].map((isSix) =>
    addresses.filter((address) => address.includes(":") === isSix)
  );
  return { ok: true, addresses: [...four ?? [], ...six ?? []] };
}
