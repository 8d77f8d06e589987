import type { Problem } from "../http/errors.ts";
import { changed, changedList, isMessage, plainName, type Value, words } from "./message.ts";
import type { ReadBody } from "./read-body.ts";

/** The fields that may carry the sender's key, as plainName has them: the first are believed most. */
const KEY_FIELDS = words(
  "key secret passphrase token apikey authkey signaltoken password apitoken authtoken privatekey bottoken",
);
const RANKS = new Map(KEY_FIELDS.map((name, rank) => [name, rank]));

/** Different texts in key fields of one request at most: each is looked for in every text of it. */
const MOST_KEYS = 16;

/** A body whose keys were taken out of its messages; all of them are to be struck wherever else they stand. */
export type KeylessBody = ReadBody & {
  /** The key that tells who sent it; null when it carries none. */
  key: string | null;
  /** Everything that stood in a key field. */
  secrets: string[];
};

/**
 * Takes the keys out of a body's messages, before anything else looks at them. All key fields go, whatever they hold.
 * Messages with different keys are a problem.
 */
export function takeKeys(body: ReadBody): KeylessBody {
  let key: string | null = null;
  const secrets = new Set<string>();
  const problems: Problem[] = [...body.problems];
  const messages = body.messages.map((message, index) => {
    const found: Found[] = [];
    const kept = withoutKeys(message, 0, found);
    const [own] = found.sort((a, b) => a.rank - b.rank);
    for (const { text } of found) secrets.add(text);
    if (own !== undefined && key !== null && own.text !== key) {
      problems.push(mixedKeys(`[${index}]`, "carries another key than the alerts before it"));
    }
    key ??= own?.text ?? null;
    return kept;
  });
  if (secrets.size > MOST_KEYS) problems.push(mixedKeys("", `carries more than ${MOST_KEYS} keys`));
  return { ...body, messages, problems, key, secrets: [...secrets].slice(0, MOST_KEYS) };
}

const mixedKeys = (path: string, message: string): Problem => ({ path, message, code: "mixed_keys" });

/** A key, and how much it is believed: by its field's place in RANKS, after all that are less deep. */
type Found = { rank: number; text: string };

/** A value without its key fields, whose texts go to `found`. */
function withoutKeys<Part extends Value>(value: Part, depth: number, found: Found[]): Part;
function withoutKeys(value: Value, depth: number, found: Found[]): Value {
  if (Array.isArray(value)) return changedList(value, (each) => withoutKeys(each, depth, found));
  if (!isMessage(value)) return value;
  return changed(value, (each, name) => {
    const rank = RANKS.get(plainName(name));
    const text = rank !== undefined && typeof each === "string" ? each.trim() : "";
    if (rank !== undefined && text !== "") found.push({ rank: depth * RANKS.size + rank, text });
    const rest = withoutKeys(each, depth + 1, found);
    return rank === undefined ? rest : undefined;
  });
}
