import * as z from "zod";
import { parseSources } from "../http/allowed-sources.ts";
import { defaultProxy, type TrustedProxy } from "../network/client-address.ts";

/** Characters that `API_KEY_SECRET` must have at least: 256 bits of hexadecimal are 64, of base64 43. */
export const SHORTEST_SECRET = 32;

const integer = (fallback: number, lowest: number, highest: number) =>
  z.coerce.number().int().min(lowest).max(highest).default(fallback);

/** `SUPABASE_SECRET_KEYS` as the hosted runtime sets it: a JSON object of keys by name, `default` first. */
const secretKeys = z.string().transform((text, context) => {
  try {
    const { default: first = "", ...others } = z.record(z.string(), z.string()).parse(JSON.parse(text));
    return [first, ...Object.values(others)].filter((key) => key !== "");
  } catch {
    context.issues.push({ code: "custom", message: "is not a JSON object of keys", input: undefined });
    return z.NEVER;
  }
});

const secret = z.string().min(SHORTEST_SECRET, `must have at least ${SHORTEST_SECRET} characters`);

/** `ALLOWED_ALERT_IPS`; see parseSources. */
const sources = z.string().transform((text, context) => {
  const parsed = parseSources(text);
  if (!(parsed instanceof Error)) return parsed;
  context.issues.push({ code: "custom", message: parsed.message, input: undefined });
  return z.NEVER;
});

/** Origins as browsers send them, or `*`. */
const origins = z.string().transform((text) =>
  text.split(",").map((origin) => origin.trim()).filter((origin) => origin !== "")
).pipe(z.array(z.union([
  z.literal("*"),
  z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text),
], "must be origins such as https://app.example.com, or *")));

const environmentSchema = z.object({
  SUPABASE_URL: z.url(),
  SUPABASE_SECRET_KEYS: secretKeys.default([]),
  SUPABASE_SERVICE_ROLE_KEY: z.string().optional(),
  API_KEY_SECRET: secret,
  API_KEY_SECRET_PREVIOUS: secret.optional(),
  API_KEYS: z.string().default(""),
  KEY_SETTINGS: z.string().default("{}"),
  WEBHOOK_SECRETS: z.string().default(""),
  ALLOWED_ALERT_IPS: sources.default(null),
  TRUSTED_PROXY: z.string()
    .regex(/^(cloudflare|[1-9]|10)$/, "must be cloudflare, or a number of proxies from 1 to 10")
    .transform((text): TrustedProxy => text === "cloudflare" ? text : Number(text))
    .optional(),
  ALLOWED_ORIGINS: origins.default([]),
  REQUESTS_PER_MINUTE: integer(6_000, 1, 600_000),
  FAILED_KEYS_PER_MINUTE: integer(30, 1, 60_000),
  BODY_LIMIT_BYTES: integer(65_536, 1_024, 10_485_760),
  ALERT_DEADLINE_MS: integer(2_200, 100, 60_000),
  METRICS_INTERVAL_MS: integer(10_000, 100, 30_000),
  UPSTASH_REDIS_REST_URL: z.url({ protocol: /^https?$/ }).optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** The environment does not hold what a function needs. The message names the variables, never their values. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables. Throws a {@link ConfigError} that names every one to set or correct. */
export function readVariables<Schema extends z.ZodType>(
  schema: Schema,
  environment: Environment,
): z.output<Schema> {
  // A line of a .env file that was left empty sets nothing.
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  // Read once: a parser that Zod writes for it, as it does without this, takes 1 millisecond of an isolate's start.
  const parsed = schema.safeParse(set, { jitless: true });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  throw new ConfigError(`configuration: ${problems.join("; ")}`);
}

export function readConfig(environment: Environment) {
  const data = readVariables(environmentSchema, environment);
  // The older key last: it is there after it was disabled, too.
  const legacy = data.SUPABASE_SERVICE_ROLE_KEY;
  const serviceKeys = [...data.SUPABASE_SECRET_KEYS, ...legacy === undefined ? [] : [legacy]];
  if (serviceKeys.length === 0) {
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
    /** Keys of the service role, in the order in which they are tried: only ever sent to `supabaseUrl`. */
    serviceKeys: Object.freeze(serviceKeys),
    /** Key of the HMAC over API keys. */
    apiKeySecret: data.API_KEY_SECRET,
    /** The secret before it, under which keys are still good while they are replaced; null when there is none. */
    previousApiKeySecret: data.API_KEY_SECRET_PREVIOUS ?? null,
    /** `id:hash` entries; see parseApiKeys. */
    apiKeys: data.API_KEYS,
    /** How messages are read, by the id of their key, as JSON; see parseKeySettings. */
    keySettings: data.KEY_SETTINGS,
    /** `id:whsec_…` entries; see parseWebhookSecrets. */
    webhookSecrets: data.WEBHOOK_SECRETS,
    /** Addresses that alerts are taken from; null: any. */
    allowedAlertSources: data.ALLOWED_ALERT_IPS,
    /** Who tells the address of a client. */
    trustedProxy: data.TRUSTED_PROXY ?? defaultProxy(data.SUPABASE_URL),
    /** Pages that may read answers, by origin; `*` for any. */
    allowedOrigins: Object.freeze(data.ALLOWED_ORIGINS),
    /** Requests of one key a minute, for each function that limits them. */
    requestsPerMinute: data.REQUESTS_PER_MINUTE,
    /** Requests without a valid key of one address a minute, in each isolate. */
    failedKeysPerMinute: data.FAILED_KEYS_PER_MINUTE,
    /** Largest request body, in bytes. */
    bodyLimit: data.BODY_LIMIT_BYTES,
    /** Milliseconds from its arrival in which an alert is answered; TradingView gives up after 3,000. */
    alertDeadlineMs: data.ALERT_DEADLINE_MS,
    /** Milliseconds after which an isolate writes down what it counted. */
    metricsIntervalMs: data.METRICS_INTERVAL_MS,
    /** Redis as Upstash offers it, for the cache; null: the memory layer only. */
    redis: url === undefined || token === undefined ? null : Object.freeze({ url, token }),
    logLevel: data.LOG_LEVEL,
  });
}

/** What a function runs with, read once from its environment. */
export type Config = ReturnType<typeof readConfig>;
