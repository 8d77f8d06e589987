/**
 * `deno run -A bench/locks.ts [quick]`: what taking and giving back a lock costs, ours against its peers, round after round
 * in one run on one stack (that of TEST_STACK, else one of its own), so that ratios hold on a noisy machine.
 */
import { Lock } from "@upstash/lock";
import { Redis } from "@upstash/redis";
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import type { StackInfo } from "../local/stack.ts";
import { createAdvisoryLockService } from "../supabase/functions/_shared/locks/advisory-locks.ts";
import { createLeaseRpc, createLeaseService } from "../supabase/functions/_shared/locks/leases.ts";
import { lockId } from "../supabase/functions/_shared/locks/lock-key.ts";
import { startStackProcess } from "./servers.ts";
import { median, row, table } from "./table.ts";

const rounds = Deno.args.includes("quick") ? 2 : 7;
const roundMs = Deno.args.includes("quick") ? 300 : 800;
const connections = 5;

type LockConfig = ConstructorParameters<typeof Lock>[0];

/** One way to hold a lock: takes the key's, does nothing under it, gives it back. */
interface Contender {
  name: string;
  once(key: string): Promise<unknown>;
}

/** How the locks are asked for: so many callers, each for a key of its own or all for the same. */
const loads = [
  { name: "1 caller", callers: 1, key: (_caller: number, turn: number) => `bench:${turn % 50}` },
  { name: "16 callers, 16 keys", callers: 16, key: (caller: number) => `bench:${caller}` },
  { name: "16 callers, 1 key", callers: 16, key: () => "bench" },
];

function contenders(stack: StackInfo) {
  const options = { max: connections, onnotice: () => {} };
  const sql = postgres(stack.db_url, options);
  const ours = createAdvisoryLockService({ url: stack.db_url, max: connections, timeoutMs: 60_000 });
  const database = createClient(stack.api_url, stack.secret_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const leases = createLeaseService(createLeaseRpc(database as Parameters<typeof createLeaseRpc>[0]));

  /** As is usual: a reserved connection, the lock, the work, the unlock. Prepared statements: direct connections only. */
  async function session(key: string, work: (held: postgres.ReservedSql) => Promise<unknown>): Promise<void> {
    const held = await sql.reserve();
    const id = String(lockId(key));
    try {
      await held`select pg_advisory_lock(${id}::bigint)`;
      try {
        await work(held);
      } finally {
        await held`select pg_advisory_unlock(${id}::bigint)`;
      }
    } finally {
      held.release();
    }
  }

  const list: Contender[] = [
    { name: "ours: withLock, with its transaction", once: (key) => ours.withLock(key, () => {}) },
    {
      name: "driver's begin + pg_advisory_xact_lock",
      once: (key) => sql.begin((tx) => tx`select pg_advisory_xact_lock(${String(lockId(key))}::bigint)`),
    },
    { name: "session lock, no transaction", once: (key) => session(key, () => Promise.resolve()) },
    {
      name: "session lock around a transaction",
      once: (key) =>
        session(key, async (held) => {
          await held`begin`;
          await held`commit`;
        }),
    },
    {
      name: "ours: withLease, by HTTP",
      once: (key) => leases.withLease(key, () => {}, { timeoutMs: 60_000 }),
    },
  ];
  if (stack.redis_url !== null && stack.redis_token !== null) {
    const redis = new Redis({ url: stack.redis_url, token: stack.redis_token, enableTelemetry: false });
    list.push({
      name: "@upstash/lock, by HTTP",
      async once(key) {
        // Its types are of the other module format's Redis, which is the same class.
        const config = { id: key, redis, retry: { attempts: 10_000, delay: 5 } } as unknown as LockConfig;
        const lock = new Lock(config);
        if (!await lock.acquire()) throw new Error("@upstash/lock gave up");
        await lock.release();
      },
    });
  }
  return { list, close: () => Promise.all([ours.close(), sql.end()]) };
}

/** Microseconds a lock, over all callers. */
async function measure({ once }: Contender, { callers, key }: typeof loads[number]): Promise<number> {
  const started = performance.now();
  let done = 0;
  await Promise.all(Array.from({ length: callers }, async (_, caller) => {
    for (let turn = 0; performance.now() - started < roundMs; turn++) {
      await once(key(caller, turn));
      done += 1;
    }
  }));
  return (performance.now() - started) * 1000 / done;
}

const given = Deno.env.get("TEST_STACK");
const dataDir = await Deno.makeTempDir({ prefix: "bench-locks-" });
await Deno.chmod(dataDir, 0o755);
const own = given ? null : await startStackProcess(dataDir);
const stack: StackInfo = own ?? JSON.parse(given ?? "");
const { list, close } = contenders(stack);
try {
  const times = new Map<string, number[]>();
  for (const each of list) {
    await measure(each, {
      name: "warm-up",
      callers: 8,
      key: (caller) => `warm:${caller}`,
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const load of loads) {
      for (const each of list) {
        const name = `${load.name}|${each.name}`;
        times.set(name, [...times.get(name) ?? [], await measure(each, load)]);
      }
    }
  }
  const rows = loads.flatMap((load) =>
    list.map(({ name }) => {
      const own = times.get(`${load.name}|${list[0]?.name}`) ?? [];
      const taken = times.get(`${load.name}|${name}`) ?? [];
      const ratios = taken.map((time, round) => time / (own[round] ?? NaN));
      return row(
        load.name,
        name,
        median(taken).toFixed(0),
        `${Math.min(...taken).toFixed(0)}–${Math.max(...taken).toFixed(0)}`,
        median(ratios).toFixed(2),
      );
    })
  );
  const head = ["load", "lock taken and given back", "µs, median", "spread", "x ours, by round"];
  Deno.stdout.writeSync(new TextEncoder().encode(table(head, rows)));
} finally {
  await close();
  await own?.stop();
  await Deno.remove(dataDir, { recursive: true });
}
