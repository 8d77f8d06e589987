import * as z from "zod";
import type { DatabaseClient } from "../database/client.ts";
import { classify, type RpcError, type RpcFailure } from "../database/rpc-failure.ts";
import type { Json } from "../database/types.ts";
import type { CanonicalAlert } from "../validators/canonical-alert.ts";

/** An alert as `process_alerts` takes it: what was read, the hash of its message, and who sent it. */
export type AlertToBook = CanonicalAlert & {
  hash: string;
  request_id: string;
  /** When its request came, in milliseconds; of an order that an operator places, nothing. */
  arrived_at?: number;
  key_id: string;
  /** Names of the sender's fields that were not understood, which change no order. */
  ignored?: string[];
  /** The name of a signed message; see messageIdOf. */
  message_id?: string;
};

/** The answer to one alert, as the database gives it; what is not named here is passed on unread. */
const answerSchema = z.looseObject({
  status: z.enum(["filled", "accepted", "ignored", "canceled", "rejected", "busy"]),
  duplicate: z.boolean(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** Of a refusal: the field whose value makes no sense, where only the database could tell. */
  path: z.string().optional(),
  /** Of one that is busy: its place in line, where it is booked in its turn. */
  ticket: z.string().optional(),
});
const answersSchema = z.array(answerSchema);
/** What may be said to a ticket: an answer, the error of this one alert, or that it is not known. */
const waitingSchema = z.nullable(
  z.union([answerSchema, z.object({ status: z.literal("failed"), code: z.string() })]),
);

const waitingAnswersSchema = z.array(waitingSchema);

export type BookingAnswer = z.output<typeof answerSchema>;
export type WaitingAnswer = z.output<typeof waitingSchema>;

/** One answer per alert, in order; or why there are none. */
export type BatchResult<Answer = BookingAnswer> = { ok: true; answers: Answer[] } | {
  ok: false;
  failure: RpcFailure;
  code: string;
};

/**
 * Books a batch of alerts, or previews it. Safe to call again with the same alerts: each is booked once.
 *
 * @param line has those whose account is held elsewhere wait in the database's line, each for so long at most; with `wait`
 * the first of them waits in this call instead. Left out: they are busy.
 */
export type SendBatch = (
  alerts: readonly AlertToBook[],
  signal: AbortSignal,
  line?: { withinMs: readonly number[]; wait: boolean },
) => Promise<BatchResult>;

/** Asks for the answers to alerts of one account that wait in line. Safe to call again. */
export type BookWaiting = (
  line: { account: string; tickets: readonly string[]; atMost: number },
  signal: AbortSignal,
) => Promise<BatchResult<WaitingAnswer>>;

/** Calls one of the two RPCs that take alerts. Never throws: an outage is a result. */
export function createSendBatch(
  database: DatabaseClient,
  rpc: "process_alerts" | "preview_alerts",
): SendBatch {
  return async (alerts, signal, line) => {
    const args = { alerts: alerts.map(withoutNulls) };
    // Without a line, what is held elsewhere comes back as busy at once: the alerts beside it do not wait for it.
    const held = line === undefined ? { wait: false } : { wait: line.wait, within_ms: [...line.withinMs] };
    const call = rpc === "process_alerts" ? database.rpc(rpc, { ...args, ...held }) : database.rpc(rpc, args);
    return readAnswers(answersSchema, alerts.length, await call.abortSignal(signal));
  };
}

/** Calls the RPC that books what waits in line. Never throws: an outage is a result. */
export function createBookWaiting(database: DatabaseClient): BookWaiting {
  return async ({ account, tickets, atMost }, signal) => {
    const args = { account, tickets: [...tickets], at_most: atMost };
    const reply = await database.rpc("book_waiting_alerts", args).abortSignal(signal);
    return readAnswers(waitingAnswersSchema, tickets.length, reply);
  };
}

function readAnswers<Answer>(
  schema: z.ZodType<Answer[]>,
  length: number,
  { data, error }: { data: unknown; error: RpcError | null },
): BatchResult<Answer> {
  if (error !== null) return { ok: false, failure: classify(error), code: error.code || "no_answer" };
  const parsed = schema.safeParse(data);
  return parsed.success && parsed.data.length === length
    ? { ok: true, answers: parsed.data }
    : { ok: false, failure: "unavailable", code: "garbled_answer" };
}

/** The alert as plain JSON. Most of its fields are null, which says nothing, and Postgres would parse and store each. */
function withoutNulls(alert: AlertToBook): Json {
  const said: { [name: string]: Json } = {};
  for (const name in alert) {
    const value = alert[name as keyof AlertToBook];
    if (value !== null && value !== undefined) said[name] = value;
  }
  return said;
}
