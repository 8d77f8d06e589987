import { equal, ok, rejects } from "node:assert/strict";
import { elapsed, hold, lockTest, median, pause } from "../support/locks.ts";
import type { LockService } from "../../supabase/functions/_shared/locks/lock-service.ts";

const waiters = 64;

/** Lets 64 ask for one key at the same time, and returns how long each waited, in order of asking. */
async function contend(key: string, service: (nr: number) => LockService): Promise<number[]> {
  const started = performance.now();
  return await Promise.all(
    Array.from({ length: waiters }, (_, nr) =>
      service(nr).withLock(key, async () => {
        const waited = performance.now() - started;
        await pause(2);
        return waited;
      }, { timeoutMs: 30_000 })),
  );
}

function nobodyStarves(waits: number[]): void {
  equal(waits.length, waiters);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waiters;
  const most = Math.max(...waits);
  ok(most < 3 * mean, `the longest wait ${most.toFixed(0)} ms, the mean ${mean.toFixed(0)} ms`);
}

lockTest(
  "64 waiters of one isolate are all served, in the order in which they asked",
  async ({ locks, key }) => {
    const waits = await contend(key, () => locks);
    nobodyStarves(waits);
    ok(waits.every((wait, nr) => nr === 0 || wait > (waits[nr - 1] ?? 0)));
    equal(locks.getStats().pool.open, 1);
  },
);

lockTest("64 waiters of eight isolates are all served, and none starves", async ({ isolate, key }) => {
  const services = Array.from({ length: 8 }, () => isolate());
  nobodyStarves(await contend(key, (nr) => services[nr % services.length] as LockService));
});

lockTest(
  "64 waiters that each have a connection of their own are all served, and none starves",
  async ({ isolate, key }) => {
    const services = Array.from({ length: waiters }, () => isolate({ max: 1 }));
    nobodyStarves(await contend(key, (nr) => services[nr] as LockService));
  },
);

lockTest("a crowd at one key delays no other key", async ({ locks, isolate, key }) => {
  const held = await hold(isolate(), key);
  const crowd = Array.from({ length: waiters }, () => locks.withLock(key, () => 1, { timeoutMs: 30_000 }));
  await pause(50);
  const free = [];
  for (let nr = 0; nr < 20; nr++) free.push(await elapsed(locks.withLock(`${key}:${nr}`, () => 1)));
  await held.release();
  await Promise.all(crowd);
  ok(median(free) < 50, `${median(free)} ms`);
});

lockTest(
  "more keys held elsewhere than there are connections delay no free key",
  async ({ locks, isolate, key }) => {
    const elsewhere = isolate({ max: 12 });
    const held = await Promise.all(
      Array.from({ length: 12 }, (_, nr) => hold(elsewhere, `${key}:held:${nr}`)),
    );
    const queue = held.map((_, nr) => locks.withLock(`${key}:held:${nr}`, () => nr, { timeoutMs: 30_000 }));
    await pause(100);
    const free = [];
    for (let nr = 0; nr < 20; nr++) free.push(await elapsed(locks.withLock(`${key}:${nr}`, () => 1)));
    await Promise.all(held.map((each) => each.release()));
    equal((await Promise.all(queue)).length, 12);
    ok(median(free) < 50, `${median(free)} ms`);
  },
);

for (const [where, others] of [["in Postgres' queue", 0], ["in this isolate's queue", 1]] as const) {
  lockTest(`a timeout fires within 50 ms of its limit ${where}`, async ({ locks, isolate, key }) => {
    const held = await hold(isolate(), key);
    const before = Array.from({ length: others }, () => locks.withLock(key, () => 1, { timeoutMs: 20_000 }));
    await locks.isLocked(key);
    const late = [];
    for (let nr = 0; nr < 15; nr++) {
      const limit = 20 + nr * 10;
      late.push(await elapsed(locks.withLock(key, () => 1, { timeoutMs: limit })) - limit);
    }
    await held.release();
    await Promise.all(before);
    ok(Math.min(...late) > -2, `never early: ${late}`);
    ok(median(late) < 50, `half of them later than ${median(late)} ms`);
  });
}

lockTest(
  "who times out in the middle of the queue holds up nobody behind",
  async ({ locks, isolate, key }) => {
    const held = await hold(isolate(), key);
    const first = locks.withLock(key, () => "first");
    const impatient = locks.withLock(key, () => "impatient", { timeoutMs: 50 });
    const last = locks.withLock(key, () => "last");
    await rejects(impatient, { code: "lock_timeout" });
    await held.release();
    equal(await first, "first");
    equal(await last, "last");
  },
);
