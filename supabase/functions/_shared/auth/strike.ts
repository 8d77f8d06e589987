import { isKeyText, KEY_TAIL, LONGEST_KEY_HEAD, PREFIX } from "./api-keys.ts";

/** Characters that show nothing: of format, those that may be ignored by default, those that are none, and Braille's blank. */
export const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]+/gu;

const NOT_ASCII = /[^\0-\x7f]/;

/** Gives a text without the secrets that stand in it. */
export type Strike = (text: string) => string;

const MARK = "[key]";
/** Shorter texts are no keys, and to strike them would garble the text. */
const SHORTEST_SECRET = 8;
/** The shortest text that is shaped like a secret: `sb_secret_` and 16 characters. Most values are shorter. */
const SHORTEST_SHAPE = 26;
/** Secrets that are known by their beginning: of signed webhooks, and Supabase's own. */
const SECRETS_BY_PREFIX = /whsec_[\w+/]{32,}={0,2}|sb_secret_[\w-]{16,}/g;

/**
 * Strikes secrets out of texts, so that none is stored, logged or answered: those that came with a request, wherever
 * they stood in it, and whatever is shaped like a secret (see {@link strikeShapes}).
 *
 * @param known the texts that were presented as keys
 */
export function createStrike(known: readonly string[]): Strike {
  // The longest first: one that holds another goes as a whole.
  const secrets = [...new Set(known)].filter(({ length }) => length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    if (text.length < SHORTEST_SECRET) return text;
    let struck = text;
    for (const secret of secrets) if (struck.includes(secret)) struck = struck.replaceAll(secret, MARK);
    return strikeShapes(struck);
  };
}

/**
 * `text` without what is shaped like a secret: a key of ours with a right checksum, live or not, `whsec_…`, `sb_secret_…`.
 * Characters that nobody sees hide none: where one stands between others that make a secret, they go as well.
 */
export function strikeShapes(text: string): string {
  if (text.length < SHORTEST_SHAPE || !text.includes("_")) return text;
  // Most texts are plain: to see so is quicker than to look for what nobody sees.
  const visible = NOT_ASCII.test(text) ? text.replace(INVISIBLE, "") : text;
  const struck = strikeKeys(visible).replaceAll(SECRETS_BY_PREFIX, MARK);
  return struck === visible ? text : struck;
}

/** The end of a key is found first, since an id may hold anything that a beginning holds. */
function strikeKeys(text: string): string {
  let struck = "";
  let kept = 0;
  for (const { 0: tail, index } of text.matchAll(KEY_TAIL)) {
    const from = Math.max(kept, index - LONGEST_KEY_HEAD);
    const head = text.slice(from, index);
    for (let at = head.indexOf(PREFIX); at !== -1; at = head.indexOf(PREFIX, at + 1)) {
      if (!isKeyText(head.slice(at) + tail)) continue;
      struck += text.slice(kept, from + at) + MARK;
      kept = index + tail.length;
      break;
    }
  }
  return struck + text.slice(kept);
}

/** A value with every text in it struck, names included; the value itself when there is nothing to strike. */
export function strikeValue<Value>(value: Value, strike: Strike): Value {
  return isClean(value, strike) ? value : struckOf(value, strike) as Value;
}

function isClean(value: unknown, strike: Strike): boolean {
  if (typeof value === "string") return strike(value) === value;
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every((each) => isClean(each, strike));
  for (const [name, each] of entriesOf(value)) {
    if (strike(name) !== name || !isClean(each, strike)) return false;
  }
  return true;
}

function struckOf(value: unknown, strike: Strike): unknown {
  if (typeof value === "string") return strike(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => struckOf(each, strike));
  const struck = [...entriesOf(value)].map(([name, each]) => [strike(name), struckOf(each, strike)] as const);
  return value instanceof Map ? new Map(struck) : Object.fromEntries(struck);
}

const entriesOf = (value: object): Iterable<[string, unknown]> =>
  value instanceof Map ? value : Object.entries(value);
