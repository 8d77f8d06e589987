import assert from "node:assert/strict";
import { createCache } from "../../supabase/functions/_shared/cache/cache.ts";
import { createSendCommands } from "../../supabase/functions/_shared/cache/redis-client.ts";
import { createLog } from "../../supabase/functions/_shared/observability/log.ts";
import { announceAccounts } from "../../supabase/functions/_shared/portfolio/cache-keys.ts";
import { freePort, loopback } from "../../local/ports.ts";
import { type Fault, faults, startFaultProxy } from "../support/cache/fault-proxy.ts";
import { redisServer, startRedis } from "../support/cache/redis.ts";

const DEADLINE = 150;
const ignore = redisServer === null;
/** What may be in no log line. */
const SECRET = "secret-value-1b2c";

/** Milliseconds that each of some reads of new keys takes, whose loader answers at once. */
async function readTimes(cache: ReturnType<typeof createCache>, reads: number): Promise<number[]> {
  const times: number[] = [];
  for (let read = 0; read < reads; read++) {
    const started = performance.now();
    assert.equal(await cache.wrap(`${SECRET}:${crypto.randomUUID()}`, () => SECRET), SECRET);
    times.push(performance.now() - started);
  }
  return times;
}

async function measure(name: string, url: string, token: string): Promise<void> {
  const lines: string[] = [];
  const cache = createCache({
    send: createSendCommands({ url, token }),
    log: createLog("debug", {}, (line) => lines.push(line)),
  });
  try {
    const before = await readTimes(cache, 20);
    const { redis } = cache.getStats();
    const after = (await readTimes(cache, 100)).sort((a, b) => a - b);
    const open = after.filter((time) => time < 10).length;
    say(
      `    Redis ${name}: worst read ${Math.max(...before).toFixed(0)} ms; then median ` +
        `${after[50]?.toFixed(2)} ms, worst ${after.at(-1)?.toFixed(2)} ms (breaker ${redis.breaker})`,
    );
    assert.ok(Math.max(...before, ...after) <= DEADLINE + 20, `${Math.max(...before, ...after)} ms`);
    assert.equal(redis.breaker, "open");
    assert.ok(open >= 98, `${open} of 100 reads took under 10 ms with the breaker open`);
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.doesNotMatch(lines.join(), new RegExp(SECRET));
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
      proxy.fault = faults()[name] ?? null;
      try {
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
      await readTimes(cache, 10);
      proxy.fault = null;
      const started = performance.now();
      while (cache.getStats().redis.breaker !== "closed") {
        await readTimes(cache, 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        assert.ok(performance.now() - started < 5_000, "it is not used again");
      }
      say(`    Redis used again ${((performance.now() - started) / 1_000).toFixed(1)} s after it was back`);
      assert.deepEqual(lines, ["cache: Redis is away, memory layer only", "cache: Redis is back"]);
      assert.equal(await cache.set("k", "there"), true);
    } finally {
      cache.close();
      await proxy.stop();
      await redis.stop();
    }
  },
});

Deno.test({
  name: "an alert's announcement takes no time of the alert's, whatever Redis does",
  ignore,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const redis = await startRedis();
    const proxy = startFaultProxy(redis.url);
    const cache = createCache({ send: createSendCommands({ url: proxy.url, token: redis.token }) });
    const announce = announceAccounts(cache);
    const worst = new Map<string, number>();
    try {
      const kinds: [string, Fault][] = [["works", null], ...Object.entries(faults())];
      for (const [name, fault] of kinds) {
        proxy.fault = fault;
        for (let alert = 0; alert < 50; alert++) {
          const started = performance.now();
          announce(["default"]);
          worst.set(name, Math.max(worst.get(name) ?? 0, performance.now() - started));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
      say(`    announcing took ${Math.max(...worst.values()).toFixed(2)} ms at worst`);
      for (const [name, time] of worst) assert.ok(time < 10, `Redis ${name}: ${time} ms`);
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
