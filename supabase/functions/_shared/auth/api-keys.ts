import { Buffer } from "node:buffer";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { checksum } from "./checksum.ts";

/** What a key may do: send alerts, read the portfolio, operate the account. */
export type Scope = "trade" | "read" | "admin";

/** One entry of `API_KEYS`. */
export interface ApiKeyEntry {
  /** Names the sender in logs and in the inbox; several entries may share it while keys rotate. */
  id: string;
  /** HMAC-SHA256 of the key's text under `API_KEY_SECRET`. */
  hash: Buffer;
  scopes: readonly Scope[];
  /** The only account the key may touch; null for any. */
  account: string | null;
  /** Milliseconds since the epoch; null: never. */
  expiresAt: number | null;
}

/** Whose key it is, or why it is none. */
export type KeyCheck =
  | { ok: true; id: string; scopes: readonly Scope[]; account: string | null }
  | { ok: false; code: "malformed_key" | "unknown_key" | "expired_key" };

const SCOPES: readonly string[] = ["trade", "read", "admin"] satisfies Scope[];
const isScope = (word: string): word is Scope => SCOPES.includes(word);

/** Scopes as an entry has them, joined by `+`; null when one is none. */
export function parseScopes(text: string): Scope[] | null {
  const words = text.split("+");
  return words.every(isScope) ? words : null;
}

const KEY_ID = /^[A-Za-z0-9][\w.-]{0,63}$/;
const ID_RULE = "1 to 64 letters, digits, _ . or -, the first a letter or digit";
/** prefix, id, 256-bit secret, checksum: a typo is seen without crypto, and secret scanners know the shape. */
const KEY_TEXT = /^(sa_[\w.-]+_[0-9a-f]{64})([0-9a-f]{8})$/;

/** A day, which begins in UTC, or a time with its zone: what other texts mean depends on who reads them. */
const ISO_DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

const hashOf = (text: string, secret: string): Buffer => createHmac("sha256", secret).update(text).digest();

/**
 * Reads `API_KEYS`: entries `id:hash[:scopes[:account[:expiry]]]`, separated by commas; scopes joined by `+`
 * (`trade+read` when left out), expiry a date in ISO 8601.
 *
 * @throws Error naming the entry by its place, never by its content
 */
export function parseApiKeys(text: string): ApiKeyEntry[] {
  const entries = text.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  return entries.map((entry, index) => {
    const wrong = (what: string) => new Error(`API_KEYS: entry ${index + 1} ${what}`);
    const [id = "", hash = "", scopes = "", account = "", ...expiry] = entry.split(":");
    if (!KEY_ID.test(id)) throw wrong(`has an id that is not ${ID_RULE}`);
    if (!/^[0-9a-fA-F]{64}$/.test(hash)) throw wrong("has no hash of 64 hexadecimal digits");
    const allowed = parseScopes(scopes === "" ? "trade+read" : scopes);
    if (allowed === null) throw wrong("has a scope other than trade, read and admin");
    const date = expiry.join(":");
    const expiresAt = date === "" ? null : ISO_DATE.test(date) ? Date.parse(date) : NaN;
    if (Number.isNaN(expiresAt)) throw wrong("has an expiry that is no ISO 8601 date");
    return {
      id,
      hash: Buffer.from(hash, "hex"),
      scopes: allowed,
      account: account === "" ? null : account,
      expiresAt,
    };
  });
}

/** Makes and checks API keys. */
export interface ApiKeyAuthService {
  /** A new key: `key` is shown once, `entry` goes into `API_KEYS`. Throws RangeError for what no entry can hold. */
  generateApiKey(options: {
    id: string;
    scopes?: readonly Scope[];
    account?: string;
    expiresAt?: Date;
  }): { key: string; hash: string; entry: string };
  /** Whose key it is. Takes the same time for every key of the right shape, known or not. */
  validateApiKey(key: string): KeyCheck;
  /** How many keys are live. */
  getKeyCount(): number;
}

/** The service for one secret and its `API_KEYS`; see {@link parseApiKeys} for what that may throw. */
export function createApiKeyAuthService(
  { secret, apiKeys, now = Date.now }: { secret: string; apiKeys: string; now?: () => number },
): ApiKeyAuthService {
  const entries = parseApiKeys(apiKeys);
  return {
    generateApiKey({ id, scopes = [], account, expiresAt }) {
      if (!KEY_ID.test(id)) throw new RangeError(`the id must be ${ID_RULE}`);
      if (account !== undefined && /[:,]/.test(account)) {
        throw new RangeError("a key cannot be bound to an account whose name has a colon or a comma");
      }
      const body = `sa_${id}_${randomBytes(32).toString("hex")}`;
      const key = body + checksum(body);
      const hash = hashOf(key, secret).toString("hex");
      const parts = [id, hash, scopes.join("+"), account ?? "", expiresAt?.toISOString() ?? ""];
      return { key, hash, entry: parts.join(":").replace(/:+$/, "") };
    },

    validateApiKey(key) {
      const [, body, sum] = KEY_TEXT.exec(key) ?? [];
      if (body !== undefined && checksum(body) !== sum) return { ok: false, code: "malformed_key" };
      const hash = hashOf(key, secret);
      let found: ApiKeyEntry | undefined;
      // All of them, always: where a key stands in the list must not show in the time.
      for (const entry of entries) if (timingSafeEqual(entry.hash, hash)) found = entry;
      if (found === undefined) return { ok: false, code: "unknown_key" };
      if (found.expiresAt !== null && found.expiresAt <= now()) return { ok: false, code: "expired_key" };
      return { ok: true, id: found.id, scopes: found.scopes, account: found.account };
    },

    getKeyCount: () => entries.filter(({ expiresAt }) => expiresAt === null || expiresAt > now()).length,
  };
}
