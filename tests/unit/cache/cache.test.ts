import assert from "node:assert/strict";
import { World } from "../../support/cache/world.ts";

const never = () => assert.fail("it was loaded");

Deno.test("what was set is there, in this isolate and in another", async () => {
  const world = new World();
  const [one, other] = [world.cache(), world.cache()];
  await world.finish(one.set("position:default:AAPL", { quantity: "10" }));
  assert.deepEqual(await world.finish(one.get("position:default:AAPL")), { quantity: "10" });
  assert.deepEqual(await world.finish(other.get("position:default:AAPL")), { quantity: "10" });
  assert.deepEqual(other.getStats().hits, { l1: 0, l2: 1 });
});

Deno.test("what is nowhere is undefined, and what is known not to exist is null", async () => {
  const world = new World();
  const cache = world.cache();
  assert.equal(await world.finish(cache.get("a")), undefined);
  assert.equal(await world.finish(cache.wrap("a", () => undefined)), null);
  assert.equal(await world.finish(cache.get("a")), null);
  assert.equal(await world.finish(cache.wrap("a", never)), null);
});

Deno.test("that something does not exist is forgotten sooner than what does", async () => {
  const world = new World();
  const cache = world.cache();
  await world.finish(cache.wrap("none", () => null, { ttl: 60, negativeTtl: 2 }));
  await world.advance(2_000);
  assert.equal(
    await world.finish(cache.wrap("none", () => "now there", { ttl: 60, negativeTtl: 2 })),
    "now there",
  );
});

Deno.test("a loader runs once for all who ask at the same time", async () => {
  const world = new World();
  const cache = world.cache();
  let loads = 0;
  const load = async () => {
    loads++;
    await world.sleep(20);
    return loads;
  };
  const all = await world.finish(Promise.all(Array.from({ length: 50 }, () => cache.wrap("k", load))));
  assert.deepEqual(new Set(all), new Set([1]));
  assert.equal(loads, 1);
  assert.equal(cache.getStats().shared, 49);
});

Deno.test("a loader that throws is not cached, and throws what it threw to all who asked", async () => {
  const world = new World();
  const cache = world.cache();
  const broken = new Error("database away");
  const load = () => Promise.reject(broken);
  const outcomes = await world.finish(Promise.allSettled([cache.wrap("k", load), cache.wrap("k", load)]));
  assert.deepEqual(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason), [
    broken,
    broken,
  ]);
  assert.equal(await world.finish(cache.wrap("k", () => 1)), 1);
});

Deno.test("a value ends when its time is over, and chance only makes that sooner", async () => {
  const world = new World();
  const cache = world.cache();
  const ends: number[] = [];
  for (let index = 0; index < 20; index++) {
    const start = world.now;
    let loads = 0;
    while (loads < 2) {
      await world.finish(cache.wrap(`k${index}`, () => ++loads, { ttl: 10 }));
      await world.advance(200);
    }
    ends.push((world.now - start) / 1_000);
  }
  assert.ok(Math.max(...ends) <= 10.4, `${Math.max(...ends)}`);
  assert.ok(Math.min(...ends) >= 9, `${Math.min(...ends)}`);
  assert.ok(new Set(ends.map((end) => end.toFixed(1))).size > 3, "they do not end together");
});

Deno.test("memory holds a value for a minute at most, however long it lives in Redis", async () => {
  const world = new World();
  const cache = world.cache();
  await world.finish(cache.set("k", 1, 3_600));
  await world.advance(61_000);
  assert.equal(await world.finish(cache.get("k")), 1);
  assert.deepEqual(cache.getStats().hits, { l1: 0, l2: 1 });
});

Deno.test("a value that ran out of time stands in for a loader that fails, for as long as it may", async () => {
  const world = new World();
  const cache = world.cache();
  const options = { ttl: 5, staleIfError: 30 };
  await world.finish(cache.wrap("k", () => "then", options));
  await world.advance(20_000);
  const fail = () => Promise.reject(new Error("away"));
  assert.deepEqual(await world.finish(cache.lookup("k", fail, options)), {
    value: "then",
    layer: "l1",
    stale: true,
  });
  assert.equal(cache.getStats().stale, 1);
  await world.advance(16_000);
  await assert.rejects(world.finish(cache.wrap("k", fail, options)), /away/);
});

Deno.test("what was deleted or set itself never stands in for a loader that fails", async () => {
  const world = new World();
  const cache = world.cache();
  const options = { ttl: 5, staleIfError: 30, version: () => 1 };
  await world.finish(cache.wrap("k", () => "then", options));
  await world.finish(cache.delete("k"));
  await assert.rejects(
    world.finish(cache.wrap("k", () => Promise.reject(new Error("away")), options)),
    /away/,
  );
});

Deno.test("a change above a value voids it, and still it stands in for a loader that fails", async () => {
  const world = new World();
  const cache = world.cache();
  const options = { ttl: 5, staleIfError: 30 };
  await world.finish(cache.wrap("a:k", () => "then", options));
  await world.finish(cache.invalidatePattern("a:*"));
  const fail = () => Promise.reject(new Error("away"));
  assert.equal((await world.finish(cache.lookup("a:k", fail, options))).stale, true);
  assert.equal((await world.finish(cache.lookup("a:k", () => "now", options))).value, "now");
  await world.finish(cache.invalidatePattern("a:*"));
  await world.advance(36_000);
  await assert.rejects(world.finish(cache.wrap("a:k", fail, options)), /away/);
});

