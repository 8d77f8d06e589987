import { equal, ok, rejects } from "node:assert/strict";
import { atMostOnce, timeOf } from "../support/noise.ts";
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

/** The longest wait as a multiple of the mean one. A stall near the end is a long wait of the few who are left. */
function nobodyStarves(contend: () => Promise<number[]>): Promise<number> {
  return atMostOnce(3, async () => {
    const waits = await contend();
    equal(waits.length, waiters);
    return Math.max(...waits) / (waits.reduce((sum, wait) => sum + wait, 0) / waiters);
  });
}

lockTest(
  "64 waiters of one isolate are all served, in the order in which they asked",
  async ({ locks, key }) => {
    await nobodyStarves(async () => {
      const waits = await contend(key, () => locks);
      ok(waits.every((wait, nr) => nr === 0 || wait > (waits[nr - 1] ?? 0)));
      return waits;
    });
    equal(locks.getStats().pool.open, 1);
  },
);

lockTest("64 waiters of eight isolates are all served, and none starves", async ({ isolate, key }) => {
  const services = Array.from({ length: 8 }, () => isolate());
  await nobodyStarves(() => contend(key, (nr) => services[nr % services.length] as LockService));
});

lockTest(
  "64 waiters that each have a connection of their own are all served, and none starves",
  async ({ isolate, key }) => {
    const services = Array.from({ length: waiters }, () => isolate({ max: 1 }));
    await nobodyStarves(() => contend(key, (nr) => services[nr] as LockService));
  },
);

/** Half of some keys that nobody holds are had in 50 ms. */
async function freeKeysAreQuick(locks: LockService, key: string): Promise<void> {
  await atMostOnce(50, async () => {
    const times = [];
    for (let nr = 0; nr < 20; nr++) times.push(await elapsed(locks.withLock(`${key}:${nr}`, () => 1)));
    return median(times);
  });
}

lockTest("a crowd at one key delays no other key", async ({ locks, isolate, key }) => {
  const held = await hold(isolate(), key);
  const crowd = Array.from({ length: waiters }, () => locks.withLock(key, () => 1, { timeoutMs: 30_000 }));
  await pause(50);
  await freeKeysAreQuick(locks, key);
  await held.release();
  await Promise.all(crowd);
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
    await freeKeysAreQuick(locks, key);
    await Promise.all(held.map((each) => each.release()));
    equal((await Promise.all(queue)).length, 12);
  },
);

for (const [where, others] of [["in Postgres' queue", 0], ["in this isolate's queue", 1]] as const) {
  lockTest(`a timeout fires within 50 ms of its limit ${where}`, async ({ locks, isolate, key }) => {
    const held = await hold(isolate(), key);
    const before = Array.from({ length: others }, () => locks.withLock(key, () => 1, { timeoutMs: 60_000 }));
    await atMostOnce(50, async () => {
      const late = [];
      for (let nr = 0; nr < 15; nr++) {
        const limit = 20 + nr * 10;
        // Connects, if the stall of a try before cost the connection: one not made in time is another error.
        await locks.isLocked(key);
        const waiting = () =>
          rejects(locks.withLock(key, () => 1, { timeoutMs: limit }), { code: "lock_timeout" });
        const over = await timeOf(waiting) - limit;
        ok(over > -2, `${over} ms early`);
        late.push(over);
      }
      return median(late);
    });
    await held.release();
    await Promise.all(before);
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
