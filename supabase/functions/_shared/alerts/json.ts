import { MAX_PROBLEMS, type Problem } from "../http/errors.ts";
import { pathText } from "../validators/problem.ts";
import { type Value, wrongName } from "./message.ts";

/** How deep a message may nest; real ones nest two or three levels. */
export const MAX_DEPTH = 8;
/** Characters of a field's name, at most, and of the path to a problem. */
export const MAX_NAME = 256;

/**
 * What was read: the value, or as much of it as there was before a syntax error, so that a key at its start still
 * tells who sent it. Any problem means that the message must not be used.
 */
export type ReadJson = { value: Value | undefined; problems: Problem[] };

/**
 * A strict JSON reader for money. Beyond `JSON.parse` it keeps numbers as they were written, refuses duplicate
 * fields (which of two quantities is meant?), names that reach prototypes, and deep nesting; it says where a
 * mistake is, in words for the mistakes that alert templates have; and no message of it quotes the body.
 */
export function readJson(text: string): ReadJson {
  const cursor: Cursor = { text, at: 0, path: [], problems: [], root: undefined };
  const value = readValue(cursor);
  if (value !== undefined) {
    skipSpace(cursor);
    if (text.slice(cursor.at).trim() === ";") {
      fail(cursor, "a ; stands after the end of the message: take it away");
    } else if (cursor.at < text.length) fail(cursor, "more text follows after the end of the message");
  }
  return { value: value === undefined ? cursor.root : value, problems: cursor.problems };
}

type Cursor = {
  readonly text: string;
  at: number;
  readonly path: PropertyKey[];
  readonly problems: Problem[];
  root: Value | undefined;
};

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
/** What templates leave in place of a value. */
const TEMPLATE_MISTAKES: readonly [looks: RegExp, message: string][] = [
  [
    /-?(?:NaN|Infinity)|na\b/y,
    "is not a number: the sender's value was empty (na in Pine); send a number or leave the field out",
  ],
  [
    /\{\{[^{}]*\}\}|\$\{[^{}]*\}/y,
    "still holds a placeholder that the sender did not replace: is the alert on a strategy?",
  ],
];
const NEEDS_CARE = /[\\\p{Cc}]/u;

/** A value, or undefined after a problem that ends the reading. */
function readValue(cursor: Cursor): Value | undefined {
  skipSpace(cursor);
  const { text, at } = cursor;
  switch (text[at]) {
    case '"':
      return readText(cursor);
    case "{":
      return text[at + 1] === "{" ? readOther(cursor) : readObject(cursor);
    case "[":
      return readArray(cursor);
    default:
      return readOther(cursor);
  }
}

function readObject(cursor: Cursor): Value | undefined {
  const fields = new Map<string, Value>();
  return readParts(cursor, fields, "}", () => {
    skipSpace(cursor);
    if (cursor.text[cursor.at] !== '"') {
      return fail(cursor, mistakeAt(cursor, OF_NAMES, "the name of a field must stand in double quotes"));
    }
    const name = readText(cursor);
    if (name === undefined) return undefined;
    if (!passes(cursor, ":")) return fail(cursor, "a colon is missing after the name of a field");
    cursor.path.push(name.slice(0, MAX_NAME));
    if (name.length > MAX_NAME) {
      report(cursor, { message: `has a name of more than ${MAX_NAME} characters`, code: "name_too_long" });
    }
    const wrong = wrongName(name, fields);
    if (wrong !== null) report(cursor, wrong);
    const value = readValue(cursor);
    if (value !== undefined && wrong === null) fields.set(name, value);
    return value;
  });
}

function readArray(cursor: Cursor): Value | undefined {
  const values: Value[] = [];
  return readParts(cursor, values, "]", () => {
    cursor.path.push(values.length);
    const value = readValue(cursor);
    if (value !== undefined) values.push(value);
    return value;
  });
}

/** What stands between brackets: `readPart` adds to the cursor's path, and to `whole` what it reads there. */
function readParts(
  cursor: Cursor,
  whole: Value,
  bracket: "}" | "]",
  readPart: () => Value | undefined,
): Value | undefined {
  cursor.root ??= whole;
  if (tooDeep(cursor)) return undefined;
  cursor.at++;
  if (passes(cursor, bracket)) return whole;
  do {
    if (readPart() === undefined) return undefined;
    cursor.path.pop();
  } while (passes(cursor, ","));
  if (passes(cursor, bracket)) return whole;
  const isOver = cursor.at >= cursor.text.length;
  return fail(
    cursor,
    isOver ? `it ends too early: ${bracket} is missing` : `a comma or ${bracket} is missing`,
  );
}

