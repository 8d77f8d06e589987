import { createCache } from "../../supabase/functions/_shared/cache/cache.ts";
import { createSendCommands } from "../../supabase/functions/_shared/cache/redis.ts";
import {
  createSharedLimiter,
  createTakeMany,
} from "../../supabase/functions/_shared/limits/redis-limiter.ts";
import { startFarRedis } from "../support/cache/far-redis.ts";
import { redisServer } from "../support/cache/redis.ts";
import { atMostOnce } from "../support/noise.ts";

const ignore = redisServer === null;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

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
      await atMostOnce(0, () => failuresOf(roundTrip));
    },
  });
}

/**
 * Failed calls of a cache after the first second, and how often it or what counts requests gave Redis up, then or before:
 * none, at last.
 */
async function failuresOf(roundTrip: number): Promise<number> {
  const redis = await startFarRedis(roundTrip);
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
    // On a machine that stalls calls come late, so that both stop asking: no less a failure for time, and counted as one.
    return errors - before + log.length + (breaker === "closed" ? 0 : 1);
  } finally {
    cache.close();
    await redis.stop();
  }
}

/** A measured figure, for the reader of the test's output. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
