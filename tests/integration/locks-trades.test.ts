import { deepEqual, equal, ok } from "node:assert/strict";
import { book, canonical, openAccount } from "../support/engine.ts";
import { hold, lockTest, until } from "../support/locks.ts";
import { asService, unique } from "../support/stack.ts";

const buy = (account: string, symbol: string) => ({
  account,
  symbol,
  action: "buy",
  quantity: "1",
  price: "100",
});

lockTest(
  "no alert is booked for a symbol whose key withLock holds, and all are once it is free",
  async ({ locks, sql }) => {
    const account = await openAccount(sql);
    const held = await hold(locks, `trade:${account}:AAPL`);
    const [refused] = await book(sql, [buy(account, "AAPL")]);
    equal(refused?.status, "busy");
    const [other] = await book(sql, [buy(account, "MSFT")]);
    equal(other?.status, "filled");
    await held.release();
    const [booked] = await book(sql, [buy(account, "AAPL")]);
    equal(booked?.status, "filled");
  },
);

lockTest("an alert that waits for withLock is booked when that ends", async ({ locks, sql }) => {
  const account = await openAccount(sql);
  const key = `trade:${account}:AAPL`;
  const held = await hold(locks, key);
  const booking = book(sql, [buy(account, "AAPL")]);
  await until(async () => (await sql`select public.lock_status(${key}) as s`)[0]?.s.waiters.length === 1);
  await held.release();
  equal((await booking)[0]?.status, "filled");
});

lockTest(
  "withLock does not get a symbol's key while an alert of it is being booked",
  async ({ locks, sql }) => {
    const account = await openAccount(sql);
    await sql.begin(async (tx) => {
      await tx`select public.process_alerts(${
        JSON.stringify([canonical(buy(account, "AAPL"))])
      }::text::jsonb)`;
      equal(await locks.tryWithLock(`trade:${account}:AAPL`, () => "mine"), null);
      equal(await locks.isLocked(`trade:${account}:AAPL`), true);
      equal(await locks.tryWithLock(`trade:${account}:MSFT`, () => "mine"), "mine");
    });
    equal(await locks.tryWithLock(`trade:${account}:AAPL`, () => "mine"), "mine");
  },
);

lockTest("work under a symbol's key may book through its own transaction", async ({ locks, sql }) => {
  const account = await openAccount(sql);
  const answers = await locks.withLock(`trade:${account}:AAPL`, async (tx) => {
    const alerts = JSON.stringify([canonical(buy(account, "AAPL"))]);
    const [row] = await tx`select public.process_alerts(${alerts}::text::jsonb) as answers`;
    return row?.answers;
  });
  equal(answers[0].status, "filled");
});

lockTest("active_locks names the key of a booking, though bookings write no name", async ({ sql }) => {
  const account = await openAccount(sql);
  await book(sql, [buy(account, "AAPL")]);
  await sql.begin(async (tx) => {
    await tx`set local application_name = 'a booking'`;
    await tx`select pg_advisory_xact_lock(trading.lock_id(${`trade:${account}:AAPL`}))`;
    const { data } = await asService().rpc("active_locks");
    const lock = data?.find(({ key }) => key === `trade:${account}:AAPL`);
    equal(lock?.kind, "advisory");
    equal(lock?.holder, "a booking");
    ok((lock?.held_ms ?? -1) >= 0);
  });
  equal((await sql`select from trading.lock_names where key like ${`trade:${account}:%`}`).length, 0);
});

lockTest(
  "active_locks names withLock's keys, their holder, and who waits for how long",
  async ({ isolate, key }) => {
    const holder = isolate({ applicationName: "the holder" });
    const waiter = isolate({ applicationName: "a waiter" });
    const held = await hold(holder, key);
    const waiting = waiter.withLock(key, () => 1);
    const find = async () => (await asService().rpc("active_locks")).data?.find((lock) => lock.key === key);
    await until(async () => ((await find())?.longest_wait_ms ?? 0) > 50);
    const lock = await find();
    deepEqual([lock?.kind, lock?.holder, lock?.waiters], ["advisory", "the holder", 1]);
    ok((lock?.held_ms ?? 0) >= (lock?.longest_wait_ms ?? Infinity));
    const own = (await holder.getActiveLocks()).find((each) => each.key === key);
    deepEqual([own?.holder, own?.pid, own?.waiters], ["the holder", lock?.pid, 1]);
    ok(own?.since instanceof Date);
    await held.release();
    await waiting;
    equal(await find(), undefined);
  },
);

lockTest(
  "lock_status shows the holder, the waiters in their order, and the lease of one key",
  async ({ isolate, key }) => {
    const service = asService();
    const free = { locked: false, holder: null, waiters: [], lease: null };
    const status = async () =>
      (await service.rpc("lock_status", { lock_key: key })).data as Record<string, unknown>;
    const { key: shown, lock_id: _, ...rest } = await status();
    equal(shown, key);
    deepEqual(rest, free);

    await service.rpc("acquire_lease", { key, owner: "the owner", ttl_ms: 60_000 });
    const held = await hold(isolate({ applicationName: "the holder" }), key);
    const waiting = isolate({ applicationName: "a waiter" }).withLock(key, () => 1);
    await until(async () => (await status()).waiters?.toString() !== "");
    const { locked, holder, waiters, lease } = await status() as {
      locked: boolean;
      holder: { name: string; pid: number; held_ms: number };
      waiters: { name: string; waited_ms: number }[];
      lease: { owner: string };
    };
    equal(locked, true);
    equal(holder.name, "the holder");
    deepEqual(waiters.map(({ name }) => name), ["a waiter"]);
    equal(lease.owner, "the owner");
    await held.release();
    await waiting;
  },
);

lockTest("an advisory lock of other software is shown without a name", async ({ sql }) => {
  const id = String(Math.floor(Math.random() * 1e15));
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${id}::text::bigint)`;
    const { data } = await asService().rpc("active_locks");
    equal(data?.find((lock) => lock.lock_id === id)?.key, null);
  });
});

lockTest("an unusable key is refused by lock_status with a hint", async () => {
  for (const lock_key of ["", "k".repeat(10_240), unique("k").padEnd(513, "k")]) {
    const { error, status } = await asService().rpc("lock_status", { lock_key });
    equal(status, 400);
    ok(error?.hint);
  }
});
