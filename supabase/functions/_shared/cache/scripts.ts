import { sha1Hex } from "../hashing/digest.ts";

/** A Lua script and the SHA-1 by which Redis knows it. */
export interface Script {
  source: string;
  sha1: string;
}

/** Its SHA-1 is computed when it is asked for: an isolate that starts has other things to do. */
function script(source: string): Script {
  let sha1: string | undefined;
  return {
    source,
    get sha1() {
      return sha1 ??= sha1Hex(source);
    },
  };
}

/**
 * Stores loaded values, each only if its epochs are still those it was loaded under and no newer version lies there;
 * then reads, as MGET does. One command of ours a bound, whatever there is to store.
 *
 * KEYS: the keys to read; then for each value its key and those of its epochs.
 * ARGV: how many to read, how many to store; then for each value: epochs, version or "", milliseconds to live, tokens
 * as its envelope has them, envelope.
 */
export const EXCHANGE = script(`
local reads, fills = tonumber(ARGV[1]), tonumber(ARGV[2])
local key, arg = reads + 1, 3
for _ = 1, fills do
  local epochs, version = tonumber(ARGV[arg]), tonumber(ARGV[arg + 1])
  local names = {}
  for i = 1, epochs do names[i] = KEYS[key + i] end
  local tokens = redis.call('MGET', unpack(names))
  for i = 1, epochs do tokens[i] = tokens[i] or '-' end
  local good = table.concat(tokens, ',') == ARGV[arg + 3]
  if good and version then
    local old = redis.call('GET', KEYS[key])
    local oldVersion, oldTokens
    if old then oldVersion, oldTokens = string.match(old, '^(%d*)|%d+|([^\\n]*)') end
    if tonumber(oldVersion) and tonumber(oldVersion) > version and oldTokens == ARGV[arg + 3] then good = false end
  end
  if good then redis.call('SET', KEYS[key], ARGV[arg + 4], 'PX', ARGV[arg + 2]) end
  key, arg = key + 1 + epochs, arg + 5
end
if reads == 0 then return {} end
local names = {}
for i = 1, reads do names[i] = KEYS[i] end
return redis.call('MGET', unpack(names))
`);

/**
 * Stores a value that was written, and changes its own epoch so that every isolate hears of it; 1 when it was stored.
 * 0, and nothing is stored, when a newer version lies there, or when a change with a later stamp was announced above it
 * (then its own epoch changes all the same: whoever holds an older value must ask). A Redis that has forgotten the
 * whole cache's epoch gets a new one.
 *
 * KEYS: the value's key; its epochs from the whole cache's to its own.
 * ARGV: stamp and rest of the new token, version or "", milliseconds to live, its end in milliseconds since 1970, JSON,
 * seconds that an epoch lives.
 */
export const PUT = script(`
local names = {}
for i = 2, #KEYS do names[i - 1] = KEYS[i] end
local tokens = redis.call('MGET', unpack(names))
local stamp, latest, version = tonumber(ARGV[1]), tonumber(ARGV[1]), tonumber(ARGV[3])
for i = 1, #names do
  tokens[i] = tokens[i] or '-'
  latest = math.max(latest, tonumber(string.match(tokens[i], '^%d+')) or 0)
end
local token = string.format('%.0f', latest) .. '.' .. ARGV[2]
if tokens[1] == '-' then
  tokens[1] = token
  redis.call('SET', names[1], token)
end
tokens[#names] = nil
local above = table.concat(tokens, ',')
local old = redis.call('GET', KEYS[1])
if old and version then
  local oldVersion, oldTokens = string.match(old, '^(%d*)|%d+|([^\\n]*),[^,\\n]*\\n')
  if tonumber(oldVersion) and tonumber(oldVersion) > version and oldTokens == above then return 0 end
end
redis.call('SET', names[#names], token, 'EX', ARGV[7])
if latest > stamp then return 0 end
redis.call('SET', KEYS[1], ARGV[3] .. '|' .. ARGV[5] .. '|' .. above .. ',' .. token .. '\\n' .. ARGV[6], 'PX', ARGV[4])
return 1
`);
