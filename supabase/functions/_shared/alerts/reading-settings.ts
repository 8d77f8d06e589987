import { LRUCache } from "../runtime/lru.ts";
import * as z from "zod";
import { createAsk } from "../database/ask.ts";
import type { DatabaseClient } from "../database/client.ts";
import { unavailable } from "../http/errors.ts";
import { QUANTITY_TYPES } from "../validators/canonical-alert.ts";
import { DECIMAL_PATTERN } from "../validators/decimal.ts";

const settingsSchema = z.object({
  /** Whether fields that are not understood and may change an order are refused, or listed and ignored. */
  unknown_fields: z.enum(["refuse", "ignore"]),
  /** How much an order trades that does not say so: a decimal, and what it counts; null: it is refused. */
  default_quantity: z.string().nullable(),
  default_quantity_type: z.string(),
  /** Instruments whose price may be 0 or below, by every name that they have. */
  nonpositive_symbols: z.array(z.string()),
});
/** How an account's owner wants messages to be read. */
export type ReadingSettings = z.output<typeof settingsSchema>;

/** What a key says of reading, before its account: each setting of it that is there counts. */
export type KeySettings = Readonly<Record<string, Partial<ReadingSettings>>>;

const keySettingsSchema = z.record(
  z.string(),
  z.strictObject({
    unknown_fields: z.enum(["refuse", "ignore"]),
    default_quantity: z.string().regex(DECIMAL_PATTERN),
    default_quantity_type: z.enum(QUANTITY_TYPES),
  }).partial(),
);

/** Reads `KEY_SETTINGS`: settings by the id of a key. Throws an Error that says what they look like. */
export function parseKeySettings(text: string): KeySettings {
  try {
    return keySettingsSchema.parse(JSON.parse(text));
  } catch {
    throw new Error(
      'KEY_SETTINGS is not JSON such as {"tradingview": {"unknown_fields": "ignore", "default_quantity": "1"}}',
    );
  }
}

/** How the messages of a key's accounts are to be read, by account; accounts that there are not are left out. */
export type SettingsOf = (
  keyId: string,
  accounts: readonly string[],
) => Promise<ReadonlyMap<string, ReadingSettings>>;

/** Milliseconds that an account's settings are believed, and that the database gets to tell them. */
const BELIEVED_MS = 5_000;
const DEADLINE_MS = 1_000;

/** What is remembered of an account: its settings, or that there is no such account. */
type Found = { settings: ReadingSettings | null };

/** Asks the database, and remembers for a moment. Throws HttpError 503 when it does not answer: the alert is not lost. */
export function createSettingsOf(database: DatabaseClient, keys: KeySettings): SettingsOf {
  const askDatabase = createAsk(database, DEADLINE_MS);
  const remembered = new LRUCache<string, Found>({ max: 1_000, ttl: BELIEVED_MS });

  async function ask(accounts: string[]): Promise<[string, Found][]> {
    if (accounts.length === 0) return [];
    const schema = z.record(z.string(), settingsSchema);
    const said = await askDatabase(schema, "reading_settings", { accounts }).catch(() => {
      throw unavailable();
    });
    const settings = new Map(Object.entries(said));
    return accounts.map((account) => [account, { settings: settings.get(account) ?? null }]);
  }

  return async (keyId, accounts) => {
    const known = accounts.flatMap((account): [string, Found][] => {
      const found = remembered.get(account);
      return found === undefined ? [] : [[account, found]];
    });
    const names = new Set(known.map(([account]) => account));
    const asked = await ask(accounts.filter((account) => !names.has(account)));
    for (const [account, found] of asked) remembered.set(account, found);
    return new Map(
      [...known, ...asked].flatMap(([account, { settings }]) =>
        settings === null ? [] : [[account, { ...settings, ...keys[keyId] }]]
      ),
    );
  };
}
