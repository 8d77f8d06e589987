import assert from "node:assert/strict";
import type { Stack } from "../../local/stack.ts";
import { redisServer } from "../support/cache/redis.ts";
import { atMostOnce } from "../support/noise.ts";
import { send, sendUntilBooked, withOwnStack } from "../support/own-stack.ts";

/** Redis's deadline, in milliseconds, and what a read may take besides. */
const DEADLINE = 150;
const SLACK = 20;

/** Milliseconds that each of some alerts takes, sorted. */
async function alertTimes(stack: Stack, name: string): Promise<number[]> {
  const times: number[] = [];
  for (let number = 0; number < 60; number++) {
    const { status, milliseconds } = await send(stack, {
      id: `${name}.${number}`,
      symbol: "ACME",
      action: "buy",
      quantity: "1",
      price: "1",
    });
    assert.equal(status, 200);
    times.push(milliseconds);
  }
  return times.sort((a, b) => a - b);
}

/** One read: its layer, and the milliseconds that the cache took besides the database. */
async function read(stack: Stack): Promise<{ layer: string; besides: number; quantity: string }> {
  const response = await fetch(`${stack.info.api_url}/functions/v1/portfolio/positions/ACME`, {
    headers: { "x-api-key": stack.info.api_key },
  });
  const { quantity } = await response.json();
  const durations = Object.fromEntries(
    [...(response.headers.get("server-timing") ?? "").matchAll(/(\w+)(?:;desc="\w+")?;dur=([\d.]+)/g)]
      .map(([, name, milliseconds]) => [name, Number(milliseconds)]),
  );
  const besides = (durations.cache ?? 0) - (durations.db ?? 0);
  return { layer: response.headers.get("x-cache") ?? "", besides, quantity };
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const middle = (times: readonly number[]) => times[Math.floor(times.length / 2)] ?? NaN;

Deno.test({
  name:
    "with Redis hanging, then gone, alerts are as fast as before and reads as fresh; it is used again when it is back",
  ignore: redisServer === null,
  async fn() {
    await withOwnStack(async (stack) => {
      const { redis } = stack;
      const redisPid = redis?.pid;
      assert.ok(redis !== null && redisPid);
      await sendUntilBooked(stack, { id: "first", symbol: "ACME", action: "buy", quantity: "1", price: "1" });
      await alertTimes(stack, "warm");
      let sent = 61;
      let round = 0;
      await atMostOnce(0, async () => {
        round++;
        const before = await alertTimes(stack, `before ${round}`);
        Deno.kill(redisPid, "SIGSTOP");
        const hanging = await alertTimes(stack, `hanging ${round}`);
        sent += 120;
        const waits: number[] = [];
        for (let turn = 0; turn < 40; turn++) {
          waits.push((await read(stack)).besides);
          await sleep(50);
        }
        Deno.kill(redisPid, "SIGCONT");
        const [was, is, worst] = [middle(before), middle(hanging), Math.max(...waits)];
        const last = middle(waits.slice(-10).sort((a, b) => a - b));
        say(
          `    alerts: ${was.toFixed(1)} ms before, ${is.toFixed(1)} ms with Redis hanging (median of 60); ` +
            `a read waited ${worst.toFixed(0)} ms at most, ${last.toFixed(1)} ms in the end`,
        );
        // By how much the round missed what was promised, in milliseconds.
        return Math.max(0, is - (was * 1.5 + 2), worst - (DEADLINE + SLACK), last - 10);
      });

      await redis.stop();
      await alertTimes(stack, "gone");
      await sleep(1_000);
      assert.equal((await read(stack)).quantity, String(sent + 60));

      await redis.start();
      const layers = new Set<string>();
      for (const until = performance.now() + 90_000; performance.now() < until && !layers.has("l2");) {
        const both = await Promise.all([read(stack), read(stack), read(stack)]);
        for (const { layer } of both) layers.add(layer);
        await send(stack, { symbol: "ACME", action: "mark", price: "1", id: crypto.randomUUID() });
        await sleep(1_100);
        await read(stack);
        await sleep(1_100);
      }
      assert.ok(layers.has("l2"), `only ${[...layers]} after Redis was back`);
    });
  },
});

/** A measured figure, for the reader of the test's output. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
