import { HttpError } from "../http/errors.ts";

/** Characters of an answer at most: some 20,000 tokens of figures, of which Claude Code takes 25,000 at a time. */
export const LONGEST_ANSWER = 50_000;
/** Entries of a list to which it is cut first; then to half of that, and so on. */
const LONGEST_LIST = 512;

/** An answer, and how many entries its lists were cut to; null when it is whole. */
export interface Bounded {
  answer: unknown;
  cut: number | null;
}

/**
 * An answer that an assistant can hold: of one that is too long each list is cut to its first entries.
 *
 * @throws HttpError 422 when it is too long even so
 */
export function bounded(answer: unknown): Bounded {
  if (lengthOf(answer) <= LONGEST_ANSWER) return { answer, cut: null };
  for (let cut = LONGEST_LIST; cut >= 1; cut /= 2) {
    const shorter = withShortLists(answer, cut);
    if (lengthOf(shorter) <= LONGEST_ANSWER) return { answer: shorter, cut };
  }
  throw new HttpError(422, "answer_too_long", `the answer has more than ${LONGEST_ANSWER} characters`, [
    { path: "", message: "ask for less" },
  ]);
}

/** What is said with an answer that was cut. */
export const noteOf = (cut: number): string =>
  `This answer was too long: each list in it was cut to its first ${cut} entries. Ask for less: by limit, before, a ` +
  "symbol, a strategy or a shorter time.";

const lengthOf = (value: unknown): number => JSON.stringify(value)?.length ?? 0;

function withShortLists(value: unknown, most: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, most).map((each) => withShortLists(each, most));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withShortLists(each, most)]),
  );
}
