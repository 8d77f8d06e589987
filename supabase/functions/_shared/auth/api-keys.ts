import { bytesToHex, hexToBytes, randomBytes } from "@noble/hashes/utils.js";
import { isSameDigest, sha256Of } from "../hashing/digest.ts";
import { checksum } from "./checksum.ts";

/** What a key may do: send alerts, read the portfolio, operate the account. */
export type Scope = "trade" | "read" | "admin";

/** What an entry of the configuration lets its sender do. */
export interface Grant {
  scopes: readonly Scope[];
  /** The only account the sender may touch; null for any. */
  account: string | null;
  /** Milliseconds since the epoch; null: never. */
  expiresAt: number | null;
}

/** Who sent a request, once its key or its signature was checked. */
export type Sender = { id: string } & Omit<Grant, "expiresAt">;

/** Whose key it is, or why it is none. */
export type KeyCheck =
  | { ok: true } & Sender
  | { ok: false; code: "malformed_key" | "unknown_key" | "expired_key" };

const SCOPES: readonly string[] = ["trade", "read", "admin"] satisfies Scope[];
const isScope = (word: string): word is Scope => SCOPES.includes(word);

/** Scopes as an entry has them, joined by `+`; null when one is none. */
export function parseScopes(text: string): Scope[] | null {
  const words = text.split("+");
  return words.every(isScope) ? words : null;
}

/** How far before its end a key has the `_` between id and secret: 64 digits and 8 follow. */
const SECRET_AND_CHECKSUM = 73;
const KEY_ID = /^[A-Za-z0-9][\w.-]{0,63}$/;
const ID_RULE = "1 to 64 letters, digits, _ . or -, the first a letter or digit";
/** What keys of ours begin with: secret scanners know them by it, and by the checksum at their end. */
export const PREFIX = "sa_";
/** How they end: `_`, 64 digits of the secret, 8 of the checksum. */
export const KEY_TAIL = /_[0-9a-f]{72}/g;
/** Characters before that end, at most: the prefix and an id. */
export const LONGEST_KEY_HEAD = PREFIX.length + 64;

/** Whether a text has the form of a key of ours, whoever made it: prefix, id, secret, and the checksum over all of them. */
export function isKeyText(text: string): boolean {
  const id = text.slice(PREFIX.length, -SECRET_AND_CHECKSUM);
  return text.startsWith(PREFIX) && KEY_ID.test(id) && checksum(text.slice(0, -8)) === text.slice(-8);
}

/** A day, which begins in UTC, or a time with its zone: what other texts mean depends on who reads them. */
const ISO_DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** No key is longer; of a longer text no more is looked at, so that nobody can make the work large. */
const LONGEST_KEY = 256;
/** Bytes that SHA-256 takes at a time, and what it adds to the last of a text. */
const BLOCK = 64;
const BLOCK_END = 9;
const FILLER = new Uint8Array(LONGEST_KEY + BLOCK);
/** By how many blocks a text has taken: what it lacks. Cut once, for a cut takes a microsecond. */
const FILLERS = Array.from(
  { length: FILLER.length / BLOCK + 1 },
  (_, taken) => FILLER.subarray(taken * BLOCK),
);

/** HMAC-SHA256 under a secret (RFC 2104), whose two pads are made once. */
function hmacOf(secret: string): (text: string) => Uint8Array {
  const bytes = new TextEncoder().encode(secret);
  const block = new Uint8Array(BLOCK);
  block.set(bytes.length > BLOCK ? sha256Of(bytes) : bytes);
  const inner = block.map((byte) => byte ^ 0x36);
  const outer = block.map((byte) => byte ^ 0x5c);
  return (text) => sha256Of(outer, sha256Of(inner, text));
}

/** Hashes as many blocks as a text lacks to the longest key: then all texts take the same. */
function fillUp(text: string): void {
  const taken = Math.ceil((text.length + BLOCK_END) / BLOCK);
  sha256Of(FILLERS[taken] ?? FILLER);
}

/** Reads `id` and `[scopes[:account[:expiry]]]` of an entry; `wrong` makes the error for what cannot be read. */
export function parseGrant(
  id: string,
  [scopes = "", account = "", ...expiry]: readonly string[],
  { defaultScopes, wrong }: { defaultScopes: string; wrong: (what: string) => Error },
): Grant {
  if (!KEY_ID.test(id)) throw wrong(`has an id that is not ${ID_RULE}`);
  const allowed = parseScopes(scopes === "" ? defaultScopes : scopes);
  if (allowed === null) throw wrong("has a scope other than trade, read and admin");
  const date = expiry.join(":");
  const expiresAt = date === "" ? null : ISO_DATE.test(date) ? Date.parse(date) : NaN;
  if (Number.isNaN(expiresAt)) throw wrong("has an expiry that is no ISO 8601 date");
  return { scopes: allowed, account: account === "" ? null : account, expiresAt };
}

