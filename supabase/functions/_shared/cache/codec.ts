import { CacheError } from "./errors.ts";

/** A value as the cache keeps it: its JSON, and the frozen copy that is handed out. */
export interface Encoded {
  json: string;
  value: unknown;
}

/**
 * A value as JSON keeps it, frozen. Both layers hand out the same, and nobody can change what another reader gets.
 *
 * undefined becomes null; a field that is undefined is left out.
 *
 * @throws CacheError `unserializable_value` for what JSON would drop, change or refuse: functions, symbols, bigints, NaN,
 * cycles, Maps, Dates and other objects of a class
 */
export function encode(value: unknown): Encoded {
  let json: string;
  try {
    json = JSON.stringify(value === undefined ? null : value, refuseLossy);
  } catch (error) {
    if (error instanceof CacheError) throw error;
    throw new CacheError(
      "unserializable_value",
      "a cached value must be plain JSON: this one has a cycle or is too deep",
    );
  }
  return { json, value: decode(json) };
}

/** The value of a JSON text, frozen. @throws SyntaxError when it is none */
export function decode(json: string): unknown {
  return freeze(JSON.parse(json));
}

function freeze(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

/** A JSON.stringify replacer that refuses what would not come back as it went in. */
function refuseLossy(this: unknown, name: string, seen: unknown): unknown {
  // toJSON was already called on `seen`: what stands in the holder is what the caller gave.
  const given = (this as Record<string, unknown>)[name];
  const what = lossy(given);
  if (what !== null) {
    throw new CacheError("unserializable_value", `a cached value must be plain JSON: ${what} cannot be kept`);
  }
  return seen;
}

function lossy(value: unknown): string | null {
  switch (typeof value) {
    case "function":
    case "symbol":
    case "bigint":
      return `a ${typeof value}`;
    case "number":
      return Number.isFinite(value) ? null : "a number that is not finite";
    case "object": {
      if (value === null || Array.isArray(value)) return null;
      const prototype = Object.getPrototypeOf(value);
      return prototype === null || prototype === Object.prototype ? null : "an object of a class";
    }
    default:
      return null;
  }
}

/** A value as it lies in Redis: a line of facts, then its JSON. */
export interface Envelope {
  /** The row's version; null when the value has none. */
  version: number | null;
  /** Milliseconds since 1970 at which it ends. */
  expiresAt: number;
  /** The tokens of its epochs, from the whole cache's to its own; `-` stands for one that was never set. */
  tokens: string;
  json: string;
}

/** The tokens of epochs as an envelope has them. */
export const joinTokens = (tokens: readonly (string | null | undefined)[]): string =>
  tokens.map((token) => token ?? "-").join(",");

/** The text of an envelope. The scripts write and read the same form. */
export function writeEnvelope({ version, expiresAt, tokens, json }: Envelope): string {
  return `${version ?? ""}|${expiresAt}|${tokens}\n${json}`;
}

/** The envelope of a text; null when it is none. */
export function readEnvelope(text: string): Envelope | null {
  const end = text.indexOf("\n");
  const [version, expiresAt, tokens] = text.slice(0, Math.max(end, 0)).split("|");
  if (version === undefined || expiresAt === undefined || tokens === undefined) return null;
  return {
    version: version === "" ? null : Number(version),
    expiresAt: Number(expiresAt),
    tokens,
    json: text.slice(end + 1),
  };
}
