import { z } from "zod";

/** Characters that `API_KEY_SECRET` must have at least: 256 bits of hexadecimal are 64, of base64 43. */
export const SHORTEST_SECRET = 32;

const integer = (fallback: number, lowest: number, highest: number) =>
  z.coerce.number().int().min(lowest).max(highest).default(fallback);

/** `SUPABASE_SECRET_KEYS` as the hosted runtime sets it: a JSON object of keys by name. */
const secretKeys = z.string().transform((text, context) => {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(text)).default;
  } catch {
    context.issues.push({ code: "custom", message: "is not a JSON object of keys", input: undefined });
    return z.NEVER;
  }
});

const environmentSchema = z.object({
  SUPABASE_URL: z.url(),
  SUPABASE_SECRET_KEYS: secretKeys.optional(),
  SUPABASE_SERVICE_ROLE_KEY: z.string().optional(),
  API_KEY_SECRET: z.string().min(SHORTEST_SECRET, `must have at least ${SHORTEST_SECRET} characters`),
  API_KEYS: z.string().default(""),
  BODY_LIMIT_BYTES: integer(65_536, 1_024, 10_485_760),
  ALERT_DEADLINE_MS: integer(2_200, 100, 60_000),
  UPSTASH_REDIS_REST_URL: z.url({ protocol: /^https?$/ }).optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** What a function runs with, read once from its environment. */
export interface Config {
  supabaseUrl: string;
  /** Key of the service role: only ever sent to `supabaseUrl`. */
  serviceKey: string;
  /** Key of the HMAC over API keys. */
  apiKeySecret: string;
  /** `id:hash` entries; see parseApiKeys. */
  apiKeys: string;
  /** Largest request body, in bytes. */
  bodyLimit: number;
  /** Milliseconds from its arrival in which an alert is answered; TradingView gives up after 3,000. */
  alertDeadlineMs: number;
  /** Redis as Upstash offers it, for the cache; null: the memory layer only. */
  redis: { url: string; token: string } | null;
  logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

/** The environment does not hold what a function needs. The message names the variables, never their values. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Reads the configuration. Throws a {@link ConfigError} that names every variable to set or correct. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  // A line of a .env file that was left empty sets nothing.
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(set);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new ConfigError(`configuration: ${problems.join("; ")}`);
  }
  const { data } = parsed;
  const serviceKey = data.SUPABASE_SECRET_KEYS ?? data.SUPABASE_SERVICE_ROLE_KEY;
  if (serviceKey === undefined) {
    throw new ConfigError("configuration: SUPABASE_SECRET_KEYS or SUPABASE_SERVICE_ROLE_KEY is missing");
  }
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = data;
  if ((url === undefined) !== (token === undefined)) {
    throw new ConfigError(
      "configuration: set both UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, or neither",
    );
  }
  return Object.freeze({
    supabaseUrl: data.SUPABASE_URL,
    serviceKey,
    apiKeySecret: data.API_KEY_SECRET,
    apiKeys: data.API_KEYS,
    bodyLimit: data.BODY_LIMIT_BYTES,
    alertDeadlineMs: data.ALERT_DEADLINE_MS,
    redis: url === undefined || token === undefined ? null : Object.freeze({ url, token }),
    logLevel: data.LOG_LEVEL,
  });
}