Deno.test("a loader that hangs is waited for a second when something may stand in, and kept when it is there", async () => {
  const world = new World();
  const cache = world.cache();
  const options = { ttl: 15, staleIfError: 30 };
  await world.finish(cache.wrap("k", () => "then", options));
  await world.advance(20_000);
  const start = world.now;
  const hang = async () => {
    await world.sleep(8_000);
    return "now";
  };
  assert.deepEqual(await world.finish(cache.lookup("k", hang, options)), {
    value: "then",
    layer: "l1",
    stale: true,
  });
  assert.ok(world.now - start <= 1_200, `${world.now - start} ms`);
  await world.advance(8_000);
  assert.equal(await world.finish(cache.wrap("k", () => "not asked", options)), "now");
});

Deno.test("without Redis what was set lives for the bound, and to its time when no other isolate changes it", async () => {
  const world = new World();
  const cache = world.cache({ send: null });
  await world.finish(cache.set("k", 1, 60));
  await world.finish(cache.set("mine", 1, 60, { coherent: false }));
  const both = () => Promise.all([cache.get("k"), cache.get("mine")]);
  assert.deepEqual(await world.finish(both()), [1, 1]);
  await world.advance(1_000);
  assert.deepEqual(await world.finish(both()), [undefined, 1]);
});

Deno.test("nobody can change what another reader gets", async () => {
  const world = new World();
  const cache = world.cache();
  const mine = { list: [{ price: "1" }] };
  await world.finish(cache.set("k", mine));
  mine.list.push({ price: "2" });
  const got = await world.finish(cache.get<typeof mine>("k"));
  assert.deepEqual(got, { list: [{ price: "1" }] });
  assert.throws(() => got?.list.push({ price: "3" }), TypeError);
});

Deno.test("a pattern voids what it matches and keeps the rest", async () => {
  const world = new World();
  const [one, other] = [world.cache(), world.cache()];
  for (const key of ["position:a:1", "position:b:1", "order:a:1"]) await world.finish(one.set(key, key, 60));
  await world.finish(one.invalidatePattern("position:a:*"));
  for (const cache of [one, other]) {
    assert.equal(await world.finish(cache.get("position:a:1")), undefined);
    assert.equal(await world.finish(cache.get("position:b:1")), "position:b:1");
    assert.equal(await world.finish(cache.get("order:a:1")), "order:a:1");
  }
  await world.finish(one.invalidatePattern("position:*"));
  assert.equal(await world.finish(one.get("position:b:1")), undefined);
  assert.equal(await world.finish(one.get("order:a:1")), "order:a:1");
});

Deno.test("a pattern without a literal prefix costs one command over 100,000 keys, and touches none of them", async () => {
  const world = new World();
  const cache = world.cache({ memory: { entries: 100_000, bytes: 1e9 } });
  const load = () => 1;
  for (let batch = 0; batch < 100; batch++) {
    await world.finish(
      Promise.all(Array.from({ length: 1_000 }, (_, index) => cache.wrap(`k${batch * 1_000 + index}`, load))),
    );
  }
  await world.advance(2_000);
  const before = world.commandsSince(0);
  const change = cache.invalidatePattern("*7");
  // Void at once, and yet all of them still there: each is dropped when it is asked for.
  assert.equal(cache.getStats().entries, 100_000);
  await world.finish(change);
  assert.equal(cache.getStats().entries, 100_000);
  assert.equal(world.commandsSince(0) - before, 1);
  assert.equal(await world.finish(cache.get("k77777")), undefined);
  cache.close();
});

Deno.test("a namespace keeps its keys apart, and its patterns to itself", async () => {
  const world = new World();
  const cache = world.cache();
  const [positions, orders] = [
    cache.namespace<{ quantity: string }>("position"),
    cache.namespace<string>("order"),
  ];
  await world.finish(positions.set("a:1", { quantity: "1" }));
  await world.finish(orders.set("a:1", "open"));
  await world.finish(positions.invalidatePattern("*"));
  assert.equal(await world.finish(positions.get("a:1")), undefined);
  assert.equal(await world.finish(orders.get("a:1")), "open");
});

Deno.test("memory is bounded by entries and by bytes, and the least recently used goes first", async () => {
  const world = new World();
  const cache = world.cache({ send: null, memory: { entries: 3, bytes: 10_000 } });
  for (const key of ["a", "b", "c"]) await cache.set(key, key);
  await cache.get("a");
  await cache.set("d", "d");
  assert.deepEqual([await cache.get("a"), await cache.get("b")], ["a", undefined]);
  assert.equal(cache.getStats().evictions, 1);
  await cache.set("large", "x".repeat(4_700));
  assert.ok(cache.getStats().bytes <= 10_000);
  assert.equal(cache.getStats().entries, 2);
});

Deno.test("what ran out of time is cleaned up, and then nothing ticks", async () => {
  const world = new World();
  const cache = world.cache({ send: null });
  for (let index = 0; index < 10; index++) await cache.set(`k${index}`, index, 1);
  assert.equal(cache.getStats().entries, 10);
  await world.advance(31_000);
  assert.deepEqual([cache.getStats().entries, cache.getStats().bytes], [0, 0]);
});

Deno.test("a value that no other isolate can change lives out its time without a command", async () => {
  const world = new World();
  const cache = world.cache();
  await world.finish(cache.wrap("jwks", () => "keys", { ttl: 50, coherent: false }));
  await world.advance(40_000);
  assert.equal(await world.finish(cache.wrap("jwks", never, { ttl: 50, coherent: false })), "keys");
  assert.equal(world.commandsSince(0), 0);
});
