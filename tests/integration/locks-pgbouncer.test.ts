import { deepEqual, equal, rejects } from "node:assert/strict";
import postgres from "postgres";
import { hold, type LockBench, lockTest, pause, until } from "../support/locks.ts";
import { startHolder } from "../support/lock-holder-process.ts";
import { pgbouncerPath, startPgBouncer } from "../support/pgbouncer.ts";
import { atMostOnce, timeOf } from "../support/noise.ts";

/** A test with isolates behind a PgBouncer in transaction mode that shares few sessions among them. */
function pooledTest(
  name: string,
  body: (bench: LockBench & { url: string }) => Promise<void>,
  poolSize = 8,
): void {
  const ignore = pgbouncerPath === null;
  lockTest(
    `through a transaction pooler, ${name}${ignore ? " (pgbouncer is not installed)" : ""}`,
    async (bench) => {
      const pooler = await startPgBouncer(poolSize);
      try {
        const isolate: LockBench["isolate"] = (options) => bench.isolate({ url: pooler.url, ...options });
        await body({ ...bench, isolate, locks: isolate(), url: pooler.url });
      } finally {
        await pooler.stop();
      }
    },
    { ignore },
  );
}

/** Advisory locks of the key in the database, held by whomever. */
const holders = async (sql: LockBench["sql"], key: string) =>
  (await sql`select from public.active_locks() where active_locks.key = ${key}`).length;

pooledTest(
  "a session's advisory lock excludes nobody, and leaks: why locks live in transactions",
  async ({ sql, url, key }) => {
    const options = { max: 1, prepare: false, fetch_types: false };
    const [first, second] = [postgres(url, options), postgres(url, options)];
    const take = (client: typeof first) =>
      client`select pg_try_advisory_lock(trading.lock_id(${key})) as granted`;
    await sql`select trading.name_lock(${key})`;
    deepEqual([(await take(first))[0]?.granted, (await take(second))[0]?.granted], [true, true]);
    await Promise.all([first.end(), second.end()]);
    equal(await holders(sql, key), 1);
  },
  1,
);

pooledTest("no lock is granted twice", async ({ isolate, key }) => {
  const [one, two] = [isolate(), isolate()];
  let inside = 0;
  let most = 0;
  let runs = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    runs += 1;
    await pause(1);
    inside -= 1;
  };
  await Promise.all(
    Array.from({ length: 100 }, (_, nr) => (nr % 2 ? one : two).withLock(`${key}:${nr % 3}`, work)),
  );
  equal(runs, 100);
  equal(most <= 3, true);

  most = 0;
  await Promise.all(Array.from({ length: 60 }, (_, nr) => (nr % 2 ? one : two).withLock(key, work)));
  equal(most, 1);
});

pooledTest(
  "no lock is left behind by a return, a throw, a timeout or a signal",
  async ({ isolate, sql, key }) => {
    const [one, two] = [isolate(), isolate()];
    await one.withLock(key, () => 1);
    await rejects(one.withLock(key, () => Promise.reject(new Error("the work failed"))));
    const held = await hold(two, key);
    await rejects(one.withLock(key, () => 1, { timeoutMs: 80 }), { code: "lock_timeout" });
    const caller = new AbortController();
    const waiting = one.withLock(key, () => 1, { signal: caller.signal });
    await pause(50);
    caller.abort();
    await rejects(waiting, { name: "AbortError" });
    equal(await one.tryWithLock(key, () => 1), null);
    await held.release();
    await until(async () => await holders(sql, key) === 0);
  },
);

pooledTest("the settings of a lock's transaction stay in it", async ({ isolate, sql, url, key }) => {
  await isolate().withLock(key, () => 1, { timeoutMs: 1_234 });
  const client = postgres(url, { max: 1, prepare: false, fetch_types: false });
  const names = ["lock_timeout", "client_connection_check_interval", "idle_in_transaction_session_timeout"];
  const settings = (on: typeof client) =>
    on.unsafe(`select ${names.map((name) => `current_setting('${name}') as ${name}`).join()}`);
  deepEqual([...await settings(client)], [...await settings(sql)]);
  await client.end();
}, 1);

for (const [how, doing] of [["idle", "between two statements"], ["busy", "in a statement"]] as const) {
  pooledTest(
    `a lock whose holder's process is killed ${doing} is free within a second`,
    async ({ locks, url, key }) => {
      await atMostOnce(1_000, async () => {
        const holder = await startHolder(url, key, how);
        await pause(100);
        equal(await locks.isLocked(key), true);
        holder.kill("SIGKILL");
        await holder.status;
        return await timeOf(() => locks.withLock(key, () => "mine"));
      });
    },
  );
}
