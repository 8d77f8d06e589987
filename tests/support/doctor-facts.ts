import { randomBytes } from "node:crypto";
import type { DatabaseFacts } from "../../local/doctor/facts/database.ts";
import type { Facts } from "../../local/doctor/target.ts";

/** 64 random hexadecimal digits. */
const secret = randomBytes(32).toString("hex");

const database: DatabaseFacts = {
  ok: true,
  tls: true,
  clockAheadMs: -20,
  newestMigration: "20261101000025",
  roleSettings: {
    anon: { statement_timeout: "3s" },
    authenticated: { statement_timeout: "8s" },
    authenticator: { statement_timeout: "8s", lock_timeout: "8s" },
  },
  functionSettings: {
    process_alerts: { lock_timeout: "1200ms", statement_timeout: "2s" },
    preview_alerts: { lock_timeout: "1200ms", statement_timeout: "2s" },
    update_account_settings: { lock_timeout: "2s" },
    reset_account: { lock_timeout: "2s" },
    halt_account: { lock_timeout: "2s" },
  },
  grants: { anon: { functions: [], tables: {} } },
  openTables: [],
  cron: {
    jobs: {
      "dispatch-notifications": { lastRun: { ok: true, minutesAgo: 0 } },
      "fetch-marks": { lastRun: { ok: true, minutesAgo: 0 } },
      "compact-history": { lastRun: { ok: true, minutesAgo: 1 } },
      "keep-warm": { lastRun: { ok: true, minutesAgo: 0 } },
      "close-gaps": { lastRun: null },
      "forget-cron-runs": { lastRun: null },
    },
    net: true,
    secrets: true,
    refused: false,
  },
  daysSinceCompaction: 0,
  bytes: 20_000_000,
  bytesPerDay: 100_000,
  daysSinceAlert: 0,
  advisors: { ok: true, warnings: [] },
};

const answer = { code: null, address: null, down: [], clockAheadMs: 300 };

/** A deployed project in which all is well. */
export const good: Facts = {
  isLocal: false,
  env: {
    API_KEY_SECRET: secret,
    API_KEYS: `tv:${"0123456789abcdef".repeat(4)}`,
    UPSTASH_REDIS_REST_URL: "https://eu1.upstash.io",
    UPSTASH_REDIS_REST_TOKEN: "token",
  },
  config: {
    functions: ["alerts", "health"],
    verifyJwt: { alerts: false, health: false },
    autoExposeNewTables: false,
    signUp: false,
    newestMigration: "20261101000025",
    grants: { anon: { functions: [], tables: {} } },
  },
  dbUrl: "postgresql://postgres:secret@db.project.supabase.co:5432/postgres?sslmode=require",
  database,
  redis: { ok: true, milliseconds: 20, policy: "allkeys-lru", maxMemory: 1_000_000 },
  functions: {
    url: "https://project.supabase.co",
    live: { ...answer, status: 200 },
    ready: { ...answer, status: 200 },
    keyless: { ...answer, status: 401, code: "missing_key" },
    claimed: null,
  },
};

/** The same with a part of it otherwise. */
export const but = (changed: Partial<Facts>): Facts => ({ ...good, ...changed });
export const withEnv = (env: Facts["env"]): Facts => but({ env: { ...good.env, ...env } });
export const withDatabase = (changed: Partial<DatabaseFacts>): Facts =>
  but({ database: { ...database, ...changed } });
export const withFunctions = (changed: Partial<Facts["functions"]>): Facts =>
  but({ functions: { ...good.functions, ...changed } });
export const withConfig = (changed: Partial<Facts["config"]>): Facts =>
  but({ config: { ...good.config, ...changed } });
