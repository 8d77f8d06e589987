import assert from "node:assert/strict";
import { TTL } from "../../../supabase/functions/_shared/portfolio/routes.ts";
import { World } from "../../support/cache/world.ts";

const lost = () => ({ lost: "request" as const });

Deno.test("with Redis away the memory layer serves alone, for no longer than the bound", async () => {
  const world = new World();
  const cache = world.cache();
  world.passage = lost;
  let loads = 0;
  const load = () => ++loads;
  await world.finish(cache.wrap("k", load));
  const loadedAt = world.now;
  assert.equal(await world.finish(cache.wrap("k", load)), 1);
  await world.advance(1_000 - (world.now - loadedAt));
  assert.equal(await world.finish(cache.wrap("k", load)), 2);
});

Deno.test("going away and coming back are logged once each, without a key or a value", async () => {
  const world = new World();
  const cache = world.cache();
  world.passage = lost;
  for (let turn = 0; turn < 50; turn++) {
    await world.finish(cache.wrap(`sekret:${turn}`, () => "sekret"));
    await world.finish(cache.set(`sekret:${turn}`, "sekret"));
    await world.advance(500);
  }
  assert.equal(cache.getStats().redis.breaker, "open");
  assert.deepEqual(world.logged, ['warn cache: Redis is away, memory layer only {"reason":"timeout"}']);
  world.passage = () => ({});
  for (let turn = 0; turn < 70; turn++) {
    await world.finish(cache.wrap(`sekret:${turn}`, () => "sekret"));
    await world.advance(500);
  }
  assert.equal(cache.getStats().redis.breaker, "closed");
  assert.deepEqual(world.logged.slice(1), ["info cache: Redis is back {}"]);
  assert.ok(!world.logged.join().includes("sekret"));
});

Deno.test("once the breaker is open nobody waits for Redis, and no probe delays a read", async () => {
  const world = new World();
  const cache = world.cache();
  world.passage = lost;
  const waits: number[] = [];
  for (let turn = 0; turn < 100; turn++) {
    const start = world.now;
    await world.finish(cache.wrap(`k${turn}`, () => 1));
    waits.push(world.now - start);
    await world.advance(100);
  }
  assert.ok(Math.max(...waits) <= 151, `${Math.max(...waits)} ms`);
  assert.equal(waits.filter((wait) => wait > 1).length, 3);
});

Deno.test("an open breaker sends probes ever more rarely, at most one in half a minute", async () => {
  const world = new World();
  const cache = world.cache();
  world.passage = lost;
  for (let turn = 0; turn < 5; turn++) await world.finish(cache.wrap(`k${turn}`, () => 1));
  const start = world.now;
  for (let turn = 0; turn < 600; turn++) {
    await world.finish(cache.wrap("k", () => 1));
    await world.advance(500);
  }
  assert.ok(world.commandsSince(start) <= 16, `${world.commandsSince(start)} probes in five minutes`);
});

Deno.test("a Redis that loses every second answer is given up", async () => {
  const world = new World();
  const cache = world.cache();
  let calls = 0;
  world.passage = () => calls++ % 2 === 0 ? { lost: "answer" } : {};
  for (let turn = 0; turn < 12; turn++) await world.finish(cache.wrap(`k${turn}`, () => 1));
  assert.equal(cache.getStats().redis.breaker, "open");
});

Deno.test("what changed while Redis was away is told when it is back, without anyone asking", async () => {
  const world = new World();
  const [one, other] = [world.cache(), world.cache()];
  await world.finish(other.wrap("portfolio:a:summary", () => "old"));
  await world.advance(2_000);
  // Only the changing isolate has lost Redis: the other goes on being confirmed by it.
  const away = world.cache({
    send: (commands) =>
      isAway ? Promise.reject(new DOMException("timed out", "TimeoutError")) : world.send(commands),
  });
  let isAway = true;
  await world.finish(away.invalidatePattern("portfolio:a:*"));
  assert.equal(await world.finish(other.wrap("portfolio:a:summary", () => "new")), "old");
  isAway = false;
  await world.advance(35_000);
  assert.equal(await world.finish(other.wrap("portfolio:a:summary", () => "new")), "new");
  one.close();
});

