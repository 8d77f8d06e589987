import { HttpError, type Problem } from "../http/errors.ts";
import type { AlertQuery } from "../validators/alert-query.ts";
import type { ReadAlert } from "./read-alerts.ts";

/**
 * The alerts of a signed message; one without an id of its own gets the message's.
 *
 * So each is booked once by (account, id), in the database, whichever isolate it reaches and however often. A message
 * that was caught and sent again within the signature's tolerance, or later signed anew by its sender who heard no
 * answer, is one message: it moves nothing and gets the stored answer of the first as a duplicate. To refuse it would
 * leave that sender, whom nothing tells from the other, without its answer. Past the tolerance it is refused with 401.
 */
export function withMessageId(
  alerts: readonly ReadAlert[],
  { keyId, messageId, isArray }: { keyId: string; messageId: string; isArray: boolean },
): ReadAlert[] {
  return alerts.map((read, index) => {
    const id = `webhook:${keyId}:${messageId}${isArray ? `:${index}` : ""}`;
    return read.alert.id === null ? { ...read, alert: { ...read.alert, id } } : read;
  });
}

/** Throws HttpError 400 for what a signature does not cover and yet would change the booking: who caught it could add it. */
export function refuseUnsigned({ account, strategy }: AlertQuery): void {
  const problems = Object.entries({ account, strategy }).flatMap(([name, value]): Problem[] =>
    value === null ? [] : [{ path: `query.${name}`, message: "is not signed: put it into the message" }]
  );
  if (problems.length > 0) throw new HttpError(400, "unsigned_query", "the query is not signed", problems);
}
