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
