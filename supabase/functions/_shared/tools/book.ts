import type { AlertToBook } from "../alerts/booking-rpc.ts";
import { type AlertAnswer, toAnswer } from "../alerts/answer.ts";
import { contentHash } from "../alerts/content-hash.ts";
import { HttpError, unavailable } from "../http/errors.ts";
import { alertPayloadSchema } from "../validators/alert.ts";
import { readAs } from "../validators/problem.ts";
import type { Call } from "./tool.ts";

/** An alert as a tool words it: canonical names, of which those that do not matter are left out. */
export type Wanted = Record<string, unknown> & {
  idempotency_key: string;
  /** When it happened, in UTC: a backtest's may be long ago, where a sender's before 2000 is a mistake. */
  time?: string;
};

/**
 * Books what an operator wants as alerts: the same rules, locks, records and answers as for any sender. Each has an
 * idempotency key, so that a call that is repeated with its id books once.
 *
 * @returns the answers, in order, as `POST /alerts` gives them, those of refusals among them
 * @throws HttpError 400 for an order that makes no sense, 503 when one is not known to be booked: the same call may be
 * made again
 */
export async function bookAll(wanted: readonly Wanted[], call: Call): Promise<AlertAnswer[]> {
  const alerts = wanted.map((each) => toAlert({ ...each, account: call.account }, call));
  const answers = (await call.book(alerts, call.deadline)).map(toAnswer);
  if (answers.some(({ status }) => status === 503)) {
    throw unavailable("not known to be booked: make the same call again, with its id if it had one");
  }
  return answers;
}

/**
 * Books one; see {@link bookAll}.
 *
 * @throws HttpError 422 when it is refused, with the code of the refusal, and as bookAll
 */
export async function bookOne(wanted: Wanted, call: Call): Promise<Record<string, unknown>> {
  const [answer] = await bookAll([wanted], call);
  if (answer === undefined) throw unavailable();
  if (answer.status === 200) return answer.body;
  const { code, message } = answer.body.error as { code: string; message: string };
  throw new HttpError(422, code, message);
}

/** The canonical alert; its hash tells it from another one that has the same idempotency key. */
function toAlert({ time, ...wanted }: Wanted, { keyId, requestId }: Call): AlertToBook {
  const read = readAs(alertPayloadSchema, wanted, ["invalid_arguments", "the order makes no sense"]);
  const data = { ...read, time: time ?? null };
  const hash = contentHash(data.strategy, new Map([["tool", JSON.stringify(data)]]));
  return { ...data, hash, request_id: requestId, key_id: keyId };
}
