import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import type { TransactionSql } from "postgres";
import { lockId } from "../../supabase/functions/_shared/locks/lock-key.ts";
import { character } from "../support/fuzz.ts";
import { atMostOnce, overrun, timeOf } from "../support/noise.ts";
import { forever, hold, lockTest, pause, queued } from "../support/locks.ts";

lockTest(
  "the lock id of a key is the same in TypeScript and in SQL, whatever the key's script",
  async ({ sql }) => {
    const keys = fc.sample(fc.string({ unit: character, minLength: 1, maxLength: 80 }), 500)
      .map((key) => key.replaceAll("\0", ""));
    const rows = await sql`
    select trading.lock_id(k) as id from jsonb_array_elements_text(${
      JSON.stringify(keys)
    }::text::jsonb) with ordinality e (k, nr)
    order by nr`;
    deepEqual(rows.map(({ id }) => id), keys.map((key) => String(lockId(key))));
  },
);

lockTest("the example of the project's brief runs as it is", async ({ locks: advisoryLockService }) => {
  const performTrade = async (client: TransactionSql) =>
    (await client`select 'traded' as outcome`)[0]?.outcome;
  // deno-lint-ignore require-await
  const result = await advisoryLockService.withLock("trade:AAPL", async (client) => performTrade(client));
  equal(result, "traded");
});

lockTest("what the work writes is committed when it returns", async ({ locks, sql, key }) => {
  await locks.withLock(key, (tx) => tx`select trading.name_lock(${`${key}:written`})`);
  equal((await sql`select key from trading.lock_names where key = ${`${key}:written`}`).length, 1);
});

lockTest(
  "what the work writes is rolled back when it throws, and the error is the work's",
  async ({ locks, sql, key }) => {
    await rejects(
      locks.withLock(key, async (tx) => {
        await tx`select trading.name_lock(${`${key}:written`})`;
        throw new Error("the work failed");
      }),
      /the work failed/,
    );
    equal((await sql`select key from trading.lock_names where key = ${`${key}:written`}`).length, 0);
  },
);

lockTest("two isolates never hold the same lock at once", async ({ locks, isolate, key }) => {
  const other = isolate();
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await pause(1);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 60 }, (_, nr) => (nr % 2 ? locks : other).withLock(key, work)));
  equal(most, 1);
});

lockTest("the lock is free as soon as the work has returned", async ({ locks, isolate, key }) => {
  await locks.withLock(key, () => 1);
  equal(await isolate().tryWithLock(key, () => "mine"), "mine");
});

lockTest("the lock is free as soon as the work has thrown", async ({ locks, isolate, key }) => {
  await rejects(locks.withLock(key, () => Promise.reject(new Error("the work failed"))));
  equal(await isolate().tryWithLock(key, () => "mine"), "mine");
});

lockTest(
  "a wait that timed out leaves nothing held and nobody queued",
  async ({ locks, isolate, sql, key }) => {
    const held = await hold(isolate(), key);
    // Connects: a connection that is not made in time is another error.
    await locks.isLocked(key);
    await rejects(locks.withLock(key, () => 1, { timeoutMs: 100 }), {
      name: "LockTimeoutError",
      code: "lock_timeout",
      timeoutMs: 100,
    });
    const [status] = await sql`select public.lock_status(${key}) as s`;
    deepEqual(status?.s.waiters, []);
    await held.release();
    equal(await isolate().tryWithLock(key, () => "mine"), "mine");
  },
);

lockTest("a signal ends the wait with its reason, at once", async ({ locks, isolate, key }) => {
  const held = await hold(isolate(), key);
  const caller = new AbortController();
  const waiting = locks.withLock(key, () => 1, { signal: caller.signal });
  await pause(50);
  caller.abort();
  equal(await overrun(100, () => rejects(waiting, { name: "AbortError" })), 0);
  await held.release();
  equal(await locks.tryWithLock(key, () => "mine"), "mine");
});

lockTest(
  "a wait ended by its signal leaves Postgres' queue within a second",
  async ({ locks, isolate, sql, key }) => {
    const held = await hold(isolate(), key);
    await atMostOnce(1_000, async () => {
      const caller = new AbortController();
      const waiting = locks.withLock(key, () => 1, { signal: caller.signal });
      await queued(sql, key, 1);
      caller.abort();
      await rejects(waiting);
      return await timeOf(() => queued(sql, key, 0));
    });
    await held.release();
  },
);

lockTest(
  "a signal ends the work: rolled back, released, and told to it",
  async ({ locks, isolate, sql, key }) => {
    const caller = new AbortController();
    let told: AbortSignal | undefined;
    await rejects(
      locks.withLock(key, async (tx, signal) => {
        told = signal;
        await tx`select trading.name_lock(${`${key}:written`})`;
        caller.abort();
        await forever();
      }, { signal: caller.signal }),
      { name: "AbortError" },
    );
    equal(told?.aborted, true);
    equal((await sql`select key from trading.lock_names where key = ${`${key}:written`}`).length, 0);
    equal(await isolate().tryWithLock(key, () => "mine"), "mine");
  },
);

