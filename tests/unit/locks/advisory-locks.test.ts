import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { createAdvisoryLockService } from "../../../supabase/functions/_shared/locks/advisory-locks.ts";
import { freePort } from "../../../local/ports.ts";
import { overrun } from "../../support/noise.ts";

const nobodyThere = () =>
  createAdvisoryLockService({ url: `postgresql://postgres:secret@127.0.0.1:${freePort()}/postgres` });

Deno.test("a service opens no connection before its first lock", async () => {
  const locks = nobodyThere();
  deepEqual(locks.getStats().pool, { max: 5, open: 0, busy: 0, queued: 0 });
  await locks.close();
});

Deno.test("wrong use is refused before anything is tried", async () => {
  const locks = nobodyThere();
  const work = () => 1;
  await rejects(locks.withLock("", work), { code: "lock_key_invalid" });
  await rejects(locks.withLock("k".repeat(10_240), work), { code: "lock_key_invalid" });
  await rejects(locks.tryWithLock("", work), { code: "lock_key_invalid" });
  await rejects(locks.withLock("k", work, { timeoutMs: 0 }), { code: "lock_timeout_invalid" });
  await rejects(locks.withLock("k", work, { timeoutMs: NaN }), { code: "lock_timeout_invalid" });
  await rejects(locks.withLock("k", undefined as unknown as typeof work), { code: "lock_usage" });
  await rejects(locks.isLocked(""), { code: "lock_key_invalid" });
  await rejects(locks.withLock("k", work, { signal: AbortSignal.abort() }), { name: "AbortError" });
  equal(locks.getStats().retries, 0);
});

Deno.test("without SUPABASE_DB_URL a lock is unavailable, at once", async () => {
  const locks = createAdvisoryLockService({ url: undefined });
  await rejects(locks.withLock("k", () => 1), { code: "lock_unavailable", message: /SUPABASE_DB_URL/ });
});

Deno.test("a database that is away is tried again until the time is up, and then named as the reason", async () => {
  const locks = nobodyThere();
  const started = performance.now();
  const late = await overrun(1_500, () =>
    rejects(locks.withLock("k", () => 1, { timeoutMs: 1_500 }), {
      name: "LockUnavailableError",
      code: "lock_unavailable",
    }));
  const { retries, timedOut } = locks.getStats();
  ok(performance.now() - started >= 1_495);
  ok(late < 300, `${late} ms late`);
  equal(retries >= 3, true, `${retries} retries`);
  equal(timedOut, 0);
  await locks.close();
});

Deno.test("an address that is none is not tried again", async () => {
  const locks = createAdvisoryLockService({ url: "postgresql://[" });
  await rejects(locks.withLock("k", () => 1), { code: "lock_unavailable" });
  equal(locks.getStats().retries, 0);
  await locks.close();
});

Deno.test("a service that was closed takes no lock any more", async () => {
  const locks = nobodyThere();
  await locks.close();
  await rejects(locks.withLock("k", () => 1), { code: "lock_over" });
});

Deno.test("a database that is away is the reason, also of a time that ends in the middle of a try", async () => {
  const limits = Array.from({ length: 60 }, (_, nr) => 200 + nr);
  await Promise.all(limits.map(async (timeoutMs) => {
    const locks = nobodyThere();
    await rejects(locks.withLock("k", () => 1, { timeoutMs }), { code: "lock_unavailable" });
    await locks.close();
  }));
});
