import { deepEqual, equal } from "node:assert/strict";
import { setImmediate } from "node:timers";
import { createCache } from "../../supabase/functions/_shared/cache/cache.ts";
import { createSendCommands } from "../../supabase/functions/_shared/cache/redis.ts";
import {
  createSharedLimiter,
  createTakeMany,
} from "../../supabase/functions/_shared/limits/redis-limiter.ts";
import { type FarRedis, startFarRedis } from "../support/cache/far-redis.ts";
import { redisServer } from "../support/cache/redis.ts";
import { withFakeTime } from "../support/fake-time.ts";

const ignore = redisServer === null;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Some turns of the event loop, in which what was sent arrives, though a busy machine keeps its thread waiting. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
}

/** Runs `work` again and again for so long. */
async function throughout(milliseconds: number, work: () => Promise<unknown>): Promise<void> {
  for (const until = performance.now() + milliseconds; performance.now() < until;) {
    await work();
    await sleep(50);
  }
}

for (const roundTrip of [20, 50, 90, 120]) {
  Deno.test({
    name: `a Redis ${roundTrip} ms away behind TLS: after the first second no call fails for time`,
    ignore,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      await withFakeTime(async (time) => {
        const test = useFarRedis(roundTrip, (redis) => far = redis);
        const over = test.then(() => null, () => null);
        let far: FarRedis | undefined;
        // A millisecond each time when what was sent has arrived, and none while Redis works: so the calls take their
        // round trips and hardly more, however often the machine stalls.
        while (await Promise.race([over, turns()]) !== null) {
          if (!far?.underWay()) await time.advance(1);
        }
        await test;
      });
    },
  });
}

/** Calls of a cache and of what counts requests: none fails after the first second, and neither gives Redis up. */
async function useFarRedis(roundTrip: number, onStart: (redis: FarRedis) => void): Promise<void> {
  const redis = await startFarRedis(roundTrip);
  onStart(redis);
  const cache = createCache({ send: createSendCommands(redis) });
  const log: string[] = [];
  const quota = { limit: 20, windowMs: 60_000 };
  const limiter = createSharedLimiter(quota, {
    take: createTakeMany("far", quota, redis),
    log: (_, message) => void log.push(message),
  });
  let changes = 0;
  const work = async () => {
    await Promise.all([
      cache.wrap("portfolio:a:1", () => 1),
      changes++ % 5 === 0 ? cache.invalidatePattern("portfolio:a:*") : null,
      limiter.take(`key ${changes}`),
    ]);
  };
  try {
    await throughout(1_000, work);
    const { errors: before } = cache.getStats().redis;
    await throughout(3_000, work);
    const { errors, commands, breaker } = cache.getStats().redis;
    say(
      `    ${roundTrip} ms away: ${before} calls late in the first second, ${
        errors - before
      } of ${commands} ` +
        `commands later, ${redis.connections()} connections`,
    );
    equal(errors - before, 0);
    deepEqual(log, []);
    equal(breaker, "closed");
  } finally {
    cache.close();
    await redis.stop();
  }
}

/** A measured figure, for the reader of the test's output. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
