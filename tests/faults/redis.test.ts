import assert from "node:assert/strict";
import { createCache } from "../../supabase/functions/_shared/cache/cache.ts";
import { createSendCommands } from "../../supabase/functions/_shared/cache/redis.ts";
import { createLog } from "../../supabase/functions/_shared/observability/log.ts";
import { voidAnswers } from "../../supabase/functions/_shared/portfolio/cache-keys.ts";
import { type Later, later } from "../../supabase/functions/_shared/time/later.ts";
import { freePort, loopback } from "../../local/ports.ts";
import { type Fault, faults, startFaultProxy } from "../support/cache/fault-proxy.ts";
import { redisServer, startRedis } from "../support/cache/redis.ts";
import { eventually } from "../support/receiver.ts";

const DEADLINE = 150;
const ignore = redisServer === null;
/** What may be in no log line. */
const SECRET = "secret-value-1b2c";

/** Some reads of new keys, whose loader answers at once: the milliseconds that each takes, sorted. */
async function readSome(cache: ReturnType<typeof createCache>, reads: number): Promise<number[]> {
  const times: number[] = [];
  for (let read = 0; read < reads; read++) {
    const started = performance.now();
    assert.equal(await cache.wrap(`${SECRET}:${crypto.randomUUID()}`, () => SECRET), SECRET);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b);
}

/** Timers that tell which of them ran out since `begin`, of those that were set since. */
function watchedTimers(): { later: Later; begin: () => number[] } {
  let ranOut: number[] = [];
  return {
    later(milliseconds, run) {
      const mine = ranOut;
      return later(milliseconds, () => (mine.push(milliseconds), run()));
    },
    begin: () => ranOut = [],
  };
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Reads until the breaker opens and after. How long a read waits is told by the timers that run out under it, and the
 * breaker's clock stands still once it is open: no stall of the machine changes either.
 */
async function measure(name: string, url: string, token: string): Promise<void> {
  const lines: string[] = [];
  // Whose own deadline is far: that of a caller, or the cache's of a request, comes first.
  const send = createSendCommands({ url, token, deadlineMs: 30_000 });
  let calls = 0;
  let opened: number | null = null;
  const { later, begin } = watchedTimers();
  const cache = createCache({
    send: (commands) => (calls++, send(commands)),
    log: createLog("debug", {}, (line) => lines.push(line)),
    now: () => opened ?? performance.now(),
    later,
  });
  try {
    let worst = 0;
    const begun = performance.now();
    while (cache.getStats().redis.breaker !== "open" && performance.now() - begun < 30_000) {
      const ranOut = begin();
      worst = Math.max(worst, ...await readSome(cache, 1));
      const waited = ranOut.reduce((sum, milliseconds) => sum + milliseconds, 0);
      assert.ok(waited <= DEADLINE, `a read waited for ${ranOut.join(" + ")} ms`);
      // While an answer is late nobody waits for Redis: that takes time, which is what is waited for here.
      if (cache.getStats().redis.breaker === "half_open") await sleep(20);
    }
    opened = performance.now();
    const asked = calls;
    assert.equal(cache.getStats().redis.breaker, "open");
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.doesNotMatch(lines.join(), new RegExp(SECRET));
    const ranOut = begin();
    const times = await readSome(cache, 100);
    const median = times[50] ?? Infinity;
    say(
      `    Redis ${name}: worst read ${worst.toFixed(0)} ms; with the breaker open median ` +
        `${median.toFixed(2)} ms, worst ${times.at(-1)?.toFixed(2)} ms`,
    );
    assert.equal(calls, asked, "nobody asks Redis with the breaker open");
    assert.deepEqual(ranOut, [], "nobody waits with the breaker open");
    assert.ok(median < 10, `${median} ms with the breaker open`);
  } finally {
    cache.close();
  }
}

for (const name of Object.keys(faults())) {
  Deno.test({
    name: `Redis ${name}: a read waits for its deadline at most, then not at all, and one line says so`,
    ignore,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const redis = await startRedis();
      const proxy = startFaultProxy(redis.url);
      try {
        proxy.fault = faults()[name] ?? null;
        await measure(name, proxy.url, redis.token);
      } finally {
        await Promise.race([proxy.stop(), new Promise((resolve) => setTimeout(resolve, 500))]);
        await redis.stop();
      }
    },
  });
}

Deno.test("Redis refuses connections: a read hardly waits, and one line says so", async () => {
  await measure("refuses", `http://${loopback}:${freePort()}`, "token");
});

Deno.test("a connection that breaks is not tried again", async () => {
  const listener = Deno.listen({ hostname: loopback, port: 0 });
  let connections = 0;
  const accepting = (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  const send = createSendCommands({ url: `http://${loopback}:${listener.addr.port}`, token: "token" });
  await assert.rejects(send([{ op: "mget", keys: ["a"] }]));
  listener.close();
  await accepting;
  assert.equal(connections, 1);
});

Deno.test({
  name: "Redis that is back is used again, without anyone restarting anything",
  ignore,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const redis = await startRedis();
    const proxy = startFaultProxy(redis.url);
    const lines: string[] = [];
    const cache = createCache({
      send: createSendCommands({ url: proxy.url, token: redis.token }),
      log: createLog("debug", {}, (line) => lines.push(JSON.parse(line).message)),
    });
    try {
      proxy.fault = () => Promise.resolve(new Response("", { status: 503 }));
      await readSome(cache, 10);
      proxy.fault = null;
      const started = performance.now();
      while (cache.getStats().redis.breaker !== "closed") {
        await readSome(cache, 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        assert.ok(performance.now() - started < 5_000, "it is not used again");
      }
      say(`    Redis used again ${((performance.now() - started) / 1_000).toFixed(1)} s after it was back`);
      assert.deepEqual(lines, ["cache: Redis is away, memory layer only", "cache: Redis is back"]);
      await eventually(() => cache.set("k", "there"), "a value is set");
    } finally {
      cache.close();
      await proxy.stop();
      await redis.stop();
    }
  },
});

Deno.test({
  name: "an alert's change of the cache is nothing that the alert waits for, whatever Redis does",
  ignore,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const redis = await startRedis();
    const proxy = startFaultProxy(redis.url);
    const send = createSendCommands({ url: proxy.url, token: redis.token });
    let answers = 0;
    const cache = createCache({ send: (commands) => send(commands).finally(() => answers++) });
    const voidCached = voidAnswers(cache, () => {});
    try {
      const kinds: [string, Fault][] = [["works", null], ...Object.entries(faults())];
      for (const [name, fault] of kinds) {
        proxy.fault = fault;
        let worst = 0;
        for (let alert = 0; alert < 50; alert++) {
          const before = answers;
          const started = performance.now();
          // Over in this turn, in which no answer can come; and no promise, for which somebody might wait.
          assert.equal(voidCached(["default"]), undefined);
          worst = Math.max(worst, performance.now() - started);
          assert.equal(answers, before);
          await sleep(1);
        }
        say(`    announcing to a Redis that ${name} took ${worst.toFixed(2)} ms at worst`);
      }
    } finally {
      cache.close();
      await Promise.race([proxy.stop(), new Promise((resolve) => setTimeout(resolve, 500))]);
      await redis.stop();
    }
  },
});

/** A measured figure, for the reader of the test's output. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
