import assert from "node:assert/strict";
import type { Verdict } from "../../../supabase/functions/_shared/limits/memory-limiter.ts";
import { createSharedLimiter } from "../../../supabase/functions/_shared/limits/redis-limiter.ts";
import { createLog } from "../../../supabase/functions/_shared/observability/log.ts";

const quota = { limit: 100, windowMs: 1_000 };

/** Redis with so many requests left for every key together, or away; and two isolates' limiters on it. */
function shared(left = quota.limit) {
  const redis = { left, away: false, asked: [] as number[] };
  const clock = { now: 1_000_000 };
  const lines: string[] = [];
  const take = (_: string, count: number): Promise<Verdict> => {
    redis.asked.push(count);
    if (redis.away) return Promise.reject(new TypeError("connection refused"));
    const allowed = count <= redis.left;
    if (allowed) redis.left -= count;
    return Promise.resolve({ allowed, remaining: allowed ? redis.left : 0, nextMs: 10 });
  };
  const log = createLog("debug", {}, (line) => lines.push(line));
  const isolate = () => createSharedLimiter(quota, { take, log, now: () => clock.now });
  return { redis, clock, lines, one: isolate(), other: isolate() };
}

Deno.test("isolates share one limit, and not one request more passes", async () => {
  const { one, other } = shared();
  let passed = 0;
  for (let sent = 0; sent < 200; sent++) if ((await [one, other][sent % 2]?.take("a"))?.allowed) passed++;
  assert.equal(passed, quota.limit);
});

Deno.test("Redis is asked once for so many requests", async () => {
  const { one, redis } = shared();
  for (let sent = 0; sent < 20; sent++) assert.ok((await one.take("a")).allowed);
  assert.deepEqual(redis.asked, [5, 5, 5, 5]);
});

Deno.test("when no lot is left the last requests are taken one by one", async () => {
  const { one, redis } = shared(7);
  const verdicts: Verdict[] = [];
  for (let sent = 0; sent < 8; sent++) verdicts.push(await one.take("a"));
  assert.deepEqual(verdicts.map(({ allowed }) => allowed), [true, true, true, true, true, true, true, false]);
  assert.deepEqual(verdicts.map(({ remaining }) => remaining), [6, 5, 4, 3, 2, 1, 0, 0]);
  assert.deepEqual(redis.asked, [5, 5, 1, 5, 1, 5, 1]);
});

Deno.test("a key over its limit is refused without asking Redis until there is room for one more", async () => {
  const { one, redis, clock } = shared(0);
  const first = await one.take("a");
  clock.now += 9;
  const second = await one.take("a");
  assert.deepEqual([first, second].map(({ allowed, nextMs }) => [allowed, nextMs]), [[false, 10], [
    false,
    1,
  ]]);
  assert.deepEqual(redis.asked, [5, 1]);
  redis.left = 5;
  clock.now += 1;
  assert.ok((await one.take("a")).allowed);
  assert.ok((await one.take("b")).allowed === false, "each key has its own room");
});

Deno.test("what an isolate took is not used after its window", async () => {
  const { one, redis, clock } = shared();
  await one.take("a");
  clock.now += quota.windowMs;
  await one.take("a");
  assert.deepEqual(redis.asked, [5, 5]);
});

Deno.test("while Redis is away each isolate counts in its memory, and nobody is refused for it", async () => {
  const { one, redis } = shared();
  redis.away = true;
  let passed = 0;
  for (let sent = 0; sent < 150; sent++) if ((await one.take("a")).allowed) passed++;
  assert.equal(passed, quota.limit);
});

Deno.test("a Redis that is away is not asked for every request, and is used again when it is back", async () => {
  const { one, redis, clock, lines } = shared();
  redis.away = true;
  for (let sent = 0; sent < 50; sent++) await one.take("a");
  assert.ok(redis.asked.length <= 5, String(redis.asked.length));
  redis.away = false;
  clock.now += 60_000;
  await one.take("a");
  assert.equal(redis.left, 95);
  assert.deepEqual(lines.map((line) => JSON.parse(line).level), ["warn", "info"]);
});
