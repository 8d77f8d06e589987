import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { DatabaseClient } from "../database/client.ts";
import { unavailable } from "../http/errors.ts";
import { QUANTITY_TYPES } from "../validators/canonical-alert.ts";
import { DECIMAL_PATTERN } from "../validators/decimal.ts";
import type { ReadingSettings } from "./read-message.ts";

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

const settingsSchema = z.object({
  unknown_fields: z.enum(["refuse", "ignore"]),
  default_quantity: z.string().nullable(),
  default_quantity_type: z.string(),
}).nullable();

/** Milliseconds that an account's settings are believed, and that the database gets to tell them. */
const BELIEVED_MS = 5_000;
const DEADLINE_MS = 1_000;

/** Asks the database, and remembers for a moment. Throws HttpError 503 when it does not answer: the alert is not lost. */
export function createSettingsOf(database: DatabaseClient, keys: KeySettings): SettingsOf {
  const remembered = new LRUCache<string, { settings: ReadingSettings | null }>({
    max: 1_000,
    ttl: BELIEVED_MS,
  });

  async function ask(account: string): Promise<ReadingSettings | null> {
    const known = remembered.get(account);
    if (known !== undefined) return known.settings;
    const { data, error } = await database.rpc("reading_settings", { account })
      .abortSignal(AbortSignal.timeout(DEADLINE_MS));
    const parsed = settingsSchema.safeParse(data);
    if (error !== null || !parsed.success) throw unavailable();
    remembered.set(account, { settings: parsed.data });
    return parsed.data;
  }

  return async (keyId, accounts) => {
    const found = await Promise.all(accounts.map(async (account) => [account, await ask(account)] as const));
    return new Map(
      found.flatMap(([account, settings]) =>
        settings === null ? [] : [[account, { ...settings, ...keys[keyId] }]]
      ),
    );
  };
}
