import type { Problem } from "../http/errors.ts";
import { type Message, plainName } from "./message.ts";
import type { ReadBody } from "./read-body.ts";

/** The fields that may carry the sender's key, in the order in which they are believed; spelled as plainName has it. */
const KEY_FIELDS = ["key", "secret", "passphrase", "token", "apikey", "authkey", "signaltoken"];

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
    const found = keysOf(message);
    const [own] = found;
    if (own === undefined) return without(message);
    for (const { text } of found) secrets.add(text);
    if (key !== null && own.text !== key) {
      problems.push(mixedKeys(`[${index}]`, "carries another key than the alerts before it"));
    }
    key ??= own.text;
    return without(message);
  });
  if (secrets.size > MOST_KEYS) problems.push(mixedKeys("", `carries more than ${MOST_KEYS} keys`));
  return { ...body, messages, problems, key, secrets: [...secrets].slice(0, MOST_KEYS) };
}

const mixedKeys = (path: string, message: string): Problem => ({ path, message, code: "mixed_keys" });

/** How much a field is believed to carry the key: its place in KEY_FIELDS, -1 when it is none. */
const rankOf = (name: string): number => KEY_FIELDS.indexOf(plainName(name));

/** The texts in key fields, the most believed first. */
function keysOf(message: Message): { rank: number; text: string }[] {
  const found: { rank: number; text: string }[] = [];
  for (const [name, value] of message) {
    const rank = rankOf(name);
    const text = rank !== -1 && typeof value === "string" ? value.trim() : "";
    if (text !== "") found.push({ rank, text });
  }
  return found.sort((a, b) => a.rank - b.rank);
}

function without(message: Message): Message {
  for (const name of message.keys()) {
    if (rankOf(name) !== -1) return new Map([...message].filter(([each]) => rankOf(each) === -1));
  }
  return message;
}
