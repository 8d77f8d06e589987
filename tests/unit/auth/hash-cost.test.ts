import assert from "node:assert/strict";
import bcrypt from "bcryptjs";
import { createApiKeyAuthService } from "../../../supabase/functions/_shared/auth/api-keys.ts";

/** Milliseconds of the quicker half of the calls, on average. */
function cost(calls: number, call: () => void): number {
  const times = Array.from({ length: calls }, () => {
    const started = performance.now();
    call();
    return performance.now() - started;
  }).sort((a, b) => a - b).slice(0, Math.ceil(calls / 2));
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

Deno.test("a key of 256 random bits needs no slow hash: its check is 1,000 times quicker than bcrypt's", () => {
  const secret = "a secret of the tests, long enough";
  const { key, entry } = createApiKeyAuthService({ secret, apiKeys: "" }).generateApiKey({ id: "tv" });
  const service = createApiKeyAuthService({ secret, apiKeys: entry });
  const hash = bcrypt.hashSync(key.slice(-72), 10);
  const check = () => assert.ok(service.checkApiKey(key).ok);
  cost(2_000, check); // warms up
  const ours = cost(2_000, check);
  const slow = cost(4, () => assert.ok(bcrypt.compareSync(key.slice(-72), hash)));
  assert.ok(
    slow / ours >= 1_000,
    `${(slow / ours).toFixed(0)} times: ${slow.toFixed(1)} ms, ${ours.toFixed(4)} ms`,
  );
});
