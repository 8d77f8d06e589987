import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { hold, type LockBench, lockTest, queued, soon, until } from "../support/locks.ts";
import type { LockService } from "../../supabase/functions/_shared/locks/lock-service.ts";

const waiters = 64;
/** For a key that is free, or soon will be; and for one that is held until the test lets go. */
const free = { timeoutMs: 60_000 };
const patiently = { timeoutMs: 600_000 };

lockTest(
  "64 waiters of one isolate are all served, in the order in which they asked",
  async ({ locks, key }) => {
    const served: number[] = [];
    const ask = (nr: number) => locks.withLock(key, () => void served.push(nr), free);
    await Promise.all(Array.from({ length: waiters }, (_, nr) => ask(nr)));
    deepEqual(served, [...served.keys()]);
    equal(served.length, waiters);
    equal(locks.getStats().pool.open, 1);
  },
);

/**
 * Lets 64 of so many isolates ask for one held key, one isolate after the other; answers who had it, in that order. Who
 * has it keeps it until the next of every other isolate is in Postgres' queue: that is the order in which they come.
 */
async function contend({ isolate, sql, key }: LockBench, isolates: number): Promise<number[]> {
  const services = Array.from({ length: isolates }, () => isolate());
  const held = await hold(isolate(), key);
  const served: number[] = [];
  const asking: Promise<void>[] = [];
  for (let nr = 0; nr < waiters; nr++) {
    const service = services[nr % isolates] as LockService;
    asking.push(service.withLock(key, async () => {
      served.push(nr);
      if (isolates < waiters) await queued(sql, key, Math.min(isolates - 1, waiters - served.length));
    }, free));
    if (nr < isolates) await queued(sql, key, nr + 1);
  }
  await held.release();
  await Promise.all(asking);
  return served;
}

for (const [isolates, whose] of [[8, "eight isolates"], [waiters, "as many isolates"]] as const) {
  lockTest(`64 waiters of ${whose} are all served in turn, and none starves`, async (bench) => {
    deepEqual(await contend(bench, isolates), Array.from({ length: waiters }, (_, nr) => nr));
  });
}

/** Some keys that nobody holds are had, one after the other: while others are held, as the caller sees to. */
async function takeFreeKeys(locks: LockService, key: string): Promise<void> {
  for (let nr = 0; nr < 20; nr++) await locks.withLock(`${key}:${nr}`, () => 1, free);
}

lockTest("a crowd at one held key keeps nobody from another key", async ({ locks, isolate, sql, key }) => {
  const held = await hold(isolate(), key);
  const crowd = Array.from({ length: waiters }, () => locks.withLock(key, () => 1, patiently));
  await queued(sql, key, 1);
  await takeFreeKeys(locks, key);
  await held.release();
  await Promise.all(crowd);
});

lockTest(
  "more keys held elsewhere than there are connections keep nobody from a free key",
  async ({ locks, isolate, key }) => {
    const elsewhere = isolate({ max: 12 });
    const held = await Promise.all(
      Array.from({ length: 12 }, (_, nr) => hold(elsewhere, `${key}:held:${nr}`)),
    );
    const queue = held.map((_, nr) => locks.withLock(`${key}:held:${nr}`, () => nr, patiently));
    // All that may wait in Postgres do: a place is left for who need not wait.
    await until(() => Promise.resolve(locks.getStats().pool.busy === locks.getStats().pool.max - 1));
    await takeFreeKeys(locks, key);
    await Promise.all(held.map((each) => each.release()));
    equal((await Promise.all(queue)).length, 12);
  },
);

for (const [where, others] of [["in Postgres' queue", 0], ["in this isolate's queue", 1]] as const) {
  // How soon after its limit is a matter of the service's clock, which a unit test moves.
  lockTest(`a timeout fires at its limit, not before, ${where}`, async ({ locks, isolate, key }) => {
    const held = await hold(isolate(), key);
    const before = Array.from({ length: others }, () => locks.withLock(key, () => 1, patiently));
    for (let limit = 20; limit < 170; limit += 10) {
      // Connects, if a stall cost the connection: one that is not made in time is another error.
      await locks.isLocked(key);
      const started = performance.now();
      await soon(
        rejects(locks.withLock(key, () => 1, { timeoutMs: limit }), {
          code: "lock_timeout",
          timeoutMs: limit,
        }),
      );
      const over = performance.now() - started - limit;
      ok(over > -2, `${over} ms early`);
    }
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