Deno.test("a Redis that can be read but takes no change stays away as long as a change is owed", async () => {
  const world = new World();
  let isReadOnly = true;
  const cache = world.cache({
    send: (commands) =>
      isReadOnly && commands.some(({ op }) => op !== "mget")
        ? Promise.reject(new TypeError("read only"))
        : world.send(commands),
  });
  for (const key of ["a", "b", "c"]) await world.finish(cache.delete(key));
  await world.advance(120_000);
  assert.equal(cache.getStats().redis.breaker, "open");
  assert.equal(world.logged.length, 1);
  isReadOnly = false;
  await world.advance(35_000);
  assert.equal(cache.getStats().redis.breaker, "closed");
  for (const key of ["a", "b", "c"]) assert.notEqual(world.redis.get(`sa:e:${key}`), null);
});

Deno.test("a change by an isolate that never reaches Redis shows elsewhere when the answer's time is over", async () => {
  const world = new World();
  const reader = world.cache();
  const booker = world.cache({ send: () => Promise.reject(new TypeError("no route")) });
  let version = 1;
  let oldest = 0;
  await world.finish(reader.wrap("portfolio:a:1", () => version, { ttl: TTL }));
  const changedAt = world.now;
  version = 2;
  assert.equal(
    await world.finish(booker.invalidatePattern("portfolio:a:*")),
    false,
    "the booker learns of it",
  );
  for (let turn = 0; turn < 400; turn++) {
    const read = await world.finish(reader.wrap("portfolio:a:1", () => version, { ttl: TTL }));
    if (read === 1) oldest = world.now - changedAt;
    await world.advance(50);
  }
  Deno.stderr.writeSync(new TextEncoder().encode(`    the oldest value served was ${oldest} ms behind\n`));
  assert.ok(oldest > 1_000 && oldest <= TTL * 1_000, `${oldest} ms`);
});

Deno.test("with Redis hanging a change waits for it three deadlines at most", async () => {
  const world = new World();
  const cache = world.cache({ send: () => new Promise(() => {}) });
  for (
    const change of [() => cache.set("k", 1), () => cache.delete("k"), () => cache.invalidatePattern("k*")]
  ) {
    const start = world.now;
    await world.finish(change());
    assert.ok(world.now - start <= 451, `${world.now - start} ms`);
  }
});

Deno.test("a first call that only opens a connection is late, not lost: Redis is used once it is open", async () => {
  const world = new World();
  let opened = false;
  const cache = world.cache({
    send: async (commands) => {
      await world.sleep(opened ? 60 : 360);
      opened = true;
      return world.redis.execute(commands);
    },
  });
  await world.finish(cache.wrap("k", () => 1));
  assert.equal(cache.getStats().redis.breaker, "half_open");
  await world.advance(300);
  assert.equal(cache.getStats().redis.breaker, "closed");
  await world.advance(1_000);
  await world.finish(cache.wrap("other", () => 1));
  assert.deepEqual(cache.getStats().redis.errors, 1);
  assert.deepEqual(world.logged, []);
});

Deno.test("a Redis that forgot everything voids what was stored under it", async () => {
  const world = new World();
  const [one, other] = [world.cache(), world.cache()];
  await world.finish(one.wrap("k:1", () => "old"));
  await world.finish(other.invalidatePattern("k:*"));
  world.redis.clear();
  await world.advance(900);
  assert.equal(await world.finish(one.wrap("k:1", () => "new")), "new");
});

Deno.test("more changes than can be remembered while Redis is away void everything when it is back", async () => {
  const world = new World();
  const [one, other] = [world.cache(), world.cache()];
  await world.finish(other.wrap("untouched", () => "old", { ttl: 3_600 }));
  await world.advance(2_000);
  let isAway = true;
  const away = world.cache({
    send: (commands) => isAway ? Promise.reject(new TypeError("no")) : world.send(commands),
  });
  await world.finish(Promise.all(Array.from({ length: 1_500 }, (_, index) => away.delete(`k${index}`))));
  isAway = false;
  await world.advance(40_000);
  assert.equal(await world.finish(other.wrap("untouched", () => "new")), "new");
  one.close();
});

Deno.test("an answer that is not Redis's counts as a failure", async () => {
  for (const result of ["<html>", 7, null, ["a"], [1, 2, 3]]) {
    const world = new World();
    const cache = world.cache({
      send: (commands) => Promise.resolve(commands.map(() => ({ ok: true, result }))),
    });
    assert.equal(await world.finish(cache.wrap("k", () => "loaded")), "loaded");
    assert.equal(cache.getStats().redis.errors, 1, JSON.stringify(result));
  }
});
