import { HttpError, type Problem } from "../http/errors.ts";
import type { AlertQuery } from "../validators/alert-query.ts";

/**
 * The name of a signed message, or of the alert at `index` in it: the one under which it is booked once, whichever isolate
 * it reaches and however often, unless it brings an id of its own.
 *
 * A message that was caught and sent again within the signature's tolerance, or later signed anew by its sender who heard
 * no answer, is one message: it moves nothing and gets the stored answer of the first as a duplicate. To refuse it would
 * leave that sender, whom nothing tells from the other, without its answer. Past the tolerance it is refused with 401.
 */
export function messageIdOf(
  { keyId, messageId, index }: { keyId: string; messageId: string; index: number | null },
): string {
  return `${keyId}:${messageId}${index === null ? "" : `:${index}`}`;
}

/** Throws HttpError 400 for what a signature does not cover and yet changes what is done: who caught it could add it. */
export function refuseUnsigned({ account, strategy, dry_run }: AlertQuery): void {
  const added = { account: account !== null, strategy: strategy !== null, dry_run };
  const problems = Object.entries(added).flatMap(([name, isThere]): Problem[] =>
    isThere ? [{ path: `query.${name}`, message: "is not signed: put it into the message" }] : []
  );
  if (problems.length > 0) throw new HttpError(400, "unsigned_query", "the query is not signed", problems);
}
