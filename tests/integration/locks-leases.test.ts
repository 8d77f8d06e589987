import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { createLeaseRpc, createLeaseService } from "../../supabase/functions/_shared/locks/leases.ts";
import { pause } from "../support/locks.ts";
import { asAnon, asService, asUser, connect, unique } from "../support/stack.ts";

interface Grant {
  acquired: boolean;
  fencing_token: number | null;
  expires_at: string | null;
  holder: string | null;
  retry_after_ms: number;
}

const service = asService();
const acquire = async (key: string, owner: string, ttl_ms = 60_000) =>
  (await service.rpc("acquire_lease", { key, owner, ttl_ms })).data as unknown as Grant;
const renew = async (key: string, owner: string, fencing_token: number, ttl_ms = 60_000) =>
  (await service.rpc("renew_lease", { key, owner, fencing_token, ttl_ms })).data as unknown as {
    renewed: boolean;
    expires_at: string | null;
    code: string | null;
  };
const release = async (key: string, owner: string, fencing_token?: number) =>
  (await service.rpc("release_lease", {
    key,
    owner,
    ...fencing_token === undefined ? {} : { fencing_token },
  }))
    .data as unknown as { released: boolean; code: string | null };

Deno.test("a free lease is acquired, with a token and the time when it expires", async () => {
  const key = unique("lease");
  const before = Date.now();
  const { acquired, fencing_token, expires_at, holder, retry_after_ms } = await acquire(key, "a", 5_000);
  deepEqual({ acquired, holder, retry_after_ms }, { acquired: true, holder: "a", retry_after_ms: 0 });
  ok(Number.isSafeInteger(fencing_token));
  const lasts = Date.parse(expires_at ?? "") - before;
  ok(lasts > 4_900 && lasts < 6_500, `${lasts} ms`);
});

Deno.test("a held lease is refused with its holder and when to come back, also to an owner of the same name", async () => {
  const key = unique("lease");
  const { expires_at } = await acquire(key, "a", 60_000);
  for (const owner of ["b", "a"]) {
    const refused = await acquire(key, owner);
    deepEqual([refused.acquired, refused.fencing_token, refused.holder, refused.expires_at], [
      false,
      null,
      "a",
      expires_at,
    ]);
    ok(refused.retry_after_ms > 30_000 && refused.retry_after_ms <= 60_000);
  }
});

Deno.test("a lease that was given back is free, and its next token is greater", async () => {
  const key = unique("lease");
  const first = (await acquire(key, "a")).fencing_token ?? NaN;
  deepEqual(await release(key, "a", first), { released: true, code: null });
  const second = await acquire(key, "b");
  ok(second.acquired && (second.fencing_token ?? 0) > first);
});

Deno.test("an expired lease is taken over with a greater token, and its owner can neither renew nor release it", async () => {
  const key = unique("lease");
  const first = (await acquire(key, "a", 100)).fencing_token ?? NaN;
  await pause(130);
  const second = await acquire(key, "b");
  ok(second.acquired && (second.fencing_token ?? 0) > first);
  deepEqual(await renew(key, "a", first), { renewed: false, expires_at: null, code: "lost" });
  deepEqual(await release(key, "a", first), { released: false, code: "lost" });
  deepEqual(await release(key, "a"), { released: false, code: "lost" });
  equal((await acquire(key, "c")).holder, "b");
});

Deno.test("an expired lease cannot be renewed, even if nobody took it over", async () => {
  const key = unique("lease");
  const token = (await acquire(key, "a", 100)).fencing_token ?? NaN;
  await pause(130);
  equal((await renew(key, "a", token)).code, "lost");
});

Deno.test("a lease is renewed by its owner and token only, and never shortened", async () => {
  const key = unique("lease");
  const { fencing_token, expires_at } = await acquire(key, "a", 20_000);
  const token = fencing_token ?? NaN;
  equal((await renew(key, "b", token)).renewed, false);
  equal((await renew(key, "a", token - 1)).renewed, false);
  equal((await renew(key, "a", token, 100)).expires_at, expires_at);
  const renewed = await renew(key, "a", token, 120_000);
  ok(Date.parse(renewed.expires_at ?? "") > Date.parse(expires_at ?? "") + 50_000);
});

Deno.test("an owner whose token got lost on the way gives its lease back without one", async () => {
  const key = unique("lease");
  await acquire(key, "a");
  equal((await release(key, "b")).released, false);
  equal((await release(key, "a")).released, true);
});