lockTest(
  "a signal ends the work in the middle of a statement, and the lock is free within a second",
  async ({ locks, isolate, key }) => {
    const other = isolate();
    await atMostOnce(1_000, async () => {
      const caller = new AbortController();
      const working = locks.withLock(key, (tx) => tx`select pg_sleep(20)`, { signal: caller.signal });
      setTimeout(() => caller.abort(), 100);
      await rejects(working, { name: "AbortError" });
      return await timeOf(() => other.withLock(key, () => "mine"));
    });
  },
);

lockTest(
  "tryWithLock answers null, without waiting, while the lock is held here or elsewhere",
  async ({ locks, isolate, key }) => {
    const other = isolate();
    const held = await hold(other, key);
    equal(await locks.tryWithLock(key, () => "mine"), null);
    equal(await other.tryWithLock(key, () => "mine"), null);
    await held.release();
    equal(await locks.tryWithLock(key, () => "mine"), "mine");
  },
);

lockTest("a nested lock on the same key says so instead of waiting", async ({ locks, key }) => {
  await locks.withLock(key, async () => {
    await pause(1);
    await rejects(locks.withLock(key, () => 1), { code: "lock_nested", message: /wait for itself/ });
  });
  equal(await locks.withLock(key, () => "not nested any more"), "not nested any more");
});

lockTest("work left behind may ask for the lock again once the lock is over", async ({ locks, key }) => {
  let later: Promise<string> | undefined;
  await locks.withLock(key, () => {
    later = pause(50).then(() => locks.withLock(key, () => "again"));
  });
  equal(await later, "again");
});

lockTest(
  "nested locks on other keys never wait for connections that those around them hold",
  async ({ isolate, key }) => {
    const locks = isolate({ max: 2 });
    const nested = (nr: number) =>
      locks.withLock(`${key}:${nr}`, () => locks.withLock(`${key}:${nr}:inner`, () => pause(20)), {
        timeoutMs: 20_000,
      });
    await Promise.all([nested(1), nested(2), nested(3), nested(4)]);
    ok(locks.getStats().pool.open <= 2);
  },
);

lockTest("isLocked tells whether anybody holds the lock", async ({ locks, isolate, key }) => {
  equal(await locks.isLocked(key), false);
  const held = await hold(isolate(), key);
  equal(await locks.isLocked(key), true);
  await held.release();
  equal(await locks.isLocked(key), false);
});

lockTest(
  "the stats count locks, waits and timeouts, and show the pool",
  async ({ locks, isolate, sql, key }) => {
    const held = await hold(isolate(), key);
    const waiting = locks.withLock(key, () => 1);
    await queued(sql, key, 1);
    await rejects(locks.withLock(key, () => 1, { timeoutMs: 60 }));
    equal(locks.getStats().keys, 1);
    equal(locks.getStats().pool.busy, 1);
    await held.release();
    await waiting;
    await locks.withLock(`${key}:free`, () => 1);
    const { acquired, waited, timedOut, retries, lost, keys, wait, pool } = locks.getStats();
    deepEqual({ acquired, waited, timedOut, retries, lost, keys }, {
      acquired: 2,
      waited: 1,
      timedOut: 1,
      retries: 0,
      lost: 0,
      keys: 0,
    });
    ok(wait.p99 >= 60 && wait.p50 > 0 && wait.p50 < wait.p99, JSON.stringify(wait));
    deepEqual(pool, { max: 5, open: 1, busy: 0, queued: 0 });
  },
);

lockTest("the limits of the wait are not those of the work", async ({ locks, key }) => {
  const [row] = await locks.withLock(key, (tx) =>
    tx`
    select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement,
      current_setting('transaction_isolation') as isolation`, { timeoutMs: 1_234 });
  deepEqual({ ...row }, { lock: "0", statement: "0", isolation: "read committed" });
});

lockTest("work sees what the holder before it committed", async ({ locks, isolate, key }) => {
  const other = isolate();
  const count = (tx: TransactionSql) =>
    tx`select count(*)::integer as n from trading.lock_names where key like ${`${key}:%`}`;
  const write = async (tx: TransactionSql, nr: number) => {
    const [row] = await count(tx);
    await tx`select trading.name_lock(${`${key}:${nr}`})`;
    return row?.n;
  };
  const seen = await Promise.all(
    Array.from({ length: 10 }, (_, nr) => (nr % 2 ? locks : other).withLock(key, (tx) => write(tx, nr))),
  );
  deepEqual(seen.toSorted((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