/**
 * Reads `API_KEYS`: entries `id:hash[:scopes[:account[:expiry]]]`, separated by commas or line ends; scopes joined by `+`
 * (`trade+read` when left out), expiry a date in ISO 8601. The id names the sender in logs and in the inbox: several entries
 * may share it while keys rotate. The hash is the HMAC-SHA256 of the key's text under `API_KEY_SECRET`.
 *
 * @throws Error naming the entry by its place, never by its content
 */
export function parseApiKeys(text: string) {
  const entries = text.split(/[,\n]/).map((entry) => entry.trim()).filter((entry) => entry !== "");
  return entries.map((entry, index) => {
    const wrong = (what: string) => new Error(`API_KEYS: entry ${index + 1} ${what}`);
    const [id = "", hash = "", ...rest] = entry.split(":");
    if (KEY_ID.test(id) && !/^[0-9a-fA-F]{64}$/.test(hash)) {
      throw wrong("has no hash of 64 hexadecimal digits");
    }
    const grant = parseGrant(id, rest, { defaultScopes: "trade+read", wrong });
    return { id, hash: hexToBytes(hash), ...grant };
  });
}

export type ApiKeyAuthService = ReturnType<typeof createApiKeyAuthService>;

interface Found {
  check: KeyCheck;
  expiresAt: number;
}

const refusal = (code: Exclude<KeyCheck, { ok: true }>["code"]): KeyCheck =>
  Object.freeze({ ok: false, code });
const [MALFORMED, UNKNOWN, EXPIRED] = [
  refusal("malformed_key"),
  refusal("unknown_key"),
  refusal("expired_key"),
];
const NOBODY: Found = { check: UNKNOWN, expiresAt: Infinity };

/**
 * The service for one secret and its `API_KEYS`; see {@link parseApiKeys} for what that may throw.
 *
 * @param previousSecret the secret before it: hashes made with it are good as well, while they are replaced
 */
export function createApiKeyAuthService(
  { secret, previousSecret = null, apiKeys, now = Date.now }: {
    secret: string;
    previousSecret?: string | null;
    apiKeys: string;
    now?: () => number;
  },
) {
  const entries = parseApiKeys(apiKeys);
  const senders = entries.map(({ id, scopes, account, expiresAt }): Found => ({
    check: { ok: true, id, scopes, account },
    expiresAt: expiresAt ?? Infinity,
  }));
  const founds = [NOBODY, ...senders];
  const hashOf = hmacOf(secret);
  const hashes = previousSecret === null ? [hashOf] : [hashOf, hmacOf(previousSecret)];
  /** Whose key it is. A typo is refused without crypto; all else takes the same time, whether and wherever it is listed. */
  const checkApiKey = (key: string): KeyCheck => {
    const text = key.slice(0, LONGEST_KEY);
    // All three are asked of every text: one that is not asked shows in the time.
    const isWhole = text.at(-SECRET_AND_CHECKSUM) === "_";
    const isOurs = text.startsWith(PREFIX);
    const isTypo = checksum(text.slice(0, -8)) !== text.slice(-8) && isOurs;
    // Its own checksum gives a typo away, to anybody and without any secret.
    if (isTypo && isWhole) return MALFORMED;
    // The same steps for every other text, to the end: neither whether nor where a key stands in the list, nor how far
    // a guess got, must show in the time.
    fillUp(text);
    let place = 0;
    for (const hmac of hashes) {
      const hash = hmac(text);
      entries.forEach((entry, index) => {
        place = Math.max(place, (index + 1) * Number(isSameDigest(entry.hash, hash)));
      });
    }
    const found = founds[place] ?? NOBODY;
    if (found.expiresAt <= now()) return EXPIRED;
    return found !== NOBODY && key.length <= LONGEST_KEY ? found.check : isTypo ? MALFORMED : UNKNOWN;
  };
  return {
    /**
     * A new key: `key` is shown once, and is good once `entry` stands in `API_KEYS`. Its id is made up when none is given.
     * Throws RangeError for what no entry can hold.
     */
    generateApiKey(
      { id = `key-${bytesToHex(randomBytes(4))}`, scopes = [], account, expiresAt }: {
        id?: string;
        scopes?: readonly Scope[];
        account?: string;
        expiresAt?: Date;
      } = {},
    ): { key: string; hash: string; entry: string } {
      if (!KEY_ID.test(id)) throw new RangeError(`the id must be ${ID_RULE}`);
      if (account !== undefined && /[:,]/.test(account)) {
        throw new RangeError("a key cannot be bound to an account whose name has a colon or a comma");
      }
      const body = `${PREFIX}${id}_${bytesToHex(randomBytes(32))}`;
      const key = body + checksum(body);
      const hash = bytesToHex(hashOf(key));
      const parts = [id, hash, scopes.join("+"), account ?? "", expiresAt?.toISOString() ?? ""];
      return { key, hash, entry: parts.join(":").replace(/:+$/, "") };
    },

    checkApiKey,
    validateApiKey: (key: string): boolean => checkApiKey(key).ok,
    getKeyCount: (): number => senders.filter(({ expiresAt }) => expiresAt > now()).length,
  };
}
