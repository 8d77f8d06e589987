import { type Answer, ConnectError, exchange, type Post, ProtocolError, TlsError } from "./exchange.ts";
import { bareHost, type NotifyPolicy } from "./policy.ts";
import { addressesOf, type Resolution, type Resolve, resolveByDns } from "./resolve.ts";
import { checkWebhookUrl, type UrlRefusal } from "./webhook-url.ts";

/** A message, ready to go out. */
export interface Message {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Why a message did not arrive, as far as one can know. */
export type SendFailure =
  | UrlRefusal
  | Extract<Resolution, { ok: false }>["code"]
  | "invalid_message"
  | "timeout"
  | "connect_failed"
  | "tls_failed"
  | "connection_lost"
  | "not_http"
  | "redirect"
  | "http_status";

/** What became of a message: it arrived only with a 2xx. */
export type Sent = { ok: true; status: number } | {
  ok: false;
  code: SendFailure;
  /** The status that was answered; null when none was. */
  status: number | null;
  /** Seconds that the receiver asked to be left alone; null when it did not. */
  retryAfter: number | null;
};

/** Sends one message. Never throws, never follows a redirect, ends within its deadline. */
export type Send = (message: Message) => Promise<Sent>;

/** Addresses of a name that are tried, one after the other, when connecting fails. */
const MOST_ADDRESSES = 3;

const failed = (code: SendFailure, status: number | null = null, retryAfter: number | null = null): Sent => ({
  ok: false,
  code,
  status,
  retryAfter,
});

/**
 * Makes a sender.
 *
 * @param deadlineMs milliseconds that a message gets in all: resolving, connecting, sending, the head of the answer
 * @param resolve asks for the addresses of a name; each is checked, and one of them is dialled
 * @param post sends over a pinned connection; the stand-in of tests that must not dial
 */
export function createSend(
  policy: NotifyPolicy,
  { deadlineMs = 10_000, resolve = resolveByDns, post = exchange }: {
    deadlineMs?: number;
    resolve?: Resolve;
    post?: (post: Post, signal: AbortSignal) => Promise<Answer>;
  } = {},
): Send {
  return async ({ url: text, headers, body }) => {
    const check = checkWebhookUrl(text, policy);
    if (!check.ok) return failed(check.code);
    const { url } = check;
    const controller = new AbortController();
    const timer = setTimeout(
      () => controller.abort(new DOMException("too late", "TimeoutError")),
      deadlineMs,
    );
    const { signal } = controller;
    try {
      const resolution = await addressesOf(url, policy, resolve, signal);
      if (!resolution.ok) return failed(signal.aborted ? "timeout" : resolution.code);
      return toSent(
        await postToAny(resolution.addresses.slice(0, MOST_ADDRESSES), (address) => {
          return post({ url, address, host: bareHost(url.hostname), headers, body }, signal);
        }),
      );
    } catch (error) {
      return failed(signal.aborted ? "timeout" : failureOf(error));
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The answer of the first address that a connection can be made to. */
async function postToAny(addresses: string[], post: (address: string) => Promise<Answer>): Promise<Answer> {
  const [address = "", ...others] = addresses;
  try {
    return await post(address);
  } catch (error) {
    if (error instanceof ConnectError && others.length > 0) return await postToAny(others, post);
    throw error;
  }
}

function failureOf(error: unknown): SendFailure {
  if (error instanceof ConnectError) return "connect_failed";
  if (error instanceof TlsError) return "tls_failed";
  return error instanceof ProtocolError ? "not_http" : "connection_lost";
}

function toSent({ status, headers, body }: Answer): Sent {
  if (status >= 200 && status < 300) return { ok: true, status };
  if (status >= 300 && status < 400) return failed("redirect", status);
  return failed("http_status", status, secondsToWait(headers.get("retry-after") ?? "", body));
}

/** A day: nobody is waited for longer. */
const LONGEST_WAIT = 86_400;

/** `Retry-After` in seconds or as a date; Telegram says it in the body of its 429 only. */
function secondsToWait(header: string, body: string): number | null {
  const [, told] = /"retry_after"\s*:\s*(\d{1,6}(?:\.\d+)?)/.exec(body) ?? [];
  const seconds = /^\d+(\.\d+)?$/.test(header)
    ? Number(header)
    : /^[A-Za-z]/.test(header)
    ? (Date.parse(header) - Date.now()) / 1_000
    : Number(told ?? NaN);
  return Number.isNaN(seconds) ? null : Math.min(Math.max(Math.ceil(seconds), 0), LONGEST_WAIT);
}
