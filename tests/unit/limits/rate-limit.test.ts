import assert from "node:assert/strict";
import { createApiKeyAuthService } from "../../../supabase/functions/_shared/auth/api-keys.ts";
import { authorize, presentedKey } from "../../../supabase/functions/_shared/auth/authorize.ts";
import { createApp } from "../../../supabase/functions/_shared/http/app.ts";
import type { TrustedProxy } from "../../../supabase/functions/_shared/network/client-address.ts";
import { createMemoryLimiter } from "../../../supabase/functions/_shared/limits/memory-limiter.ts";
import { limitFailedKeys, rateLimit } from "../../../supabase/functions/_shared/limits/rate-limit.ts";
import { createLog } from "../../../supabase/functions/_shared/observability/log.ts";

const secret = "a secret of the tests, long enough";
const maker = createApiKeyAuthService({ secret, apiKeys: "" });
const [one, other] = [maker.generateApiKey({ id: "one" }), maker.generateApiKey({ id: "other" })];
const apiKeys = createApiKeyAuthService({ secret, apiKeys: `${one.entry},${other.entry}` });

/** A function with both limits on a clock that stands still: 3 requests a key, 2 failures an address. */
function limited(proxy: TrustedProxy = 1) {
  const lines: Record<string, unknown>[] = [];
  const app = createApp(createLog("info", {}, (line) => lines.push(JSON.parse(line))));
  const now = () => 0;
  const failures = createMemoryLimiter({ limit: 2, windowMs: 60_000 }, { now });
  app.use(limitFailedKeys({ limiter: failures, proxy }));
  app.use(rateLimit({ apiKeys, limiter: createMemoryLimiter({ limit: 3, windowMs: 60_000 }, { now }) }));
  app.get("/", (context) => context.json({ id: authorize(apiKeys, presentedKey(context), "read").id }));
  const get = (key: string | null, headers: Record<string, string> = {}) =>
    app.request("/", { headers: { ...key === null ? {} : { "x-api-key": key }, ...headers } });
  return { get, lines };
}
const statuses = async (responses: (Response | Promise<Response>)[]) =>
  (await Promise.all(responses)).map(({ status }) => status);

Deno.test("a key over its limit is 429 and told when to come back; another key is not", async () => {
  const { get, lines } = limited();
  for (const left of ["2", "1", "0"]) {
    const { status, headers } = await get(one.key);
    assert.equal(status, 200);
    assert.equal(headers.get("ratelimit-limit"), "3");
    assert.equal(headers.get("ratelimit-remaining"), left);
    assert.equal(headers.get("ratelimit-policy"), "3;w=60");
    assert.match(headers.get("ratelimit-reset") ?? "", /^\d+$/);
  }
  const { status, headers } = await get(one.key);
  assert.equal(status, 429);
  assert.equal(headers.get("retry-after"), "20");
  assert.equal(headers.get("ratelimit-remaining"), "0");
  assert.equal(lines.at(-1)?.key_id, "one");
  assert.equal((await get(other.key)).status, 200);
});

Deno.test("requests without a valid key take nothing from anybody's limit", async () => {
  const { get } = limited();
  for (let sent = 0; sent < 5; sent++) await get("wrong");
  assert.deepEqual(await statuses([get(one.key), get(one.key), get(one.key)]), [200, 200, 200]);
});

Deno.test("an address that fails too often is 429 in place of 401, and told when to come back", async () => {
  const { get, lines } = limited();
  const from = { "x-forwarded-for": "192.0.2.1" };
  assert.deepEqual(await statuses([get("wrong", from), get(null, from)]), [401, 401]);
  const response = await get("wrong", from);
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("retry-after"), "30");
  assert.equal(response.headers.get("www-authenticate"), null);
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  const { error, request_id } = await response.json();
  assert.equal(error.code, "too_many_failed_keys");
  assert.equal(request_id, response.headers.get("x-request-id"));
  assert.equal(lines.at(-1)?.code, "too_many_failed_keys");
});

Deno.test("a valid key passes from an address that has failed too often", async () => {
  const { get } = limited();
  for (let sent = 0; sent < 10; sent++) await get("wrong");
  assert.equal((await get("wrong")).status, 429);
  assert.equal((await get(one.key)).status, 200);
});

Deno.test("another address is not limited, and a made-up header does not make another address", async () => {
  const { get } = limited();
  const from = (address: string) => get("wrong", { "x-forwarded-for": address });
  for (const forged of ["a", "b", "c"]) await from(`${forged}, 192.0.2.1`);
  assert.equal((await from("203.0.113.9, 192.0.2.1")).status, 429);
  assert.equal(
    (await get("wrong", { "x-forwarded-for": "192.0.2.1", "cf-connecting-ip": "203.0.113.9" })).status,
    429,
  );
  assert.equal((await from("192.0.2.2")).status, 401);
});

Deno.test("the addresses of one IPv6 network are one", async () => {
  const { get } = limited("cloudflare");
  const from = (address: string) => get("wrong", { "cf-connecting-ip": address });
  assert.deepEqual(await statuses([from("2001:db8::1"), from("2001:db8:0:0:ffff::2")]), [401, 401]);
  assert.equal((await from("2001:0db8::3")).status, 429);
  assert.equal((await from("2001:db8:0:1::3")).status, 401);
});
