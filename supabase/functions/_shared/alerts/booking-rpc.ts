import * as z from "zod";
import type { DatabaseClient } from "../database/client.ts";
import { classify, type RpcFailure } from "../database/rpc-failure.ts";
import type { Json } from "../database/types.ts";
import type { CanonicalAlert } from "../validators/canonical-alert.ts";

/** An alert as `process_alerts` takes it: what was read, the hash of its message, and who sent it. */
export type AlertToBook = CanonicalAlert & {
  hash: string;
  request_id: string;
  key_id: string;
  /** Names of the sender's fields that were not understood, which change no order. */
  ignored?: string[];
  /** The name of a signed message; see messageIdOf. */
  message_id?: string;
};

/** The answer to one alert, as the database gives it; everything but these three is passed on unread. */
const answerSchema = z.looseObject({
  status: z.enum(["filled", "accepted", "ignored", "canceled", "rejected", "busy"]),
  duplicate: z.boolean(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** Of a refusal: the field whose value makes no sense, where only the database could tell. */
  path: z.string().optional(),
});
const answersSchema = z.array(answerSchema);

export type BookingAnswer = z.output<typeof answerSchema>;

/** One answer an alert, in order; or why there are none. */
export type BatchResult = { ok: true; answers: BookingAnswer[] } | {
  ok: false;
  failure: RpcFailure;
  code: string;
};

/** Books a batch of alerts, or previews it. Safe to call again with the same alerts: each is booked once. */
export type SendBatch = (alerts: readonly AlertToBook[], signal: AbortSignal) => Promise<BatchResult>;

/** Calls one of the two RPCs that take alerts. Never throws: an outage is a result. */
export function createSendBatch(
  database: DatabaseClient,
  rpc: "process_alerts" | "preview_alerts",
): SendBatch {
  return async (alerts, signal) => {
    const args = { alerts: alerts.map(withoutNulls) };
    // A key that is held elsewhere comes back as busy at once: the alerts beside it in the batch do not wait for it.
    const call = rpc === "process_alerts"
      ? database.rpc(rpc, { ...args, wait: false })
      : database.rpc(rpc, args);
    const { data, error } = await call.abortSignal(signal);
    if (error !== null) return { ok: false, failure: classify(error), code: error.code || "no_answer" };
    const parsed = answersSchema.safeParse(data);
    if (!parsed.success || parsed.data.length !== alerts.length) {
      return { ok: false, failure: "unavailable", code: "garbled_answer" };
    }
    return { ok: true, answers: parsed.data };
  };
}

/** The alert as plain JSON. Most of its fields are null, which says nothing, and Postgres would parse and store each. */
function withoutNulls(alert: AlertToBook): Json {
  const said: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(alert)) if (value !== null) said[name] = value;
  return said;
}
