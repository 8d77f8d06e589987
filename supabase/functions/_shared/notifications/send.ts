import { type Dial, type DialFailure, secondsToWait } from "./dial.ts";

export interface Message {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What became of a message: it arrived only with a 2xx. */
export type Sent = { ok: true; status: number } | {
  ok: false;
  /** Why it did not, as far as one can know. */
  code: DialFailure | "invalid_message" | "redirect" | "http_status";
  /** The status that was answered; null when none was. */
  status: number | null;
  /** Seconds that the receiver asked to be left alone; null when it did not. */
  retryAfter: number | null;
};

/** Sends one message. Never throws, never follows a redirect, ends within its deadline. */
export type Send = (message: Message) => Promise<Sent>;

export function createSend(dial: Dial): Send {
  return async (message) => {
    const dialled = await dial({ method: "POST", ...message });
    if (!dialled.ok) return { ...dialled, status: null, retryAfter: null };
    const { status } = dialled.answer;
    if (status >= 200 && status < 300) return { ok: true, status };
    return status >= 300 && status < 400
      ? { ok: false, code: "redirect", status, retryAfter: null }
      : { ok: false, code: "http_status", status, retryAfter: secondsToWait(dialled.answer) };
  };
}
