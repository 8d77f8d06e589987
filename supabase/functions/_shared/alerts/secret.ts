import type { Problem } from "../http/errors.ts";
import { isMessage, type Message, plainName, type Value, words } from "./message.ts";
import type { ReadBody } from "./read-body.ts";

/** The fields that may carry the sender's key, in the order in which they are believed; spelled as plainName has it. */
const KEY_FIELDS = words(
  "key secret passphrase token apikey authkey signaltoken password apitoken authtoken privatekey bottoken",
);

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
    if (!holdsKeyField(message)) return message;
    const found = keysOf(message);
    const [own] = found;
    if (own === undefined) return withoutKeys(message) as Message;
    for (const { text } of found) secrets.add(text);
    if (key !== null && own.text !== key) {
      problems.push(mixedKeys(`[${index}]`, "carries another key than the alerts before it"));
    }
    key ??= own.text;
    return withoutKeys(message) as Message;
  });
  if (secrets.size > MOST_KEYS) problems.push(mixedKeys("", `carries more than ${MOST_KEYS} keys`));
  return { ...body, messages, problems, key, secrets: [...secrets].slice(0, MOST_KEYS) };
}

const mixedKeys = (path: string, message: string): Problem => ({ path, message, code: "mixed_keys" });

/** How much a field is believed to carry the key: its place in KEY_FIELDS, -1 when it is none. */
function rankOf(name: string): number {
  const seen = ranks.get(name);
  if (seen !== undefined) return seen;
  const rank = KEY_FIELDS.indexOf(plainName(name));
  if (ranks.size >= MOST_NAMES) ranks.clear();
  ranks.set(name, rank);
  return rank;
}

/** Names that were asked for lately: senders send the same ones again and again, and each is asked for three times. */
const ranks = new Map<string, number>();
const MOST_NAMES = 2_000;

/** The texts in key fields, the most believed first: those of the message itself before those in its objects. */
function keysOf(message: Message): { rank: number; text: string }[] {
  const found: { rank: number; text: string }[] = [];
  collect(message, 0);
  return found.sort((a, b) => a.rank - b.rank);

  function collect(value: Value, depth: number): void {
    if (Array.isArray(value)) return value.forEach((each: Value) => collect(each, depth));
    if (!isMessage(value)) return;
    for (const [name, each] of value) {
      const rank = rankOf(name);
      const text = rank !== -1 && typeof each === "string" ? each.trim() : "";
      if (text !== "") found.push({ rank: depth * KEY_FIELDS.length + rank, text });
      collect(each, depth + 1);
    }
  }
}

function holdsKeyField(value: Value): boolean {
  if (Array.isArray(value)) return value.some(holdsKeyField);
  if (!isMessage(value)) return false;
  for (const [name, each] of value) if (rankOf(name) !== -1 || holdsKeyField(each)) return true;
  return false;
}

function withoutKeys(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutKeys);
  if (!isMessage(value)) return value;
  const kept = new Map<string, Value>();
  for (const [name, each] of value) if (rankOf(name) === -1) kept.set(name, withoutKeys(each));
  return kept;
}
