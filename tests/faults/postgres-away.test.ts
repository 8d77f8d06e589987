import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { send, sendUntilBooked, type Sent, withOwnStack } from "../support/own-stack.ts";

const alertOf = (id: string) => ({ id, symbol: "AWAY", action: "buy", quantity: "1", price: "10" });

/** How often each id is in the ledger: alerts with that id, and fills of theirs. */
async function ledger(sql: Sql): Promise<Map<string, { alerts: number; fills: number }>> {
  const rows = await sql`
    select a.request ->> 'id' as id, count(distinct a.id)::int as alerts, count(f.id)::int as fills
    from trading.alerts a left join trading.fills f on f.alert_id = a.id group by 1`;
  return new Map(rows.map(({ id, alerts, fills }) => [id, { alerts, fills }]));
}

async function withDatabase<T>(url: string, body: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await body(sql);
  } finally {
    await sql.end();
  }
}

const once = { alerts: 1, fills: 1 };

Deno.test("without Postgres an alert is a 503 in time, and sent again afterwards it is booked once", async () => {
  await withOwnStack(async (stack) => {
    await sendUntilBooked(stack, alertOf("before"));
    await stack.postgres.stop();
    const answers: Sent[] = [];
    for (let attempt = 0; attempt < 3; attempt++) answers.push(await send(stack, alertOf("during")));
    for (const { status, headers, body } of answers) {
      assert.equal(status, 503);
      assert.equal(headers.get("retry-after"), "1");
      assert.equal(body.error.code, "unavailable");
    }
    // All should be; a machine that is busy with other things may delay one.
    const inTime = answers.filter(({ milliseconds }) => milliseconds < 2_500);
    assert.ok(inTime.length >= 2, answers.map(({ milliseconds }) => `${milliseconds.toFixed(0)} ms`).join());

    await stack.postgres.start();
    const { body } = await sendUntilBooked(stack, alertOf("during"));
    assert.equal(body.status, "filled");
    assert.equal((await sendUntilBooked(stack, alertOf("during"))).body.duplicate, true);
    await withDatabase(stack.info.db_url, async (sql) => {
      assert.deepEqual((await ledger(sql)).get("during"), once);
      assert.deepEqual([...await sql`select * from public.verify_account('default')`], []);
    });
  });
});

Deno.test("a Postgres killed in the middle of the load loses nothing that was answered, and books nothing twice", async () => {
  await withOwnStack(async (stack) => {
    await sendUntilBooked(stack, alertOf("first"));
    const statuses = new Map<string, number>();
    let running = true;
    const senders = Array.from({ length: 16 }, async (_, sender) => {
      for (let number = 0; running; number++) {
        const id = `${sender}.${number}`;
        statuses.set(id, (await send(stack, alertOf(id))).status);
      }
    });
    for (let kill = 0; kill < 3; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      assert.ok(stack.postgres.pid !== null);
      Deno.kill(stack.postgres.pid, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 300));
      await sendUntilBooked(stack, alertOf(`after kill ${kill}`));
    }
    running = false;
    await Promise.all(senders);

    const answered = [...statuses].filter(([, status]) => status === 200).map(([id]) => id);
    const others = [...statuses].filter(([, status]) => status !== 200);
    // Most restarts are quicker than the senders' deadline, and then the function's own repeats hide them.
    assert.ok(others.every(([, status]) => status === 503), "nothing but 200 and 503");
    assert.ok(answered.length > 100, `${answered.length} answered`);

    await withDatabase(stack.info.db_url, async (sql) => {
      const booked = await ledger(sql);
      for (const id of answered) assert.deepEqual(booked.get(id), once, `${id} was answered 200`);
      for (const [id] of others) assert.deepEqual(booked.get(id) ?? once, once, `${id} was not answered`);
      assert.deepEqual([...await sql`select * from public.verify_account('default')`], []);

      for (const [id] of others) await sendUntilBooked(stack, alertOf(id));
      const [row] = await sql`
        select count(*)::int as alerts, count(distinct request ->> 'id')::int as ids,
          (select quantity::int from trading.positions where symbol = 'AWAY') as quantity
        from trading.alerts`;
      const total = statuses.size + 4;
      assert.deepEqual(
        row,
        { alerts: total, ids: total, quantity: total },
        "sent again, all are booked once",
      );
      assert.deepEqual([...await sql`select * from public.verify_account('default')`], []);
    });
  });
});
