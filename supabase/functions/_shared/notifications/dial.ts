import { parseAddress } from "../network/address.ts";
import { specialUse } from "../network/special-addresses.ts";
import { orAborted } from "../time/or-aborted.ts";
import { type Answer, exchange, ExchangeError, type OutgoingRequest } from "./exchange.ts";
import { bareHost, isLiteral, type NotifyPolicy } from "./policy.ts";
import { checkWebhookUrl, type UrlRefusal } from "./webhook-url.ts";

/** Why an address that somebody chose gave no answer. */
export type DialFailure =
  | UrlRefusal
  | ResolveFailure
  | ExchangeError["code"]
  | "timeout"
  | "connection_lost";

/** An answer, whatever it says, or why there is none. */
export type Dialled = { ok: true; answer: Answer } | { ok: false; code: DialFailure };

export type Asked = { url: string } & Pick<OutgoingRequest, "method" | "headers" | "body" | "wanted">;

/** Asks once. Never throws, never follows a redirect, ends within its deadline. */
export type Dial = (asked: Asked) => Promise<Dialled>;

/** Addresses of a name that are tried, one after the other, when connecting fails. */
const MOST_ADDRESSES = 3;

/**
 * Makes what reaches addresses that users chose, and no private one.
 *
 * @param deadlineMs milliseconds that a request gets in all: resolving, connecting, sending, the answer
 * @param resolve asks for the addresses of a name; each is checked, and one of them is dialled
 * @param send asks over a pinned connection; the stand-in of tests that must not dial
 */
export function createDial(
  policy: NotifyPolicy,
  { deadlineMs = 10_000, resolve = resolveByDns, send = exchange }: {
    deadlineMs?: number;
    resolve?: typeof resolveByDns;
    send?: typeof exchange;
  } = {},
): Dial {
  return async ({ url: text, ...asked }) => {
    const check = checkWebhookUrl(text, policy);
    if (!check.ok) return { ok: false, code: check.code };
    const { url } = check;
    const signal = AbortSignal.timeout(deadlineMs);
    try {
      const addresses = await addressesOf(url, policy, resolve, signal);
      if (typeof addresses === "string") return { ok: false, code: signal.aborted ? "timeout" : addresses };
      const host = bareHost(url.hostname);
      const ask = (address: string) => send({ ...asked, url, address, host }, signal);
      return { ok: true, answer: await askAny(addresses.slice(0, MOST_ADDRESSES), ask) };
    } catch (error) {
      return { ok: false, code: signal.aborted ? "timeout" : failureOf(error) };
    }
  };
}

/** The answer of the first address that a connection can be made to. */
async function askAny(addresses: string[], ask: (address: string) => Promise<Answer>): Promise<Answer> {
  const [address = "", ...others] = addresses;
  try {
    return await ask(address);
  } catch (error) {
    if (failureOf(error) === "connect_failed" && others.length > 0) return await askAny(others, ask);
    throw error;
  }
}

const failureOf = (error: unknown): DialFailure =>
  error instanceof ExchangeError ? error.code : "connection_lost";

/** A day: nobody is waited for longer. */
const LONGEST_WAIT = 86_400;

/** `Retry-After` in seconds or as a date, or as Telegram says it, in the body of its 429 only; null: nothing was said. */
export function secondsToWait({ headers, body }: Answer): number | null {
  const header = headers.get("retry-after") ?? "";
  const [, told] = /"retry_after"\s*:\s*(\d{1,6}(?:\.\d+)?)/.exec(body) ?? [];
  const seconds = /^\d+(\.\d+)?$/.test(header)
    ? Number(header)
    : /^[A-Za-z]/.test(header)
    ? (Date.parse(header) - Date.now()) / 1_000
    : Number(told ?? NaN);
  return Number.isNaN(seconds) ? null : Math.min(Math.max(Math.ceil(seconds), 0), LONGEST_WAIT);
}

type ResolveFailure = "forbidden_address" | "no_address" | "dns_failed";

/**
 * Answers the addresses of a name, of both families; none when there is no such name. Throws when nobody could say. The dot
 * at the end keeps DNS's search list, which leads into private networks, out of it.
 */
async function resolveByDns(name: string, signal: AbortSignal): Promise<string[]> {
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
}

/**
 * Where a URL that passed the check may be dialled, the likelier first, or why nowhere. Every address that its name has
 * must be public: one that is not means that somebody points a name inside, and the next answer may have only that.
 */
async function addressesOf(
  { hostname }: URL,
  { allowPrivate }: NotifyPolicy,
  resolve: typeof resolveByDns,
  signal: AbortSignal,
): Promise<string[] | ResolveFailure> {
  const host = bareHost(hostname);
  const addresses = isLiteral(hostname)
    ? [host]
    : await orAborted(resolve(host, signal), signal).catch(() => null);
  if (addresses === null) return "dns_failed";
  if (addresses.length === 0) return "no_address";
  const allowed = addresses.every((address) =>
    allowPrivate ? parseAddress(address) !== null : specialUse(address) === null
  );
  if (!allowed) return "forbidden_address";
  // Networks without a way out by IPv6 are the commoner ones.
  const [four, six] = [false, true].map((isSix) =>
    addresses.filter((address) => address.includes(":") === isSix)
  );
  return [...four ?? [], ...six ?? []];
}
