import * as z from "zod";
import { parseSources } from "../http/allowed-sources.ts";
import { defaultProxy, type TrustedProxy } from "../network/client-address.ts";

/** Characters that `API_KEY_SECRET` must have at least: 256 bits of hexadecimal are 64, of base64 43. */
export const SHORTEST_SECRET = 32;

const integer = (fallback: number, lowest: number, highest: number) =>
  z.coerce.number().int().min(lowest).max(highest).default(fallback);

/** `SUPABASE_SECRET_KEYS` as the hosted runtime sets it: a JSON object of keys by name, `default` first. */
const keysByName = z.string().transform((text, context) => {
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

/** `TRUSTED_PROXY`; see TrustedProxy. */
const proxy = z.string()
  .regex(/^(cloudflare|[1-9]|10)$/, "must be cloudflare, or a number of proxies from 1 to 10")
  .transform((text): TrustedProxy => text === "cloudflare" ? text : Number(text));

/** The environment does not hold what a function needs. The message names the variables, never their values. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings, by our names: each with the variable that it is read from, and what that must be. Throws a
 * {@link ConfigError} that names every variable to set or correct.
 */
export function readVariables<
  const Settings extends Record<string, readonly [variable: string, schema: z.ZodType]>,
>(settings: Settings, environment: Environment): { [Name in keyof Settings]: z.output<Settings[Name][1]> } {
  // A line of a .env file that was left empty sets nothing.
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const schema = z.object(Object.fromEntries(Object.values(settings)));
  // Read once: a parser that Zod writes for it, as it does without this, takes 1 millisecond of an isolate's start.
  const { data, error } = schema.safeParse(set, { jitless: true });
  if (error !== undefined) {
    const problems = error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new ConfigError(`configuration: ${problems.join("; ")}`);
  }
  const read = Object.entries(settings).map(([name, [variable]]) => [name, data[variable]]);
  return Object.fromEntries(read);
}

export function readConfig(environment: Environment) {
  const { secretKeys, legacyKey, trustedProxy, redisUrl, redisToken, ...settings } = readVariables({
    supabaseUrl: ["SUPABASE_URL", z.url()],
    secretKeys: ["SUPABASE_SECRET_KEYS", keysByName.default([])],
    legacyKey: ["SUPABASE_SERVICE_ROLE_KEY", z.string().optional()],
    /** Key of the HMAC over API keys. */
    apiKeySecret: ["API_KEY_SECRET", secret],
    /** The secret before it, under which keys are still good while they are replaced; null when there is none. */
    previousApiKeySecret: ["API_KEY_SECRET_PREVIOUS", secret.nullable().default(null)],
    /** `id:hash` entries; see parseApiKeys. */
    apiKeys: ["API_KEYS", z.string().default("")],
    /** How messages are read, by the id of their key, as JSON; see parseKeySettings. */
    keySettings: ["KEY_SETTINGS", z.string().default("{}")],
    /** `id:whsec_…` entries; see parseWebhookSecrets. */
    webhookSecrets: ["WEBHOOK_SECRETS", z.string().default("")],
    /** Addresses that alerts are taken from; null: any. */
    allowedAlertSources: ["ALLOWED_ALERT_IPS", sources.default(null)],
    trustedProxy: ["TRUSTED_PROXY", proxy.optional()],
    /** Pages that may read answers, by origin; `*` for any. */
    allowedOrigins: ["ALLOWED_ORIGINS", origins.default([]).readonly()],
    /** Requests of one key a minute, for each function that limits them. */
    requestsPerMinute: ["REQUESTS_PER_MINUTE", integer(6_000, 1, 600_000)],
    /** Requests without a valid key of one address a minute, in each isolate. */
    failedKeysPerMinute: ["FAILED_KEYS_PER_MINUTE", integer(30, 1, 60_000)],
    /** Largest request body, in bytes. */
    bodyLimit: ["BODY_LIMIT_BYTES", integer(65_536, 1_024, 10_485_760)],
    /** Milliseconds from its arrival in which an alert is answered; TradingView gives up after 3,000. */
    alertDeadlineMs: ["ALERT_DEADLINE_MS", integer(2_200, 100, 60_000)],
    /** Milliseconds after which an isolate writes down what it counted. */
    metricsIntervalMs: ["METRICS_INTERVAL_MS", integer(10_000, 100, 30_000)],
    redisUrl: ["UPSTASH_REDIS_REST_URL", z.url({ protocol: /^https?$/ }).optional()],
    redisToken: ["UPSTASH_REDIS_REST_TOKEN", z.string().optional()],
    logLevel: ["LOG_LEVEL", z.enum(["debug", "info", "warn", "error", "silent"]).default("info")],
  }, environment);
  // The older key last: it is there after it was disabled, too.
  const serviceKeys = [...secretKeys, ...legacyKey === undefined ? [] : [legacyKey]];
  if (serviceKeys.length === 0) {
    throw new ConfigError("configuration: SUPABASE_SECRET_KEYS or SUPABASE_SERVICE_ROLE_KEY is missing");
  }
  if ((redisUrl === undefined) !== (redisToken === undefined)) {
    throw new ConfigError(
      "configuration: set both UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, or neither",
    );
  }
  return Object.freeze({
    ...settings,
    /** Keys of the service role, in the order in which they are tried: only ever sent to `supabaseUrl`. */
    serviceKeys: Object.freeze(serviceKeys),
    /** Who tells the address of a client. */
    trustedProxy: trustedProxy ?? defaultProxy(settings.supabaseUrl),
    /** Redis as Upstash offers it, for the cache; null: the memory layer only. */
    redis: redisUrl === undefined || redisToken === undefined
      ? null
      : Object.freeze({ url: redisUrl, token: redisToken }),
  });
}

/** What a function runs with, read once from its environment. */
export type Config = ReturnType<typeof readConfig>;
