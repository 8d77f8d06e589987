import assert from "node:assert/strict";
import {
  createSharedLimiter,
  createTakeMany,
} from "../../supabase/functions/_shared/limits/redis-limiter.ts";
import { stack, unique } from "../support/stack.ts";

const ignore = stack.redis_url === null;
const redis = { url: stack.redis_url ?? "", token: stack.redis_token ?? "", deadlineMs: 2_000 };

Deno.test({
  name:
    "Upstash's limiter counts in a Redis of any make, over all isolates, and says when there is room again",
  ignore,
  async fn() {
    const quota = { limit: 60, windowMs: 60_000 };
    const name = unique("limit");
    const isolate = () =>
      createSharedLimiter(quota, {
        take: createTakeMany(name, quota, { ...redis, deadlineMs: 10_000 }),
        log: assert.fail,
      });
    const isolates = [isolate(), isolate(), isolate()];
    const verdicts = [];
    for (let sent = 0; sent < 90; sent++) verdicts.push(await isolates[sent % 3]?.take("reader"));
    const passed = verdicts.filter((verdict) => verdict?.allowed).length;
    // Room comes back one a second while the test runs.
    assert.ok(passed >= 60 && passed <= 70, String(passed));
    const refused = verdicts.at(-1);
    assert.ok(refused?.allowed === false && refused.nextMs > 0 && refused.nextMs <= 1_000);
    assert.ok((await isolates[0]?.take("another"))?.allowed);
  },
});

Deno.test({
  name: "a Redis that refuses leaves the counting to the isolate's memory",
  ignore,
  async fn() {
    const quota = { limit: 5, windowMs: 60_000 };
    const lines: string[] = [];
    const take = createTakeMany(unique("limit"), quota, { ...redis, token: "wrong" });
    const limiter = createSharedLimiter(quota, { take, log: (level) => lines.push(level) });
    const passed = [];
    for (let sent = 0; sent < 7; sent++) passed.push((await limiter.take("reader")).allowed);
    assert.deepEqual(passed, [true, true, true, true, true, false, false]);
    assert.deepEqual(lines, ["warn"]);
  },
});

Deno.test("reads tell of their limit, alerts have none", async () => {
  const ask = async (path: string, method: string) => {
    const url = `${stack.api_url}/functions/v1/${path}`;
    const response = await fetch(url, { method, headers: { "x-api-key": stack.api_key } });
    await response.body?.cancel();
    return response.headers;
  };
  const headers = await ask("portfolio", "GET");
  assert.equal(headers.get("ratelimit-limit"), "6000");
  assert.ok(Number(headers.get("ratelimit-remaining")) < 6_000);
  assert.equal((await ask("alerts", "POST")).get("ratelimit-limit"), null);
});
