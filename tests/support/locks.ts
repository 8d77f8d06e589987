import {
  createAdvisoryLockService,
  type LockService,
  type LockServiceOptions,
} from "../../supabase/functions/_shared/locks/advisory-locks.ts";
import { connect, stack, unique } from "./stack.ts";

export const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** For work that only ends from outside. It leaves no timer behind. */
export const forever = () => new Promise<never>(() => {});

/** What a test of locks works with. */
export interface LockBench {
  /** The service under test. */
  locks: LockService;
  /** Another isolate: a service that shares nothing with the first but the database. */
  isolate(options?: Partial<LockServiceOptions>): LockService;
  /** A direct connection as the owner. */
  sql: ReturnType<typeof connect>;
  /** A key that no other test uses. */
  key: string;
}

/** A test with services of its own, closed at its end. */
export function lockTest(
  name: string,
  body: (bench: LockBench) => Promise<void>,
  { ignore = false, url = stack.db_url }: { ignore?: boolean; url?: string } = {},
): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      const services: LockService[] = [];
      const isolate = (options: Partial<LockServiceOptions> = {}) => {
        const service = createAdvisoryLockService({ url, ...options });
        services.push(service);
        return service;
      };
      const sql = connect(2);
      try {
        await body({ locks: isolate(), isolate, sql, key: unique("lock") });
      } finally {
        await Promise.all(services.map((service) => service.close()));
        await sql.end();
      }
    },
  });
}

/** Takes the lock elsewhere, and holds it until `release`. */
export async function hold(locks: LockService, key: string): Promise<{ release(): Promise<void> }> {
  const held = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const done = locks.withLock(key, () => {
    held.resolve();
    return over.promise;
  });
  await Promise.race([held.promise, done]);
  return {
    release: () => {
      over.resolve();
      return done;
    },
  };
}

/** Milliseconds until the promise settles. */
export async function elapsed(promise: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await promise.catch(() => {});
  return performance.now() - started;
}

export const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Waits until the condition holds; throws after that time, in milliseconds. */
export async function until(condition: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; !await condition(); await pause(5)) {
    if (performance.now() > end) throw new Error(`it was not so within ${timeoutMs} ms`);
  }
}

/** Waits until so many are queued for the lock in Postgres. */
export const queued = (sql: LockBench["sql"], key: string, waiters: number): Promise<void> =>
  until(async () => (await sql`select public.lock_status(${key}) as s`)[0]?.s.waiters.length === waiters);
