import assert from "node:assert/strict";
import fc from "fast-check";
import { createMemoryLimiter } from "../../../supabase/functions/_shared/limits/memory-limiter.ts";

const quota = { limit: 4, windowMs: 1_000 };

/** A limiter on a clock that the test moves. */
function limiterAt(start = 1_000_000, options: { mostKeys?: number } = {}) {
  const clock = { now: start };
  return { clock, limiter: createMemoryLimiter(quota, { now: () => clock.now, ...options }) };
}

Deno.test("a whole window's requests may come at once, and no more", () => {
  const { limiter } = limiterAt();
  assert.deepEqual([1, 2, 3, 4].map(() => limiter.take("a").remaining), [3, 2, 1, 0]);
  assert.deepEqual(limiter.take("a"), { allowed: false, remaining: 0, nextMs: 250 });
});

Deno.test("room comes back one request at a time, as soon as was told", () => {
  const { limiter, clock } = limiterAt();
  for (let sent = 0; sent < 4; sent++) limiter.take("a");
  clock.now += limiter.take("a").nextMs - 1;
  assert.equal(limiter.take("a").allowed, false);
  clock.now += 1;
  assert.equal(limiter.take("a").allowed, true);
  assert.equal(limiter.take("a").allowed, false);
});

Deno.test("a request that is refused costs nothing", () => {
  const { limiter, clock } = limiterAt();
  for (let sent = 0; sent < 100; sent++) limiter.take("a");
  clock.now += 250;
  assert.equal(limiter.take("a").allowed, true);
});

Deno.test("keys do not share their room", () => {
  const { limiter } = limiterAt();
  for (let sent = 0; sent < 5; sent++) limiter.take("a");
  assert.equal(limiter.take("b").remaining, 3);
});

Deno.test("a million keys take the memory of those that are remembered", () => {
  const { limiter } = limiterAt(0, { mostKeys: 100 });
  for (let key = 0; key < 1_000_000; key++) limiter.take(String(key));
  assert.equal(limiter.size, 100);
});

Deno.test("whenever requests come, no stretch of time lets more through than its room and one window's", () => {
  fc.assert(fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 60 }), (gaps) => {
    const { limiter, clock } = limiterAt();
    const passed: number[] = [];
    for (const gap of gaps) {
      clock.now += gap;
      if (limiter.take("a").allowed) passed.push(clock.now);
    }
    passed.forEach((from, i) =>
      passed.slice(i).forEach((to, j) => assert.ok(j + 1 <= quota.limit + (to - from) / 250))
    );
  }));
});
