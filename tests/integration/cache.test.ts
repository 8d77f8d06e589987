import assert from "node:assert/strict";
import { createCache } from "../../supabase/functions/_shared/cache/cache.ts";
import { createSendCommands, type SendCommands } from "../../supabase/functions/_shared/cache/redis.ts";
import type { Cache } from "../../supabase/functions/_shared/cache/cache.ts";
import type { Json } from "../../supabase/functions/_shared/database/types.ts";
import { canonical } from "../support/engine.ts";
import { asService, newAccount, stack, unique } from "../support/stack.ts";

const ignore = stack.redis_url === null;
const BOUND = 1_000;
const INTERVAL = 850;
const WRITES = 400;

/** The cache of an isolate, over the stack's Redis, and how many commands it sent. */
function isolate(prefix: string): { cache: Cache; commands: () => number } {
  const send = createSendCommands({ url: stack.redis_url ?? "", token: stack.redis_token ?? "" });
  let sent = 0;
  const counting: SendCommands = (commands) => {
    sent += commands.length;
    return send(commands);
  };
  return { cache: createCache({ send: counting, prefix }), commands: () => sent };
}

/**
 * A scenario of two isolates, on keys of their own. One that fails is played again if Redis missed its deadline in it, as
 * a stalled machine lets it: what holds then is tested with the faults.
 */
async function playUndisturbed(scenario: (one: Cache, other: Cache) => Promise<void>): Promise<void> {
  for (let round = 1;; round++) {
    const prefix = unique("cache");
    const [one, other] = [isolate(prefix).cache, isolate(prefix).cache];
    try {
      return await scenario(one, other);
    } catch (error) {
      const missed = one.getStats().redis.errors + other.getStats().redis.errors;
      if (missed === 0 || round === 5) throw error;
    } finally {
      one.close();
      other.close();
    }
  }
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test({
  name: "what one isolate sets another gets, and what it deletes is gone there within the bound",
  ignore,
  async fn() {
    await playUndisturbed(async (one, other) => {
      await one.set("position:default:AAPL", { quantity: "10" }, 60, { version: 3 });
      assert.deepEqual(await other.get("position:default:AAPL"), { quantity: "10" });
      await one.delete("position:default:AAPL");
      await sleep(BOUND);
      assert.equal(await other.get("position:default:AAPL"), undefined);
    });
  },
});

Deno.test({
  name: "an older version never replaces a newer one, from whichever isolate it comes",
  ignore,
  async fn() {
    await playUndisturbed(async (one, other) => {
      assert.equal(await one.set("p:1", "five", 60, { version: 5 }), true);
      assert.equal(await other.set("p:1", "four", 60, { version: 4 }), false);
      assert.equal(await other.get("p:1"), "five");
      assert.equal(await one.get("p:1"), "five");
    });
  },
});

Deno.test({
  name: "five seconds of constant reading cost one command an interval, a change one, idleness none",
  ignore,
  async fn() {
    const { cache, commands } = isolate(unique("cache"));
    await cache.get("begin");
    const begun = commands();
    const started = performance.now();
    let reads = 0;
    while (performance.now() - started < 5_000) {
      await cache.wrap("portfolio:default:summary", () => ({ cash: "1" }));
      if (++reads % 200 === 0) await sleep(1);
    }
    const intervals = Math.ceil((performance.now() - started) / INTERVAL);
    const reading = commands() - begun;
    assert.ok(reading <= intervals, `${reading} commands in ${intervals} intervals`);
    await cache.invalidatePattern("portfolio:default:*");
    assert.equal(commands() - begun - reading, 1);
    const before = commands();
    await sleep(2_000);
    assert.equal(commands(), before);
    say(`    ${reads} reads in 5 s: ${reading} commands; a change: 1; 2 s of idleness: 0`);
    cache.close();
  },
});

Deno.test({
  name:
    "with 4 isolates and 50 writes a second no read is older than an interval after Redis took the change",
  ignore,
  async fn() {
    // With the deadline in which Redis takes it that is the bound. What a stall of Redis adds to it is not in this.
    const age = await greatestAge();
    assert.ok(age < INTERVAL, `${age} ms`);
  },
});

/** How old a read is at most, in milliseconds since Redis took the change of a write that it does not know. */
async function greatestAge(): Promise<number> {
  const account = await newAccount();
  const prefix = unique("cache");
  const isolates = Array.from({ length: 4 }, () => isolate(prefix));
  const writers = Array.from({ length: 2 }, () => isolate(prefix));
  const database = asService();
  let answered = 0;
  /** When Redis had the change of each write, or of a later one, which stands for it. */
  const taken: number[] = [];
  const ages: number[] = [];
  const layers: Record<string, number> = {};
  const started = performance.now();

  const write = async () => {
    for (let next = started; answered < WRITES; next += 20) {
      await sleep(Math.max(next - performance.now(), 0));
      const alert = canonical({ account, symbol: "ACME", action: "buy", quantity: "1", price: "1" });
      const { error } = await database.rpc("process_alerts", { alerts: [alert as Json] });
      assert.equal(error, null);
      const writes = ++answered;
      void writers[writes % 2]?.cache.invalidatePattern(`portfolio:${account}:*`).then((isTaken) => {
        while (isTaken && taken.length < writes) taken.push(performance.now());
      });
    }
  };
  const load = async () => {
    const { data, error } = await database.rpc("list_positions", { account });
    assert.equal(error, null);
    return Number(data?.[0]?.quantity ?? 0);
  };
  const read = async (cache: Cache) => {
    while (answered < WRITES) {
      const begun = performance.now();
      const { value, layer } = await cache.lookup(`portfolio:${account}:positions`, load, { ttl: 15 });
      layers[layer] = (layers[layer] ?? 0) + 1;
      // Redis took the change of the write after those it shows so long before it began, if it did.
      const missed = taken[value];
      ages.push(missed === undefined ? 0 : Math.max(begun - missed, 0));
      await sleep(5);
    }
  };
  await Promise.all([write(), ...isolates.flatMap(({ cache }) => [read(cache), read(cache)])]);
  assert.ok(taken.length > WRITES / 2, `Redis took the changes of ${taken.length} writes`);
  const worst = ages.reduce((a, b) => Math.max(a, b), 0);
  const commands = (of: typeof isolates) => of.reduce((sum, { commands }) => sum + commands(), 0);
  say(
    `    ${answered} writes, ${ages.length} reads in 4 isolates (${JSON.stringify(layers)}): at most ` +
      `${worst.toFixed(0)} ms old; ${commands(writers)} commands for the writes, ${
        commands(isolates)
      } for the reads`,
  );
  // One more for each whose answer was lost, or late.
  const lost = writers.reduce((sum, { cache }) => sum + cache.getStats().redis.errors, 0);
  assert.ok(
    commands(writers) <= answered + lost,
    `${commands(writers)} commands, ${lost} answers lost`,
  );
  // One an interval in each isolate, and the one with which Redis began.
  assert.ok(
    commands(isolates) <= 4 * Math.ceil((performance.now() - started) / INTERVAL) + 8,
    `${commands(isolates)} commands`,
  );
  for (const { cache } of [...isolates, ...writers]) cache.close();
  return worst;
}

/** A measured figure, for the reader of the test's output. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
