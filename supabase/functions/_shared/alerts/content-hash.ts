import { sha256Hex } from "../hashing/digest.ts";
import { isMessage, type Message, type Value } from "./message.ts";

/**
 * What the message says, as 64 hex digits: SHA-256 of the strategy and the message without its key.
 *
 * A message sent again hashes the same, whatever its spaces, line breaks and field order; two alerts that differ in any
 * other way do not. Numbers count as they are written, in quotes or not: `10` and `"10"` are the same, `10.0` is not.
 */
export function contentHash(strategy: string, message: Message): string {
  return sha256Hex(stableText([strategy, message]));
}

/** A text that is the same for the same value: JSON with sorted names. */
function stableText(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join()}]`;
  if (!isMessage(value)) return JSON.stringify(value);
  let text = "";
  for (const name of [...value.keys()].sort()) {
    text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${stableText(value.get(name) ?? null)}`;
  }
  return `{${text}}`;
}