function readText(cursor: Cursor): string | undefined {
  const { text } = cursor;
  const start = cursor.at;
  let end = text.indexOf('"', start + 1);
  let inner = text.slice(start + 1, end);
  if (end !== -1 && !NEEDS_CARE.test(inner)) {
    cursor.at = end + 1;
    return inner;
  }
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  if (end === -1) return fail(cursor, "a text is not closed: its second quote is missing");
  inner = text.slice(start, end + 1);
  if (/[\n\r]/.test(inner)) return fail(cursor, "a text holds a line break: write it as \\n");
  try {
    const value: string = JSON.parse(inner);
    cursor.at = end + 1;
    return value;
  } catch {
    return fail(cursor, "a text holds a control character or a wrong backslash: write a backslash as \\\\");
  }
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text[quote - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

/** Numbers, literals, and what templates leave where a value should be. */
function readOther(cursor: Cursor): Value | undefined {
  const number = take(cursor, NUMBER);
  if (number !== undefined) {
    const next = cursor.text[cursor.at] ?? "";
    if (/[-:]/.test(next)) return fail(cursor, "a time must stand in quotes");
    return /[\w.]/.test(next) ? fail(cursor, "a number is not written as in JSON") : number;
  }
  const literal = take(cursor, LITERAL);
  if (literal !== undefined) return literal === "null" ? null : literal === "true";
  for (const [pattern, message] of TEMPLATE_MISTAKES) {
    if (take(cursor, pattern) === undefined) continue;
    report(cursor, { message });
    return null;
  }
  return fail(cursor, mistakeAt(cursor, OF_VALUES, "a value is neither a number nor in double quotes"));
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match === null) return undefined;
  cursor.at = pattern.lastIndex;
  return match[0];
}

function skipSpace(cursor: Cursor): void {
  const { text } = cursor;
  for (;;) {
    const code = text.charCodeAt(cursor.at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
    cursor.at++;
  }
}

/** Goes past a sign, if that comes next. */
function passes(cursor: Cursor, sign: string): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== sign) return false;
  cursor.at++;
  return true;
}

/** Whether one more level is too many; the path is as long as the value is deep. */
function tooDeep(cursor: Cursor): boolean {
  if (cursor.path.length < MAX_DEPTH) return false;
  report(cursor, { message: `is nested deeper than ${MAX_DEPTH} levels`, code: "too_deep" });
  return true;
}

/** Notes a problem with the value at the cursor's path, and goes on: the sender's key may come behind it. */
function report(cursor: Cursor, problem: Omit<Problem, "path">): void {
  if (cursor.problems.length >= MAX_PROBLEMS) return;
  cursor.problems.push({ path: pathText(cursor.path).slice(0, MAX_NAME), ...problem });
}

/** Ends the reading: the text is not JSON from here on. */
function fail(cursor: Cursor, mistake: string): undefined {
  const before = cursor.text.slice(0, cursor.at);
  const line = before.split("\n").length;
  const column = cursor.at - before.lastIndexOf("\n");
  const message = `is not valid JSON: ${mistake} (line ${line}, column ${column})`;
  cursor.problems.push({ path: "", message, code: "invalid_json" });
  return undefined;
}

/** What is wrong by the sign that stands where something should begin: a space where nothing does. */
type Mistakes = readonly [signs: string, mistake: string][];
const OF_QUOTES: Mistakes = [
  ["'", "single quotes are not allowed: use double quotes"],
  ["“”‘’", "curly quotes are not allowed: type plain double quotes"],
];
const OF_NAMES: Mistakes = [["}", "there is a comma after the last field"], ...OF_QUOTES];
const OF_VALUES: Mistakes = [
  [" ", "it ends too early"],
  ["]", "there is a comma after the last value"],
  [",}", "a value is missing (did the sender leave a placeholder empty?)"],
  ["+.", "a number is not written as in JSON: 5 and 0.5, not +5 and .5"],
  ...OF_QUOTES,
];

const mistakeAt = ({ text, at }: Cursor, mistakes: Mistakes, otherwise: string): string =>
  mistakes.find(([signs]) => signs.includes(text[at] ?? " "))?.[1] ?? otherwise;
