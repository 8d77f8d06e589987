import { MAX_PROBLEMS, type Problem } from "../http/errors.ts";
import { pathText } from "../validators/problem.ts";
import type { Value } from "./message.ts";

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
const NOT_FINITE = /-?(?:NaN|Infinity)|na\b/y;
const PLACEHOLDER = /\{\{[^{}]*\}\}|\$\{[^{}]*\}/y;
const NEEDS_CARE = /[\\\p{Cc}]/u;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

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
  cursor.root ??= fields;
  if (tooDeep(cursor)) return undefined;
  cursor.at++;
  if (passes(cursor, "}")) return fields;
  do {
    skipSpace(cursor);
    if (cursor.text[cursor.at] !== '"') return fail(cursor, nameMistake(cursor));
    const name = readText(cursor);
    if (name === undefined) return undefined;
    if (!passes(cursor, ":")) return fail(cursor, "a colon is missing after the name of a field");
    cursor.path.push(name.slice(0, MAX_NAME));
    if (name.length > MAX_NAME) {
      report(cursor, { message: `has a name of more than ${MAX_NAME} characters`, code: "name_too_long" });
    }
    if (FORBIDDEN.has(name)) {
      report(cursor, { message: "is a name that messages may not use", code: "forbidden_field" });
    }
    if (fields.has(name)) {
      report(cursor, { message: "appears twice: only one of them can be meant", code: "duplicate_field" });
    }
    const value = readValue(cursor);
    if (value === undefined) return undefined;
    cursor.path.pop();
    if (!FORBIDDEN.has(name) && !fields.has(name)) fields.set(name, value);
  } while (passes(cursor, ","));
  return passes(cursor, "}") ? fields : fail(cursor, endMistake(cursor, "}"));
}

function readArray(cursor: Cursor): Value | undefined {
  const values: Value[] = [];
  cursor.root ??= values;
  if (tooDeep(cursor)) return undefined;
  cursor.at++;
  if (passes(cursor, "]")) return values;
  do {
    cursor.path.push(values.length);
    const value = readValue(cursor);
    if (value === undefined) return undefined;
    cursor.path.pop();
    values.push(value);
  } while (passes(cursor, ","));
  return passes(cursor, "]") ? values : fail(cursor, endMistake(cursor, "]"));
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
  if (take(cursor, NOT_FINITE) !== undefined) {
    report(cursor, {
      message:
        "is not a number: the sender's value was empty (na in Pine); send a number or leave the field out",
    });
    return null;
  }
  if (take(cursor, PLACEHOLDER) !== undefined) {
    report(cursor, {
      message: "still holds a placeholder that the sender did not replace: is the alert on a strategy?",
    });
    return null;
  }
  return fail(cursor, valueMistake(cursor));
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

function nameMistake(cursor: Cursor): string {
  const next = cursor.text[cursor.at];
  if (next === "}") return "there is a comma after the last field";
  return quoteMistake(next) ?? "the name of a field must stand in double quotes";
}

function valueMistake(cursor: Cursor): string {
  const next = cursor.text[cursor.at];
  if (next === undefined) return "it ends too early";
  if (next === "]") return "there is a comma after the last value";
  if (next === "," || next === "}") return "a value is missing (did the sender leave a placeholder empty?)";
  if (next === "+" || next === ".") return "a number is not written as in JSON: 5 and 0.5, not +5 and .5";
  return quoteMistake(next) ?? "a value is neither a number nor in double quotes";
}

function endMistake(cursor: Cursor, bracket: string): string {
  if (cursor.at >= cursor.text.length) return `it ends too early: ${bracket} is missing`;
  return `a comma or ${bracket} is missing`;
}

function quoteMistake(next: string | undefined): string | undefined {
  if (next === "'") return "single quotes are not allowed: use double quotes";
  if (next === "“" || next === "”" || next === "‘" || next === "’") {
    return "curly quotes are not allowed: type plain double quotes";
  }
  return undefined;
}
