import { HttpError, type Problem } from "../http/errors.ts";
import { readJson } from "./json.ts";
import { changed, changedList, isMessage, type Message, plainName, type Value } from "./message.ts";
import { explainText, messageOfOthers, readTradingViewText } from "./foreign-texts.ts";
import { WRAPPERS } from "./name-index.ts";
import { readPairs } from "./pairs.ts";

export const MAX_ALERTS = 100;

/**
 * The messages of a body, as far as they could be read; any problem means that none of them must be used, but a
 * key among them still tells who sent the body. `isArray` says that the answer is to be an array.
 */
export type ReadBody = { messages: Message[]; isArray: boolean; problems: Problem[] };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Finds the messages in a body by looking at it: JSON (an object, an array of objects, or either as a JSON text), or
 * `key=value` pairs. The content type is not asked: TradingView sends JSON as text, and others text as JSON.
 */
export function readBody(bytes: Uint8Array): ReadBody {
  let text: string;
  try {
    text = utf8.decode(bytes).trim(); // drops a byte order mark as well
  } catch {
    return none([refusal("invalid_encoding", "is not UTF-8 text")]);
  }
  return readText(text);
}

function readText(text: string): ReadBody {
  if (text === "") {
    return none([refusal("empty_body", "is empty: send the alert as JSON or as key=value lines")]);
  }
  if (!/^["{[]/.test(text)) return readAsPairs(text);
  const { value, problems } = readJson(text);
  if (isMessage(value)) return single(unwrapTexts(value), problems);
  if (Array.isArray(value)) return readArray(value, problems);
  if (typeof value !== "string" || problems.length > 0) return none(problems);
  // A JSON text that holds the message: encoded twice by a careful sender, or pairs in quotes.
  const inner = value.trim();
  if (/^[^"]/.test(inner)) return readText(inner);
  return none([refusal("invalid_body", "is a text without an alert in it")]);
}

const none = (problems: Problem[]): ReadBody => ({ messages: [], isArray: false, problems });

const single = (message: Message, problems: Problem[]): ReadBody => ({
  messages: [message],
  isArray: false,
  problems,
});

const refusal = (code: string, message: string, path = ""): Problem => ({ path, message, code });

/** One name, and words behind it: `binance: buy BTCUSDT now`. A pair of an alert would not stand alone. */
const FREE_TEXT = /^\w+:[ \t]+[^\s:=]+([ \t]+[^\s:=]+)+$/;

function readAsPairs(text: string): ReadBody {
  const filled = readTradingViewText(text);
  if (filled !== null) return single(filled, []);
  const { message, problems } = readPairs(text);
  const foreign = messageOfOthers(text);
  if (foreign !== null) return single(message, [foreign]);
  if (FREE_TEXT.test(text)) return single(message, [explainText(text)]);
  const notPairs = problems.find(({ code }) => code === "invalid_pairs");
  if (notPairs === undefined) return single(unwrapTexts(message), problems);
  // One mistake, however many lines it has.
  return single(message, [message.size === 0 ? explainText(text) : notPairs]);
}

function readArray(values: readonly Value[], found: Problem[]): ReadBody {
  const elements = values.slice(0, MAX_ALERTS);
  const problems = [...found];
  if (values.length === 0) problems.push(refusal("empty_body", "is an empty array: there is no alert in it"));
  if (values.length > MAX_ALERTS) {
    const message = `has more than ${MAX_ALERTS} alerts: send them in several requests`;
    problems.push(refusal("too_many_alerts", message));
  }
  for (const [index, each] of elements.entries()) {
    if (!isMessage(each)) problems.push(refusal("invalid_body", "must be an object", `[${index}]`));
  }
  return { messages: elements.filter(isMessage).map(unwrapTexts), isArray: true, problems };
}

export function invalid(problems: Problem[]): HttpError {
  const unreadable = problems.some(({ code }) => code === "invalid_encoding");
  return unreadable
    ? new HttpError(415, "invalid_encoding", "the body is not UTF-8 text", problems)
    : new HttpError(400, "invalid_alert", "the alert cannot be read", problems);
}

/** An object, or a list of objects, as JSON: under whatever name, for a message is lost in none. */
const JSON_TEXT = /^\s*(\{|\[\s*\{)/;
/** Two pairs or more and nothing else: a comment may have one. */
const PAIRS = /^[\w.-]+\s*=[^=;\n]*([;\n]\s*[\w.-]+\s*=[^=;\n]*)+;?$/;

/** A message whose texts that hold a message, as JSON, as pairs or as TradingView writes it, are that message. */
function unwrapTexts(message: Message): Message {
  // Beside an order of its own, TradingView's text is its comment.
  return unwrapObject(message, [...message.keys()].some((name) => plainName(name) === "action"));
}

const unwrapObject = (object: Message, isOrder: boolean): Message =>
  changed(object, (value, name) => unwrap(name, value, isOrder));

/** A value with what its texts hold; itself where they hold none. */
function unwrap(name: string, value: Value, isOrder: boolean): Value {
  if (typeof value === "string") return messageIn(name, value, isOrder) ?? value;
  if (isMessage(value)) return unwrapObject(value, isOrder);
  return Array.isArray(value) ? changedList(value, (each) => unwrap(name, each, isOrder)) : value;
}

/** The shortest text that holds a message: `{"a":1}`. Most values are shorter. */
const SHORTEST = 7;

function messageIn(name: string, text: string, isOrder: boolean): Value | null {
  if (text.length < SHORTEST) return null;
  if (JSON_TEXT.test(text)) {
    const { value, problems } = readJson(text);
    return value !== undefined && problems.length === 0 ? unwrap(name, value, isOrder) : null;
  }
  if (!text.includes("=") && !text.includes(" filled on ")) return null;
  if (!WRAPPERS.has(plainName(name))) return null;
  return (isOrder ? null : readTradingViewText(text)) ?? pairsIn(text.trim());
}

/** The pairs of a text, which stays the comment that people read. */
function pairsIn(text: string): Message | null {
  if (!PAIRS.test(text)) return null;
  const { message, problems } = readPairs(text);
  return problems.length > 0 ? null : new Map([["comment", text], ...message]);
}
