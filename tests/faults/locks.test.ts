import { equal, ok, rejects } from "node:assert/strict";
import type { Stack } from "../../local/stack.ts";
import {
  createAdvisoryLockService,
  type LockService,
} from "../../supabase/functions/_shared/locks/advisory-locks.ts";
import { atMostOnce, overrun } from "../support/noise.ts";
import { startHolder } from "../support/lock-holder-process.ts";
import { withOwnStack } from "../support/own-stack.ts";

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Milliseconds from the kill -9 of the holder's process until somebody else has its lock. */
async function freedAfterKill(locks: LockService, url: string, how: "idle" | "busy"): Promise<number> {
  const key = `killed:${how}:${crypto.randomUUID()}`;
  const holder = await startHolder(url, key, how);
  const waiting = locks.withLock(key, () => performance.now(), { timeoutMs: 20_000 });
  await pause(200);
  equal(await locks.isLocked(key), true);
  const killed = performance.now();
  holder.kill("SIGKILL");
  await holder.status;
  return await waiting - killed;
}

async function withLocks(body: (stack: Stack, locks: LockService) => Promise<void>): Promise<void> {
  await withOwnStack(async (stack) => {
    const locks = createAdvisoryLockService({ url: stack.info.db_url });
    try {
      await body(stack, locks);
    } finally {
      await locks.close();
    }
  });
}

Deno.test("locks survive the loss of what holds them", async (test) => {
  await withLocks(async ({ postgres, info }, locks) => {
    for (
      const [how, doing] of [["idle", "between two statements"], [
        "busy",
        "in the middle of a statement",
      ]] as const
    ) {
      await test.step(`kill -9 of the holder's process, ${doing}, frees its lock within a second`, async () => {
        // The worst of three: the server looks after its clients at intervals.
        await atMostOnce(1_000, async () => {
          const times = [];
          for (let nr = 0; nr < 3; nr++) times.push(await freedAfterKill(locks, info.db_url, how));
          return Math.max(...times);
        }, 3);
      });
    }

    await test.step("a lock that is asked for while Postgres is away is had when it is back, in time", async () => {
      await locks.withLock("kept", () => 1);
      await postgres.stop();
      const waiting = locks.withLock("kept", () => "had", { timeoutMs: 60_000 });
      await pause(400);
      await postgres.start();
      equal(await waiting, "had");
      ok(locks.getStats().retries >= 2, `${locks.getStats().retries} retries`);
    });

    await test.step("a lock that is asked for while Postgres stays away is unavailable when the time is up", async () => {
      await postgres.stop();
      // No retry: all of it happens in this process, and a timer beside it is the measure.
      const late = await overrun(
        500,
        () => rejects(locks.withLock("kept", () => 1, { timeoutMs: 500 }), { code: "lock_unavailable" }),
      );
      ok(late <= 200, `${late} ms late`);
      await postgres.start();
    });

    await test.step("work that a kill -9 of Postgres interrupts fails, and is not run again", async () => {
      let runs = 0;
      const started = performance.now();
      await rejects(
        locks.withLock("crashed", async (tx) => {
          runs += 1;
          const [row] = await tx`select pg_backend_pid() as pid`;
          Deno.kill(row?.pid, "SIGKILL");
          await new Promise(() => {});
        }),
        { code: "lock_lost" },
      );
      equal(runs, 1);
      // Told by the lost connection, not by some limit of time.
      ok(performance.now() - started < 2_000);
      equal(await locks.withLock("crashed", () => "free again", { timeoutMs: 30_000 }), "free again");
    });
  });
});
