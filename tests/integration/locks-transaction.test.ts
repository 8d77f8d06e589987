import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import type { PendingQuery, Row, TransactionSql } from "postgres";
import { forever, hold, lockTest, pause, queued, until } from "../support/locks.ts";

const terminate = (pid: number) => (tx: TransactionSql) => tx`select pg_terminate_backend(${pid})`;
const pidOf = async (tx: TransactionSql): Promise<number> =>
  (await tx`select pg_backend_pid() as pid`)[0]?.pid;

lockTest(
  "a connection that is lost before the work began is replaced, and nobody notices",
  async ({ locks, isolate, sql, key }) => {
    const pid = await locks.withLock(`${key}:first`, pidOf);
    // The pool still has the connection, and waits on it for a lock that is held.
    const held = await hold(isolate(), key);
    const waiting = locks.withLock(key, pidOf);
    await queued(sql, key, 1);
    await sql`select pg_terminate_backend(${pid})`;
    await until(() => Promise.resolve(locks.getStats().retries === 1));
    await held.release();
    equal(await waiting !== pid, true);
    equal(locks.getStats().retries, 1);
  },
);

lockTest("a connection that is lost while idle is not used again", async ({ locks, sql, key }) => {
  const pid = await locks.withLock(key, pidOf);
  await sql`select pg_terminate_backend(${pid})`;
  await until(() => Promise.resolve(locks.getStats().pool.open === 0));
  equal(await locks.withLock(key, () => "mine"), "mine");
});

lockTest(
  "work whose connection is lost is told, fails, and is not run again",
  async ({ locks, isolate, key }) => {
    let runs = 0;
    let told: AbortSignal | undefined;
    await rejects(
      locks.withLock(key, async (tx, signal) => {
        runs += 1;
        told = signal;
        await isolate().withLock(`${key}:other`, terminate(await pidOf(tx)));
        await forever();
      }),
      { name: "LockLostError", code: "lock_lost" },
    );
    equal(runs, 1);
    equal(told?.aborted, true);
    equal(locks.getStats().lost, 1);
    equal(await locks.withLock(key, () => "free again"), "free again");
  },
);

lockTest(
  "work whose connection is lost in the middle of a statement fails alone: the isolate lives on",
  async ({ locks, sql, key }) => {
    const working = locks.withLock(key, async (tx) => {
      const pid = await pidOf(tx);
      setTimeout(() => void sql`select pg_terminate_backend(${pid})`.execute(), 30);
      await tx`select pg_sleep(10)`;
    });
    await rejects(working, { code: "lock_lost" });
    await pause(50);
    equal(await locks.withLock(key, () => "alive"), "alive");
  },
);

lockTest("work that goes on after its lock was lost cannot write", async ({ locks, sql, key }) => {
  let late = () => Promise.resolve<unknown>(undefined);
  await rejects(locks.withLock(key, async (tx) => {
    const pid = await pidOf(tx);
    late = async () => await tx`select trading.name_lock(${`${key}:late`})`;
    await sql`select pg_terminate_backend(${pid})`;
    await forever();
  }));
  await rejects(late(), /closed/);
  equal((await sql`select from trading.lock_names where key = ${`${key}:late`}`).length, 0);
});

lockTest("a transaction handed out of its lock takes no statement any more", async ({ locks, key }) => {
  let leaked: TransactionSql | undefined;
  let unsent: PendingQuery<Row[]> | undefined;
  await locks.withLock(key, (tx) => {
    leaked = tx;
    unsent = tx`select 1`;
  });
  throws(() => leaked?.unsafe("select 1"), { code: "lock_over" });
  await locks.withLock(`${key}:next`, async () => {
    await rejects(async () => await unsent, { code: "lock_over" });
  });
});

lockTest(
  "a statement that fails and is swallowed keeps nothing, and says so",
  async ({ locks, sql, key }) => {
    const working = locks.withLock(key, async (tx) => {
      await tx`select trading.name_lock(${`${key}:written`})`;
      await tx`select 1 / 0`.catch(() => {});
      return "done";
    });
    const error = await working.catch((thrown) => thrown);
    deepEqual([error.name, error.code], ["LockRolledBackError", "lock_rolled_back"]);
    match(String(error.cause), /division by zero/);
    equal((await sql`select from trading.lock_names where key = ${`${key}:written`}`).length, 0);
  },
);

lockTest("a savepoint lets work go on after a statement that fails", async ({ locks, sql, key }) => {
  const result = await locks.withLock(key, async (tx) => {
    await tx`select trading.name_lock(${`${key}:kept`})`;
    await rejects(
      tx.savepoint(async (inner) => {
        await inner`select trading.name_lock(${`${key}:undone`})`;
        await inner`select 1 / 0`;
      }),
      /division by zero/,
    );
    return "done";
  });
  equal(result, "done");
  const rows = await sql`select key from trading.lock_names where key like ${`${key}:%`}`;
  deepEqual(rows.map((row) => row.key), [`${key}:kept`]);
});

lockTest("a statement of the work can be cancelled, and the lock is kept", async ({ locks, sql, key }) => {
  const outcome = await locks.withLock(key, async (tx) => {
    const pid = await pidOf(tx);
    const sleeping = async () =>
      (await sql`select from pg_stat_activity where pid = ${pid} and wait_event = 'PgSleep'`).length === 1;
    await rejects(
      tx.savepoint(async (inner) => {
        const slow = inner`select pg_sleep(60)`.execute();
        void until(sleeping).then(() => slow.cancel());
        await slow;
      }),
      { code: "57014" },
    );
    return await pidOf(tx) === pid ? "kept" : "another connection";
  });
  equal(outcome, "kept");
});

lockTest("the work cannot leave its transaction by the driver's other doors", async ({ locks, key }) => {
  await locks.withLock(key, (tx) => {
    for (const door of ["begin", "end", "close", "reserve", "listen", "subscribe", "prepare"]) {
      throws(() => Reflect.get(tx, door), { code: "lock_usage" }, door);
    }
  });
});

lockTest("the driver's ways to build a statement work in a lock's transaction", async ({ locks, key }) => {
  const [row] = await locks.withLock(key, (tx) => {
    const numbers = [1, 2, 3];
    const part = tx`n > ${1}`;
    return tx`select array_agg(n) as list, ${tx.json({ a: 1 })}::jsonb as json, count(*)::integer as ${
      tx("total")
    }
      from unnest(${numbers}::integer[]) n where ${part} and n in ${tx(numbers)}`;
  });
  deepEqual({ ...row }, { list: [2, 3], json: { a: 1 }, total: 2 });
});

lockTest("idle connections are closed, and opened again when needed", async ({ isolate, key }) => {
  const locks = isolate({ idleMs: 50 });
  await locks.withLock(key, () => 1);
  equal(locks.getStats().pool.open, 1);
  await until(() => Promise.resolve(locks.getStats().pool.open === 0));
  equal(await locks.withLock(key, () => "again"), "again");
});
