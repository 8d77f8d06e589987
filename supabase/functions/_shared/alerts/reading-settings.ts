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

/** Asks the database, and remembers for a moment. Throws HttpError 503 when it does not answer: the alert is not lost. */
export function createSettingsOf(database: DatabaseClient, keys: KeySettings): SettingsOf {
  const askDatabase = createAsk(database, DEADLINE_MS);
  /** The settings of each account; none of one that there is not. */
  const remembered = new LRUCache<string, ReadingSettings[]>({ max: 1_000, ttl: BELIEVED_MS });

  return async (keyId, accounts) => {
    const found = new Map(accounts.map((account) => [account, remembered.get(account)]));
    const asked = accounts.filter((account) => found.get(account) === undefined);
    if (asked.length > 0) {
      const schema = z.record(z.string(), settingsSchema);
      const said = await askDatabase(schema, "reading_settings", { accounts: asked }).catch(() => {
        throw unavailable();
      });
      const settings = new Map(Object.entries(said).map(([account, each]) => [account, [each]]));
      for (const account of asked) {
        found.set(account, settings.get(account) ?? []);
        remembered.set(account, settings.get(account) ?? []);
      }
    }
    return new Map(
      [...found].flatMap(([account, settings = []]) =>
        settings.map((each) => [account, { ...each, ...keys[keyId] }] as const)
      ),
    );
  };
}
