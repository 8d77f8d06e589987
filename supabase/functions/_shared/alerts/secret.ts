import type { Problem } from "../http/errors.ts";
import { isMessage, type Message, plainName, type Value } from "./message.ts";

/** The fields that may carry the sender's key, in the order in which they are believed; spelled as plainName has it. */
const KEY_FIELDS = ["key", "secret", "passphrase", "token", "apikey", "authkey", "signaltoken"];

/** Shorter texts are no keys, and striking them out would garble the message. */
const SHORTEST_KEY = 8;

/** The messages as the rest may see them, and the key that was in them. */
export type WithoutSecret = { messages: Message[]; secret: string | null; problems: Problem[] };

/**
 * Takes the key out of the messages, before anything else looks at them. All key fields go, whatever they hold; should
 * the key stand in another field too (a comment, say), it is struck out there. Messages with different keys are refused.
 */
export function takeSecret(messages: readonly Message[]): WithoutSecret {
  let secret: string | null = null;
  const problems: Problem[] = [];
  const bare = messages.map((message, index) => {
    const found = keysOf(message);
    const own = KEY_FIELDS.map((name) => found.get(name)).find((key) => key !== undefined && key !== "") ??
      null;
    if (own !== null && secret !== null && own !== secret) {
      problems.push({
        path: `[${index}]`,
        message: "carries another key than the alerts before it",
        code: "mixed_keys",
      });
    }
    secret ??= own;
    return strike(without(message, found), [...found.values()]);
  });
  return { messages: bare, secret, problems };
}

/** `text` with every occurrence of the key replaced. */
export function strikeOut(text: string, secret: string | null): string {
  return secret === null || secret.length < SHORTEST_KEY ? text : text.replaceAll(secret, "[key]");
}

/** The texts in key fields by plain name; a key field that holds no text counts as empty. */
function keysOf(message: Message): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of message) {
    const plain = plainName(name);
    if (KEY_FIELDS.includes(plain) && !found.get(plain)) {
      found.set(plain, typeof value === "string" ? value.trim() : "");
    }
  }
  return found;
}

function without(message: Message, found: ReadonlyMap<string, string>): Message {
  if (found.size === 0) return message;
  return new Map([...message].filter(([name]) => !found.has(plainName(name))));
}

function strike(message: Message, secrets: readonly string[]): Message {
  const long = secrets.filter((secret) => secret.length >= SHORTEST_KEY);
  return long.reduce(
    (struck, secret) => contains(struck, secret) ? struckMessage(struck, secret) : struck,
    message,
  );
}

function contains(value: Value, secret: string): boolean {
  if (typeof value === "string") return value.includes(secret);
  if (Array.isArray(value)) return value.some((each: Value) => contains(each, secret));
  if (!isMessage(value)) return false;
  for (const [name, each] of value) if (name.includes(secret) || contains(each, secret)) return true;
  return false;
}

function struckMessage(message: Message, secret: string): Message {
  return new Map([...message].map(([name, value]) => [strikeOut(name, secret), struckValue(value, secret)]));
}

function struckValue(value: Value, secret: string): Value {
  if (typeof value === "string") return strikeOut(value, secret);
  if (Array.isArray(value)) return value.map((each: Value) => struckValue(each, secret));
  return isMessage(value) ? struckMessage(value, secret) : value;
}
