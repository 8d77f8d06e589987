import assert from "node:assert/strict";
import { ConfigError, readConfig } from "../../../supabase/functions/_shared/config/config.ts";

const complete = {
  SUPABASE_URL: "https://project.supabase.co",
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_one","other":"sb_secret_two"}',
  API_KEY_SECRET: "0123456789abcdef0123456789abcdef",
};

/** What readConfig says of an environment that it refuses. */
function refusal(environment: Record<string, string | undefined>): string {
  try {
    readConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return assert.fail("it was accepted");
}

Deno.test("a complete environment has defaults for all that is not secret", () => {
  assert.deepEqual(readConfig(complete), {
    supabaseUrl: "https://project.supabase.co",
    serviceKeys: ["sb_secret_one", "sb_secret_two"],
    apiKeySecret: "0123456789abcdef0123456789abcdef",
    previousApiKeySecret: null,
    apiKeys: "",
    keySettings: "{}",
    webhookSecrets: "",
    allowedAlertSources: null,
    trustedProxy: "cloudflare",
    allowedOrigins: [],
    requestsPerMinute: 6_000,
    failedKeysPerMinute: 30,
    bodyLimit: 65_536,
    alertDeadlineMs: 2_200,
    redis: null,
    logLevel: "info",
    metricsIntervalMs: 10_000,
  });
});

Deno.test("what is set wins over the defaults", () => {
  const config = readConfig({ ...complete, API_KEYS: "tv:1", BODY_LIMIT_BYTES: "2048", LOG_LEVEL: "silent" });
  assert.equal(config.apiKeys, "tv:1");
  assert.equal(config.bodyLimit, 2048);
  assert.equal(config.logLevel, "silent");
});

Deno.test("a variable that was left empty is not set", () => {
  const config = readConfig({ ...complete, BODY_LIMIT_BYTES: "", LOG_LEVEL: "", API_KEYS: "" });
  assert.equal(config.bodyLimit, 65_536);
  assert.equal(config.logLevel, "info");
  assert.match(refusal({ ...complete, API_KEY_SECRET: "" }), /API_KEY_SECRET/);
});

Deno.test("a project with the older service role key works with it", () => {
  const older = { ...complete, SUPABASE_SECRET_KEYS: undefined, SUPABASE_SERVICE_ROLE_KEY: "a.b.c" };
  assert.deepEqual(readConfig(older).serviceKeys, ["a.b.c"]);
});

Deno.test("secret keys have any name: default is tried first, the older key last, as it may be disabled", () => {
  const keys = (names: Record<string, string>, SUPABASE_SERVICE_ROLE_KEY?: string) =>
    readConfig({ ...complete, SUPABASE_SECRET_KEYS: JSON.stringify(names), SUPABASE_SERVICE_ROLE_KEY })
      .serviceKeys;
  assert.deepEqual(keys({ rotated: "x" }, "a.b.c"), ["x", "a.b.c"]);
  assert.deepEqual(keys({ other: "x", default: "y", "2026": "z" }), ["y", "z", "x"]);
  assert.match(refusal({ ...complete, SUPABASE_SECRET_KEYS: "{}" }), /SUPABASE_SECRET_KEYS/);
});

Deno.test("Redis needs its address and its token, or neither", () => {
  const redis = { UPSTASH_REDIS_REST_URL: "https://eu1.upstash.io", UPSTASH_REDIS_REST_TOKEN: "token" };
  assert.deepEqual(readConfig({ ...complete, ...redis }).redis, {
    url: "https://eu1.upstash.io",
    token: "token",
  });
  assert.match(refusal({ ...complete, ...redis, UPSTASH_REDIS_REST_TOKEN: "" }), /UPSTASH_REDIS_REST_TOKEN/);
  assert.match(
    refusal({ ...complete, ...redis, UPSTASH_REDIS_REST_URL: "eu1.upstash.io" }),
    /UPSTASH_REDIS_REST_URL/,
  );
});

Deno.test("the configuration cannot be changed", () => {
  assert.throws(() => Object.assign(readConfig(complete), { apiKeys: "x" }), TypeError);
});

Deno.test("a secret of 31 characters is refused, of 32 not", () => {
  assert.match(refusal({ ...complete, API_KEY_SECRET: "x".repeat(31) }), /API_KEY_SECRET.*32/);
  assert.ok(readConfig({ ...complete, API_KEY_SECRET: "x".repeat(32) }));
});

Deno.test("the secret before it must be as long", () => {
  const short = { ...complete, API_KEY_SECRET_PREVIOUS: "x".repeat(31) };
  assert.match(refusal(short), /API_KEY_SECRET_PREVIOUS.*32/);
  const previous = "y".repeat(32);
  assert.equal(readConfig({ ...complete, API_KEY_SECRET_PREVIOUS: previous }).previousApiKeySecret, previous);
});

Deno.test("the trusted proxy is Cloudflare or a number of hops; elsewhere than on Supabase it is one hop", () => {
  assert.equal(readConfig({ ...complete, TRUSTED_PROXY: "2" }).trustedProxy, 2);
  assert.equal(readConfig({ ...complete, SUPABASE_URL: "http://127.0.0.1:54321" }).trustedProxy, 1);
  for (const bad of ["0", "11", "1.5", "nginx"]) {
    assert.match(refusal({ ...complete, TRUSTED_PROXY: bad }), /TRUSTED_PROXY must be cloudflare/);
  }
});

Deno.test("allowed addresses and origins are read, and what is none is told without a word of it", () => {
  const config = readConfig({
    ...complete,
    ALLOWED_ALERT_IPS: "tradingview",
    ALLOWED_ORIGINS: "https://a.b, *",
  });
  assert.equal(config.allowedAlertSources?.("52.89.214.238"), true);
  assert.deepEqual(config.allowedOrigins, ["https://a.b", "*"]);
  assert.match(
    refusal({ ...complete, ALLOWED_ALERT_IPS: "hunter2" }),
    /ALLOWED_ALERT_IPS entry 1 (?!.*hunter2)/,
  );
  for (const bad of ["a.b", "https://a.b/", "hunter2://x"]) {
    const said = refusal({ ...complete, ALLOWED_ORIGINS: bad });
    assert.ok(/ALLOWED_ORIGINS/.test(said) && !said.includes(bad), said);
  }
});

Deno.test("all that is missing or wrong is named in one message", () => {
  const said = refusal({
    ...complete,
    SUPABASE_URL: "nowhere",
    API_KEY_SECRET: undefined,
    LOG_LEVEL: "loud",
  });
  for (const name of ["SUPABASE_URL", "API_KEY_SECRET", "LOG_LEVEL"]) assert.ok(said.includes(name), said);
});

Deno.test("no message repeats a value", () => {
  const hidden = "hunter2hunter2";
  for (
    const name of ["SUPABASE_URL", "SUPABASE_SECRET_KEYS", "API_KEY_SECRET", "BODY_LIMIT_BYTES", "LOG_LEVEL"]
  ) {
    const said = refusal({ ...complete, [name]: hidden });
    assert.ok(said.includes(name) && !said.includes(hidden), said);
  }
});

Deno.test("without any key of the service role it says which would do", () => {
  assert.match(
    refusal({ ...complete, SUPABASE_SECRET_KEYS: undefined }),
    /SUPABASE_SECRET_KEYS or SUPABASE_SERVICE_ROLE_KEY/,
  );
});
