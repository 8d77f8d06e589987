import { Buffer } from "node:buffer";

/** A reply of Redis: status lines are strings, values are bytes. */
export type Reply = string | number | null | Uint8Array | Error | Reply[];

/** How strings travel in an answer: as they are, or in base64 (`Upstash-Encoding: base64`). */
export type Encoding = "text" | "base64";

/** A command as Upstash's REST form writes it, `["SET", "key", 1]`; null when `body` is something else. */
export function parseCommand(body: unknown): string[] | null {
  if (!Array.isArray(body) || body.length === 0) return null;
  return body.map((part) => typeof part === "string" ? part : JSON.stringify(part) ?? "");
}

/** A list of commands; null when one of them is not a command. */
export function parseCommands(body: unknown): string[][] | null {
  if (!Array.isArray(body) || body.length === 0) return null;
  const commands = body.map(parseCommand);
  return commands.every((command) => command !== null) ? commands : null;
}

/**
 * A reply as JSON. In base64 every string is encoded but a plain `OK`, which stays readable, as Upstash has it;
 * numbers and null are never encoded.
 */
export function encodeReply(reply: Reply, encoding: Encoding): unknown {
  return encoding === "base64" && asText(reply) === "OK" ? "OK" : encodeValue(reply, encoding);
}

function encodeValue(reply: Reply, encoding: Encoding): unknown {
  if (reply === null || typeof reply === "number") return reply;
  if (Array.isArray(reply)) return reply.map((item) => encodeValue(item, encoding));
  const bytes = reply instanceof Uint8Array ? Buffer.from(reply) : Buffer.from(asText(reply));
  return bytes.toString(encoding === "base64" ? "base64" : "utf8");
}

function asText(reply: Reply): string {
  if (typeof reply === "string") return reply;
  if (reply instanceof Uint8Array) return new TextDecoder().decode(reply);
  return reply instanceof Error ? reply.message : "";
}
