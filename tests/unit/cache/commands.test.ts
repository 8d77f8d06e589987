import assert from "node:assert/strict";
import { World } from "../../support/cache/world.ts";

/** Milliseconds for which what Redis confirmed counts: the bound of 1,000 less the deadline of 150. */
const INTERVAL = 850;

/** A world in which Redis has begun, so that the once-in-its-life command is not counted. */
async function begun() {
  const world = new World();
  await world.finish(world.cache().get("begin"));
  await world.advance(5_000);
  return world;
}

Deno.test("a key read all the time costs one command an interval, and nothing else", async () => {
  const world = await begun();
  const cache = world.cache();
  const start = world.now;
  for (let turn = 0; turn < 1_000; turn++) {
    await world.finish(cache.wrap("portfolio:default:summary", () => 1));
    await world.advance(10);
  }
  const most = Math.ceil((world.now - start) / INTERVAL);
  assert.ok(
    world.commandsSince(start) <= most,
    `${world.commandsSince(start)} commands in ${most} intervals`,
  );
  assert.equal(cache.getStats().loads, 1);
});

Deno.test("eight keys polled together cost one command an interval, not eight", async () => {
  const world = await begun();
  const cache = world.cache();
  const poll = () =>
    Promise.all(Array.from({ length: 8 }, (_, index) => cache.wrap(`portfolio:a:${index}`, () => 1)));
  await world.finish(poll());
  const start = world.now;
  for (let turn = 0; turn < 25; turn++) {
    await world.advance(2_000);
    await world.finish(poll());
  }
  assert.ok(world.commandsSince(start) <= 26, `${world.commandsSince(start)} commands for 25 polls`);
  assert.equal(cache.getStats().loads, 8);
});

Deno.test("keys that were never read cost one command when they are asked for together", async () => {
  const world = await begun();
  const cache = world.cache();
  const start = world.now;
  await world.finish(
    Promise.all(Array.from({ length: 20 }, (_, index) => cache.wrap(`a:b:${index}`, () => index))),
  );
  assert.equal(world.commandsSince(start), 1);
});

Deno.test("a loaded value goes to Redis with the next command, at most one interval later", async () => {
  const world = await begun();
  const [one, other] = [world.cache(), world.cache()];
  const start = world.now;
  await world.finish(one.wrap("k", () => 7));
  await world.advance(INTERVAL + 10);
  assert.equal(world.commandsSince(start), 2);
  assert.deepEqual(await world.finish(other.lookup("k", () => 8)), { value: 7, layer: "l2", stale: false });
});

Deno.test("an idle isolate sends nothing", async () => {
  const world = await begun();
  const cache = world.cache();
  await world.finish(cache.wrap("k", () => 1));
  await world.finish(cache.invalidatePattern("k:*"));
  await world.advance(INTERVAL * 2);
  const start = world.now;
  await world.advance(600_000);
  assert.equal(world.commandsSince(start), 0);
});

Deno.test("an isolate that only declares changes forgets them, and then has nothing left to do", async () => {
  const world = await begun();
  const cache = world.cache();
  for (let account = 0; account < 100; account++) {
    await world.finish(cache.invalidatePattern(`portfolio:${account}:*`));
  }
  await world.advance(120_000);
  assert.equal(world.timers, 1);
  await world.advance(60_000);
  assert.equal(world.timers, 0);
});

Deno.test("a change costs one command", async () => {
  const world = await begun();
  const cache = world.cache();
  const start = world.now;
  await world.finish(cache.invalidatePattern("portfolio:default:*"));
  assert.equal(world.commandsSince(start), 1);
});

Deno.test("a change whose answer is lost costs two, and one that nobody answers no more until Redis is asked again", async () => {
  const world = await begun();
  const cache = world.cache();
  let calls = 0;
  world.passage = () => calls++ === 0 ? { lost: "answer" } : {};
  let start = world.now;
  await world.finish(cache.invalidatePattern("portfolio:default:*"));
  assert.equal(world.commandsSince(start), 2);
  world.passage = () => ({ lost: "request" });
  start = world.now;
  await world.finish(cache.invalidatePattern("portfolio:default:*"));
  assert.equal(world.commandsSince(start), 2);
});

Deno.test("changes that meet while one is under way go as one", async () => {
  const world = await begun();
  const cache = world.cache();
  world.passage = () => ({ there: 10, back: 10 });
  const start = world.now;
  const all = Array.from({ length: 100 }, async (_, index) => {
    await world.sleep(index % 20);
    await cache.invalidatePattern("portfolio:default:*");
  });
  await world.finish(Promise.all(all));
  assert.ok(world.commandsSince(start) <= 4, `${world.commandsSince(start)} commands`);
});

Deno.test("a key that changes all the time costs its readers one command an interval all the same", async () => {
  const world = await begun();
  const [reader, writer] = [world.cache(), world.cache()];
  let version = 0;
  const start = world.now;
  for (let turn = 0; turn < 500; turn++) {
    await world.finish(writer.invalidatePattern("portfolio:a:*"));
    if (turn % 3 === 0) await world.finish(reader.invalidatePattern("portfolio:a:*"));
    await world.finish(reader.wrap("portfolio:a:summary", () => ++version));
    await world.advance(15);
  }
  const intervals = Math.ceil((world.now - start) / INTERVAL);
  assert.ok(
    reader.getStats().redis.commands <= intervals + 167 + 1,
    `${reader.getStats().redis.commands} commands`,
  );
});

Deno.test("a change that is made just as the last one was told is told too", async () => {
  const world = await begun();
  const cache = world.cache();
  for (let turns = 0; turns < 12; turns++) {
    const told = cache.invalidatePattern("a:*").then(async () => {
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      const start = world.now;
      const next = cache.invalidatePattern("b:*");
      await next;
      return world.now - start;
    });
    assert.ok(await world.finish(told) < 10, `after ${turns} turns`);
  }
});
