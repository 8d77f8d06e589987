import { HttpError, type Problem } from "../http/errors.ts";
import type { AlertQuery } from "../validators/alert-query.ts";

// A signed message is booked once by its name (see trading.alerts.message_id), whichever isolate it reaches and however often.
// One that was caught and sent again within the signature's tolerance, or later signed anew by its sender who heard no
// answer, is one message: it moves nothing and gets the stored answer of the first as a duplicate. To refuse it would leave
// that sender, whom nothing tells from the other, without its answer. Past the tolerance it is refused with 401.

/** Throws HttpError 400 for what a signature does not cover and yet changes what is done: who caught it could add it. */
export function refuseUnsigned(
  { account, strategy, dry_run }: AlertQuery,
  idempotencyKey: string | null,
): void {
  const added = {
    "query.account": account !== null,
    "query.strategy": strategy !== null,
    "query.dry_run": dry_run,
    "header.idempotency-key": idempotencyKey !== null,
  };
  const problems = Object.entries(added).flatMap(([path, isThere]): Problem[] =>
    isThere ? [{ path, message: "is not signed: put it into the message" }] : []
  );
  if (problems.length > 0) {
    throw new HttpError(400, "unsigned_query", "neither the query nor this header is signed", problems);
  }
}