Deno.test("16 clients at once: one holder at a time, and tokens that only grow", async () => {
  const key = unique("lease");
  const granted: { token: number; from: number; to: number }[] = [];
  const client = async (nr: number) => {
    for (let turns = 0; turns < 4;) {
      const { acquired, fencing_token } = await acquire(key, `client ${nr}`, 60_000);
      if (!acquired || fencing_token === null) {
        await pause(Math.random() * 10);
        continue;
      }
      const from = performance.now();
      turns += 1;
      await pause(1);
      granted.push({ token: fencing_token, from, to: performance.now() });
      equal((await release(key, `client ${nr}`, fencing_token)).released, true);
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, nr) => client(nr)));
  granted.sort((a, b) => a.from - b.from);
  equal(granted.length, 64);
  granted.slice(1).forEach((grant, nr) => {
    const before = granted[nr];
    ok(before && grant.token > before.token, "tokens grow");
    ok(before && grant.from >= before.to, "nobody overlaps");
  });
});

Deno.test("16 clients at once at an expired lease: one takes it over", async () => {
  const key = unique("lease");
  await acquire(key, "a", 100);
  await pause(130);
  const grants = await Promise.all(Array.from({ length: 16 }, (_, nr) => acquire(key, `client ${nr}`)));
  equal(grants.filter(({ acquired }) => acquired).length, 1);
});

Deno.test("a token grows even after the lease's row was swept away", async () => {
  const sql = connect(1);
  const key = unique("lease");
  const first = (await acquire(key, "a", 100)).fencing_token ?? NaN;
  await sql`update trading.leases set expires_at = now() - interval '2 days' where key = ${key}`;
  await acquire(unique("lease"), "b");
  equal((await sql`select from trading.leases where key = ${key}`).length, 0);
  ok(((await acquire(key, "a")).fencing_token ?? 0) > first);
  await sql.end();
});

Deno.test("contention is returned, never raised: a lease that an open transaction is taking", async () => {
  const sql = connect(1);
  const key = unique("lease");
  await sql.begin(async (tx) => {
    await tx`select public.acquire_lease(${key}, 'a', 60000)`;
    const refused = await acquire(key, "b");
    deepEqual([refused.acquired, refused.retry_after_ms], [false, 100]);
  });
  equal((await renew(key, "b", 1)).code, "lost");
  await sql.end();
});

Deno.test("wrong use of a lease is a 400 with a hint, and changes nothing", async () => {
  const key = unique("lease");
  for (
    const args of [
      { key: "", owner: "a", ttl_ms: 1_000 },
      { key: "k".repeat(10_240), owner: "a", ttl_ms: 1_000 },
      { key, owner: "", ttl_ms: 1_000 },
      { key, owner: "a", ttl_ms: 0 },
      { key, owner: "a", ttl_ms: -1 },
      { key, owner: "a", ttl_ms: 3_600_001 },
    ]
  ) {
    const { error, status } = await service.rpc("acquire_lease", args);
    equal(status, 400, JSON.stringify(args).slice(0, 80));
    ok(error?.hint);
  }
  equal((await acquire(key, "a")).acquired, true);
});

Deno.test("leases are for the service role alone", async () => {
  const args = { key: unique("lease"), owner: "a", ttl_ms: 1_000 };
  for (const client of [asUser(), asAnon()]) ok((await client.rpc("acquire_lease", args)).error);
});

Deno.test("withLease excludes others, renews past its time, and frees the lease at the end", async () => {
  const leases = createLeaseService(createLeaseRpc(service), "test");
  const key = unique("lease");
  await leases.withLease(key, async ({ fencingToken, signal }) => {
    ok(fencingToken > 0);
    await pause(4_000);
    equal(signal.aborted, false);
    const { acquired, holder } = await acquire(key, "b");
    deepEqual([acquired, holder?.startsWith("test:")], [false, true]);
    await rejects(leases.withLease(key, () => 1, { timeoutMs: 50 }), { code: "lock_timeout" });
  }, { ttlMs: 3_000 });
  equal((await acquire(key, "b")).acquired, true);
});

Deno.test("withLease's work is told when its lease was taken away", async () => {
  const leases = createLeaseService(createLeaseRpc(service));
  const sql = connect(1);
  const key = unique("lease");
  await rejects(
    leases.withLease(key, async ({ signal }) => {
      await sql`update trading.leases set expires_at = now() where key = ${key}`;
      await acquire(key, "thief");
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }, { ttlMs: 600 }),
    { code: "lease_lost" },
  );
  equal((await acquire(key, "c")).holder, "thief");
  await sql.end();
});
