import { createDial, type DialFailure, type Resolve, secondsToWait } from "./dial.ts";
import type { Answer, OutgoingRequest } from "./exchange.ts";
import type { NotifyPolicy } from "./policy.ts";

export interface Message {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Why a message did not arrive, as far as one can know. */
export type SendFailure = DialFailure | "invalid_message" | "redirect" | "http_status";

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

/** Makes a sender; see {@link createDial}. */
export function createSend(
  policy: NotifyPolicy,
  { post, ...options }: {
    deadlineMs?: number;
    resolve?: Resolve;
    post?: (request: OutgoingRequest, signal: AbortSignal) => Promise<Answer>;
  } = {},
): Send {
  const dial = createDial(policy, { ...options, send: post });
  return async (message) => {
    const dialled = await dial({ method: "POST", ...message });
    return dialled.ok ? toSent(dialled.answer) : { ...dialled, status: null, retryAfter: null };
  };
}

function toSent(answer: Answer): Sent {
  const { status } = answer;
  if (status >= 200 && status < 300) return { ok: true, status };
  return status >= 300 && status < 400
    ? { ok: false, code: "redirect", status, retryAfter: null }
    : { ok: false, code: "http_status", status, retryAfter: secondsToWait(answer) };
}
