import assert from "node:assert/strict";
import { withDatabase } from "../support/inbox.ts";
import { sendUntilBooked, withOwnStack } from "../support/own-stack.ts";
import { catchUp, fillsOf } from "../support/follow.ts";

const KILLS = 3;
const SENDERS = 8;
const EACH = 25;
const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

Deno.test(`${KILLS} times kill -9 of Postgres under load: a shadow has what its account has, in its order, once each`, async () => {
  await withOwnStack(async (stack) => {
    const { db_url } = stack.info;
    await withDatabase(db_url, (sql) => sql`select public.upsert_shadow_account('default', 'shadow')`);
    const senders = Array.from({ length: SENDERS }, async (_, sender) => {
      for (let nr = 1; nr <= EACH; nr++) {
        const id = `${sender}.${nr}`;
        const quantity = String(sender * 1_000 + nr);
        await sendUntilBooked(stack, {
          ...{ id, idempotency_key: id, symbol: "KILLED", action: nr % 2 === 0 ? "sell" : "buy" },
          ...{ quantity, price: "0.01" },
        });
      }
    });
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(300);
      const { pid } = stack.postgres;
      assert.ok(pid !== null);
      Deno.kill(pid, "SIGKILL");
      while (!stack.postgres.ready || stack.postgres.pid === pid) await pause(20);
    }
    await Promise.all(senders);

    await withDatabase(db_url, async (sql) => {
      await catchUp(sql, "default", "shadow");
      const fills = await fillsOf(sql, "default");
      assert.equal(fills.length, SENDERS * EACH);
      assert.deepEqual(await fillsOf(sql, "shadow"), fills);
      for (const account of ["default", "shadow"]) {
        assert.deepEqual([...await sql`select * from public.verify_account(${account})`], []);
      }
    });
  });
});
