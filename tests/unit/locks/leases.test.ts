import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { LockUnavailableError } from "../../../supabase/functions/_shared/locks/errors.ts";
import {
  createLeaseService,
  type LeaseGrant,
  type LeaseRpc,
} from "../../../supabase/functions/_shared/locks/leases.ts";
import { type FakeTime, withFakeTime } from "../../support/fake-time.ts";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A database that answers as told, and writes down what it was asked. */
function fake({ grants = [], renewals = [] }: {
  grants?: (LeaseGrant | Error)[];
  renewals?: ("renewed" | "busy" | "lost" | Error)[];
} = {}) {
  const calls: string[] = [];
  const owners = new Set<string>();
  const answer = <T>(queue: (T | Error)[], usual: T): Promise<T> => {
    const next = queue.shift() ?? usual;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  const rpc: LeaseRpc = {
    acquire(_key, owner) {
      calls.push("acquire");
      owners.add(owner);
      return answer(grants, { acquired: true, fencing_token: 7 });
    },
    renew() {
      calls.push("renew");
      return answer(renewals, "renewed");
    },
    release() {
      calls.push("release");
      return Promise.resolve();
    },
  };
  return { rpc, calls, owners };
}

const inTime = (name: string, body: (time: FakeTime) => Promise<void>) =>
  Deno.test(name, () => withFakeTime(body));

const away = () => new LockUnavailableError("away");

Deno.test("work under a lease gets the fencing token, and the lease is given back", async () => {
  const { rpc, calls } = fake();
  equal(await createLeaseService(rpc).withLease("k", ({ fencingToken }) => fencingToken), 7);
  deepEqual(calls, ["acquire", "release"]);
});

Deno.test("a lease is given back when its work throws, and the error is the work's", async () => {
  const { rpc, calls } = fake();
  await rejects(
    createLeaseService(rpc).withLease("k", () => Promise.reject(new Error("the work failed"))),
    /the work failed/,
  );
  deepEqual(calls, ["acquire", "release"]);
});

inTime("a lease is renewed at a third of its time while the work goes on", async (time) => {
  const { rpc, calls } = fake();
  const working = createLeaseService(rpc).withLease("k", () => pause(550), { ttlMs: 300 });
  await time.advance(550);
  await working;
  equal(calls.filter((call) => call === "renew").length, 5);
});

inTime(
  "the work's signal is aborted when the lease is lost, and what the work returns is not taken for done",
  async (time) => {
    const { rpc } = fake({ renewals: ["renewed", "lost"] });
    let aborted = false;
    const refused = rejects(
      createLeaseService(rpc).withLease("k", async ({ signal }) => {
        await pause(350);
        aborted = signal.aborted;
        return "done";
      }, { ttlMs: 300 }),
      { name: "LeaseLostError", code: "lease_lost" },
    );
    await time.advance(350);
    await refused;
    equal(aborted, true);
  },
);

inTime("a renewal that fails is tried again in time", async (time) => {
  const { rpc, calls } = fake({ renewals: [away(), "busy", away()] });
  const working = createLeaseService(rpc).withLease("k", () => pause(250).then(() => "done"), { ttlMs: 300 });
  await time.advance(250);
  equal(await working, "done");
  ok(calls.filter((call) => call === "renew").length >= 4, calls.join());
});

inTime(
  "a lease whose renewals all fail is lost before the database would give it to somebody else",
  async (time) => {
    const { rpc } = fake({ renewals: Array.from({ length: 100 }, away) });
    const started = performance.now();
    let lostAfter = Infinity;
    const refused = rejects(
      createLeaseService(rpc).withLease("k", ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            lostAfter = performance.now() - started;
            reject(signal.reason);
          });
        }), { ttlMs: 300 }),
      { code: "lease_lost" },
    );
    await time.advance(300);
    await refused;
    ok(lostAfter < 300, `${lostAfter} ms`);
  },
);

Deno.test("a lease that is held is asked for again until it is free", async () => {
  const held: LeaseGrant = { acquired: false, holder: "other", retry_after_ms: 20 };
  const { rpc, calls, owners } = fake({ grants: [held, away(), held] });
  await createLeaseService(rpc).withLease("k", () => "done");
  deepEqual(calls, ["acquire", "acquire", "release", "acquire", "acquire", "release"]);
  equal(owners.size, 1);
});

Deno.test("a lease that stays held is a timeout", async () => {
  const held: LeaseGrant = { acquired: false, holder: "other", retry_after_ms: 20 };
  const { rpc } = fake({ grants: Array.from({ length: 100 }, () => held) });
  await rejects(createLeaseService(rpc).withLease("k", () => 1, { timeoutMs: 100 }), {
    code: "lock_timeout",
  });
});

Deno.test("a database that does not answer is no timeout of a lease", async () => {
  const { rpc } = fake({ grants: Array.from({ length: 100 }, away) });
  await rejects(createLeaseService(rpc).withLease("k", () => 1, { timeoutMs: 100 }), {
    code: "lock_unavailable",
  });
});

Deno.test("who gives up gets their own reason, before the lease and under it", async () => {
  const { rpc } = fake();
  const leases = createLeaseService(rpc);
  await rejects(leases.withLease("k", () => 1, { signal: AbortSignal.abort() }), { name: "AbortError" });
  const caller = new AbortController();
  await rejects(
    leases.withLease("k", async ({ signal }) => {
      caller.abort();
      await pause(1);
      signal.throwIfAborted();
    }, { signal: caller.signal }),
    { name: "AbortError" },
  );
});

Deno.test("two leases never share an owner", async () => {
  const { rpc, owners } = fake();
  const leases = createLeaseService(rpc);
  await leases.withLease("k", () => 1);
  await leases.withLease("k", () => 1);
  equal(owners.size, 2);
});

for (const ttlMs of [0, 99, 3_600_001, 1_000.5, NaN]) {
  Deno.test(`a lease of ${ttlMs} ms is refused`, async () => {
    await rejects(createLeaseService(fake().rpc).withLease("k", () => 1, { ttlMs }), {
      code: "lease_ttl_invalid",
    });
  });
}

Deno.test("a lease of an empty or an overlong key is refused", async () => {
  const leases = createLeaseService(fake().rpc);
  await rejects(leases.withLease("", () => 1), { code: "lock_key_invalid" });
  await rejects(leases.withLease("k".repeat(10_240), () => 1), { code: "lock_key_invalid" });
});
