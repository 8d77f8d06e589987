import { readJson } from "./json.ts";
import { changed, changedList, isMessage, type Message, plainName, type Value } from "./message.ts";
import { readPairs } from "./pairs.ts";
import { readTradingViewText } from "./foreign-texts.ts";
import { WRAPPERS } from "./name-index.ts";

/** An object, or a list of objects, as JSON: under whatever name, for a message is lost in none. */
const JSON_TEXT = /^\s*(\{|\[\s*\{)/;
/** Two pairs or more and nothing else: a comment may have one. */
const PAIRS = /^[\w.-]+\s*=[^=;\n]*([;\n]\s*[\w.-]+\s*=[^=;\n]*)+;?$/;

/** A message whose texts that hold a message, as JSON, as pairs or as TradingView writes it, are that message. */
export function unwrapTexts(message: Message): Message {
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
