import assert from "node:assert/strict";
import { booked, once, withDatabase } from "../support/inbox.ts";
import { atMostOnce } from "../support/noise.ts";
import { send, sendUntilBooked, type Sent, withOwnStack } from "../support/own-stack.ts";

const alertOf = (id: string) => ({
  id,
  idempotency_key: id,
  symbol: "AWAY",
  action: "buy",
  quantity: "1",
  price: "10",
});

Deno.test("without Postgres an alert is a 503 in time, and sent again afterwards it is booked once", async () => {
  await withOwnStack(async (stack) => {
    await sendUntilBooked(stack, alertOf("before"));
    await stack.postgres.stop();
    // TradingView waits for three seconds: none of three may come near.
    const slowest = await atMostOnce(2_500, async () => {
      const answers: Sent[] = [];
      for (let attempt = 0; attempt < 3; attempt++) answers.push(await send(stack, alertOf("during")));
      for (const { status, headers, body } of answers) {
        assert.equal(status, 503);
        assert.equal(headers.get("retry-after"), "1");
        assert.equal(body.error.code, "unavailable");
      }
      return Math.max(...answers.map(({ milliseconds }) => milliseconds));
    });
    Deno.stderr.writeSync(new TextEncoder().encode(`    503 after ${slowest.toFixed(0)} ms at most\n`));

    await stack.postgres.start();
    const { body } = await sendUntilBooked(stack, alertOf("during"));
    assert.equal(body.status, "filled");
    assert.equal((await sendUntilBooked(stack, alertOf("during"))).body.duplicate, true);
    await withDatabase(stack.info.db_url, async (sql) => {
      assert.deepEqual((await booked(sql)).get("during"), once);
      assert.deepEqual([...await sql`select * from public.verify_account('default')`], []);
    });
  });
});

/** A process and those that it started. */
const family = async (pid: number): Promise<number[]> => {
  const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  return [pid, ...children.split(" ").filter((each) => each !== "").map(Number)];
};

Deno.test("with Postgres hanging a read waits a second for it, and an alert does not void what stands in", async () => {
  await withOwnStack(async (stack) => {
    await sendUntilBooked(stack, alertOf("before"));
    const read = async () => {
      const started = performance.now();
      const response = await fetch(`${stack.info.api_url}/functions/v1/portfolio`, {
        headers: { "x-api-key": stack.info.api_key },
      });
      await response.body?.cancel();
      const { status, headers } = response;
      return { status, stale: headers.get("x-cache-stale"), milliseconds: performance.now() - started };
    };
    // Every isolate has it in its memory.
    for (let turn = 0; turn < 20; turn++) assert.equal((await read()).status, 200);
    const processes = await family(stack.postgres.pid ?? assert.fail("no Postgres"));
    for (const pid of processes) Deno.kill(pid, "SIGSTOP");
    try {
      assert.equal((await send(stack, alertOf("during"))).status, 503);
      // What Redis holds is good until the alert's change is there, and for 15 s at most.
      const reads = [await read()];
      const until = performance.now() + 20_000;
      while (reads.at(-1)?.stale !== "1" && performance.now() < until) reads.push(await read());
      assert.equal(reads.at(-1)?.stale, "1");
      reads.push(await read(), await read());
      assert.deepEqual(reads.filter(({ status }) => status !== 200), []);
      const slowest = Math.max(...reads.map(({ milliseconds }) => milliseconds));
      Deno.stderr.writeSync(new TextEncoder().encode(`    stale after ${slowest.toFixed(0)} ms at most\n`));
      assert.ok(slowest < 2_500, `${slowest} ms`);
    } finally {
      for (const pid of processes) Deno.kill(pid, "SIGCONT");
    }
  });
});
