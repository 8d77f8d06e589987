/** Characters of an answer at most: some 20,000 tokens of figures, of which Claude Code takes 25,000 at a time. */
export const LONGEST_ANSWER = 50_000;
/** Entries of a list to which it is cut first; then to half of that, and so on. */
const LONGEST_LIST = 512;

/** What a tool answered, and what is said of it when it is not whole. */
export interface Bounded {
  result: unknown;
  note?: string;
}

/**
 * An answer that an assistant can hold: of one that is too long each list is cut to its first entries. It never fails, for
 * what it is the answer to may have been done.
 */
export function bounded(result: unknown): Bounded {
  if (fits(result)) return { result };
  for (let most = LONGEST_LIST; most >= 1; most /= 2) {
    const shorter = withShortLists(result, most);
    if (fits(shorter)) {
      return { result: shorter, note: noteOf(`each list in it was cut to its first ${most} entries`) };
    }
  }
  return { result: null, note: noteOf("it was left out") };
}

const noteOf = (what: string): string =>
  `This answer was too long: ${what}. Ask for less: by limit, before, a symbol, a strategy or a shorter time.`;

const fits = (value: unknown): boolean => (JSON.stringify(value)?.length ?? 0) <= LONGEST_ANSWER;

function withShortLists(value: unknown, most: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, most).map((each) => withShortLists(each, most));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withShortLists(each, most)]));
}
