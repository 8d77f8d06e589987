import { readJson } from "./json.ts";
import { has, isMessage, type Message, plainName, type Value } from "./message.ts";
import { readTradingViewText } from "./tradingview-text.ts";
import { WRAPPERS } from "./vocabulary.ts";

/** Texts in which senders put a whole message. */
const TEXTS = new Set(["message", "alertmessage", "comment", "content", "text"]);

const MAY_HOLD_ONE = /^\s*\{| filled on /;

/** A message whose texts that hold a message, as JSON or as TradingView writes it, are that message. */
export function unwrapTexts(message: Message): Message {
  let unwrapped: Map<string, Value> | null = null;
  for (const [name, value] of message) {
    if (typeof value !== "string" || !MAY_HOLD_ONE.test(value)) continue;
    const inner = messageIn(plainName(name), value, message);
    if (inner === null) continue;
    unwrapped ??= new Map(message);
    unwrapped.set(name, inner);
  }
  return unwrapped ?? message;
}

function messageIn(name: string, text: string, around: Message): Message | null {
  if (!TEXTS.has(name) && !WRAPPERS.has(name)) return null;
  if (/^\s*\{/.test(text)) {
    const { value, problems } = readJson(text);
    return isMessage(value) && problems.length === 0 ? value : null;
  }
  // Beside an order of its own the text is its comment.
  return has(around, "action") ? null : readTradingViewText(text);
}
