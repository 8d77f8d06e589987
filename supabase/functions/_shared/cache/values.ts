import { sha1Hex } from "../hashing/digest.ts";
import type { Tokens } from "./epochs.ts";
import { CacheError } from "./options.ts";

/**
 * A value's JSON, and what that is read as, frozen: both layers hand out the same, and nobody can change what another
 * reader gets. undefined becomes null; a field that is undefined is left out.
 *
 * @throws CacheError `value_too_large` for more than `longest` characters; `unserializable_value` for what JSON would drop, change or refuse: functions, symbols, bigints, NaN,
 * cycles, Maps, Dates and other objects of a class
 */
export function encode(value: unknown, longest = Infinity): { json: string; value: unknown } {
  let json: string;
  try {
    json = JSON.stringify(value === undefined ? null : value, refuseLossy);
  } catch (error) {
    if (error instanceof CacheError) throw error;
    throw new CacheError("unserializable_value", "a cached value must be plain JSON, without a cycle");
  }
  if (json.length > longest) {
    throw new CacheError("value_too_large", `a cached value has at most ${longest} characters of JSON`);
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
  const what = lossy((this as Record<string, unknown>)[name]);
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

/** The tokens of epochs as an envelope has them: `-` stands for one that was never set. */
export const joinTokens = (tokens: Tokens): string => tokens.map((token) => token ?? "-").join(",");

/**
 * A value as it lies in Redis: a line of facts, with the row's version and the milliseconds since 1970 at which it ends, then
 * its JSON. The scripts write and read the same form.
 */
export const writeEnvelope = (
  { version, tokens, json }: { version: number | null; tokens: Tokens; json: string },
  expiresAt: number,
): string => `${version ?? ""}|${expiresAt}|${joinTokens(tokens)}\n${json}`;

/** The envelope of a text; null when it is none, or its tokens are others. */
export function readEnvelope(text: string, tokens: Tokens) {
  const end = text.indexOf("\n");
  const [version, expiresAt, found] = text.slice(0, Math.max(end, 0)).split("|");
  if (found !== joinTokens(tokens)) return null;
  const row = version === "" ? null : Number(version);
  return { version: row, expiresAt: Number(expiresAt), json: text.slice(end + 1) };
}

/** A Lua script and the SHA-1 by which Redis knows it. */
export type Script = ReturnType<typeof script>;

/** Its SHA-1 is computed when it is asked for: an isolate that starts has other things to do. */
function script(source: string) {
  let sha1: string | undefined;
  return {
    source,
    get sha1(): string {
      return sha1 ??= sha1Hex(source);
    },
  };
}

/** What both scripts do: the tokens of epochs, and the version and the tokens of the value that is stored at a key. */
const READ_ENVELOPE = `
local function tokensOf(names)
  local tokens = redis.call('MGET', unpack(names))
  for i = 1, #names do tokens[i] = tokens[i] or '-' end
  return tokens
end
local function storedAt(key)
  local version, tokens = string.match(redis.call('GET', key) or '', '^(%d*)|%d+|([^\\n]*)')
  return tonumber(version), tokens
end
`;

/**
 * Stores loaded values, each only if its epochs are still those it was loaded under and no newer version lies there;
 * then reads, as MGET does. One command of ours a bound, whatever there is to store.
 *
 * KEYS: the keys to read; then for each value its key and those of its epochs.
 * ARGV: how many to read, how many to store; then for each value: epochs, version or "", milliseconds to live, tokens
 * as its envelope has them, envelope.
 */
export const FILL_AND_READ = script(`${READ_ENVELOPE}
local reads, fills = tonumber(ARGV[1]), tonumber(ARGV[2])
local key, arg = reads + 1, 3
for _ = 1, fills do
  local epochs, version, tokens = tonumber(ARGV[arg]), tonumber(ARGV[arg + 1]), ARGV[arg + 3]
  local names = {unpack(KEYS, key + 1, key + epochs)}
  local good = table.concat(tokensOf(names), ',') == tokens
  if good and version then
    local oldVersion, oldTokens = storedAt(KEYS[key])
    good = not (oldVersion and oldVersion > version and oldTokens == tokens)
  end
  if good then redis.call('SET', KEYS[key], ARGV[arg + 4], 'PX', ARGV[arg + 2]) end
  key, arg = key + 1 + epochs, arg + 5
end
if reads == 0 then return {} end
return redis.call('MGET', unpack(KEYS, 1, reads))
`);

/**
 * Changes a value's own epoch, so that every isolate hears of it, then fills the value in; 1 when it was stored. 0, and
 * nothing is stored, when a newer version lies there, or when a change with a later stamp was made above it (then its
 * own epoch changes all the same: whoever holds an older value must ask). A Redis that has forgotten the whole cache's
 * epoch gets a new one.
 *
 * KEYS: the value's key; its epochs from the whole cache's to its own.
 * ARGV: stamp and rest of the new token, version or "", milliseconds to live, its end in milliseconds since 1970, JSON,
 * seconds that an epoch lives.
 */
export const CHANGE_AND_FILL = script(`${READ_ENVELOPE}
local names = {unpack(KEYS, 2)}
local tokens = tokensOf(names)
local stamp, latest, version = tonumber(ARGV[1]), tonumber(ARGV[1]), tonumber(ARGV[3])
for i = 1, #names do
  latest = math.max(latest, tonumber(string.match(tokens[i], '^%d+')) or 0)
end
local token = string.format('%.0f', latest) .. '.' .. ARGV[2]
if tokens[1] == '-' then
  tokens[1] = token
  redis.call('SET', names[1], token)
end
local above = table.concat(tokens, ',', 1, #names - 1)
if version then
  local oldVersion, oldTokens = storedAt(KEYS[1])
  if oldVersion and oldVersion > version and string.match(oldTokens, '^(.*),[^,]*$') == above then return 0 end
end
redis.call('SET', names[#names], token, 'EX', ARGV[7])
if latest > stamp then return 0 end
redis.call('SET', KEYS[1], ARGV[3] .. '|' .. ARGV[5] .. '|' .. above .. ',' .. token .. '\\n' .. ARGV[6], 'PX', ARGV[4])
return 1
`);
