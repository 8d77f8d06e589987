import { doubling } from "../../supabase/functions/_shared/time/backoff.ts";
import { delay } from "../../supabase/functions/_shared/time/delay.ts";
import { errorText, StackError } from "../errors.ts";
import type { Message } from "./alerts.ts";
import type { DemoOptions } from "./run.ts";

/** How often an alert is sent again that the project could not take: nothing was written, so nothing doubles. */
const TRIES = 8;

/**
 * Sends alerts one after the other, as TradingView does, at the wanted speed. Answers how many came to what, by status:
 * `filled`, `ignored`, …; a mark that filled nothing did what it is for, and counts under `marks`.
 *
 * @param onSent told after each
 * @throws StackError when one cannot be delivered
 */
export async function sendAlerts(
  { url, key, account, speed }: DemoOptions,
  messages: readonly Message[],
  onSent: (sent: number) => void,
): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  const target = targetOf({ url, account });
  const started = performance.now();
  for (const [index, message] of messages.entries()) {
    if (speed > 0) await delay(Math.max(0, started + index * 1000 / speed - performance.now()));
    const status = await sendAlert(target, { ...message, key });
    const outcome = status === "ignored" && message.action === "mark" ? "marks" : status;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    onSent(index + 1);
  }
  return outcomes;
}

const targetOf = ({ url, account }: Pick<DemoOptions, "url" | "account">): string =>
  `${url}/functions/v1/alerts?account=${encodeURIComponent(account)}`;

/** Throws a StackError when the key may not trade for the account. Nothing is booked, whether the account is there or not. */
export async function requireKey({ key, ...options }: DemoOptions): Promise<void> {
  const { status, body } = await post(`${targetOf(options)}&dry_run=1`, {
    ...{ symbol: "DEMO", action: "mark", price: "1" },
    key,
  });
  if (status === 401 || status === 403) throw refused(status, body);
}

const refused = (status: number, { error }: Answered["body"]): StackError =>
  new StackError(
    `An alert was answered ${status} (${error?.code ?? "no code"}): ${error?.message ?? ""}`,
    status === 401 || status === 403
      ? "Give --key an alert key of this project, of scope trade."
      : "See the log of the alerts function.",
  );

async function sendAlert(target: string, message: Message & { key: string }): Promise<string> {
  for (let attempt = 1;; attempt++) {
    const { status, body } = await post(target, message);
    if (status === 200 || status === 422) return body.status ?? "rejected";
    if (status !== 503 && status !== 429 || attempt === TRIES) throw refused(status, body);
    await delay(doubling(attempt, 100, 5_000));
  }
}

interface Answered {
  status: number;
  body: { status?: string; error?: { code: string; message: string } };
}

async function post(target: string, message: Record<string, unknown>): Promise<Answered> {
  try {
    const response = await fetch(target, { method: "POST", body: JSON.stringify(message) });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    return { status: 503, body: { error: { code: "no_answer", message: errorText(error) } } };
  }
}
