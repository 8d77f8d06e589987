import assert from "node:assert/strict";
import type { SupervisedProcess } from "../../local/process.ts";
import type { Stack } from "../../local/stack.ts";
import { booked, once, withDatabase } from "../support/inbox.ts";
import { overrun } from "../support/noise.ts";
import { send, sendUntilBooked, withOwnStack } from "../support/own-stack.ts";

const KILLS = 10;
/** Milliseconds in which alerts are booked again once what was killed is up. */
const BACK_WITHIN = 5_000;
const alertOf = (id: string) => ({
  id,
  idempotency_key: id,
  symbol: "KILLED",
  action: "buy",
  quantity: "1",
  price: "10",
});
const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** The status of an answer that broke off: what answered was killed while it spoke. */
const NO_ANSWER = 0;

/** Sixteen senders, each with its next alert as soon as the last was answered; ends with each id's status. */
function load(stack: Stack): { stop(): Promise<Map<string, number>> } {
  const statuses = new Map<string, number>();
  let running = true;
  const senders = Array.from({ length: 16 }, async (_, sender) => {
    for (let number = 0; running; number++) {
      const id = `${sender}.${number}`;
      statuses.set(id, await send(stack, alertOf(id)).then(({ status }) => status, () => NO_ANSWER));
    }
  });
  return {
    async stop() {
      running = false;
      await Promise.all(senders);
      return statuses;
    },
  };
}

/** Kills a component where it stands; milliseconds by which the next alert is booked too late once it is up again. */
async function killAndMeasure(stack: Stack, component: SupervisedProcess, id: string): Promise<number> {
  const { pid } = component;
  assert.ok(pid !== null, `${component.name} runs`);
  Deno.kill(pid, "SIGKILL");
  const giveUp = performance.now() + 60_000;
  while (!component.ready || component.pid === pid) {
    assert.ok(performance.now() < giveUp, `${component.name} came back`);
    await pause(5);
  }
  return await overrun(BACK_WITHIN, () => sendUntilBooked(stack, alertOf(id)));
}

/** One of what the stack is made of; the function has two isolates, one of which dies. */
const victims: Record<string, (stack: Stack) => SupervisedProcess | undefined> = {
  "Postgres": ({ postgres }) => postgres,
  "PostgREST": ({ postgrest }) => postgrest,
  "an isolate": ({ components }) => components.find(({ name }) => name.startsWith("alerts")),
};

for (const [what, find] of Object.entries(victims)) {
  Deno.test(`${KILLS} times kill -9 of ${what} under load: nothing answered is lost, nothing is booked twice`, async () => {
    await withOwnStack(async (stack) => {
      await sendUntilBooked(stack, alertOf("first"));
      const senders = load(stack);
      const late: number[] = [];
      for (let nr = 0; nr < KILLS; nr++) {
        await pause(400);
        const component = find(stack);
        assert.ok(component !== undefined);
        late.push(await killAndMeasure(stack, component, `after kill ${nr}`));
      }
      const statuses = await senders.stop();
      assert.deepEqual(late, Array(KILLS).fill(0), "milliseconds too late");

      const answered = [...statuses].filter(([, status]) => status === 200).map(([id]) => id);
      const others = [...statuses].filter(([, status]) => status !== 200);
      // Most restarts are quicker than the senders' deadline, and then the function's own repeats hide them.
      const expected = [503, NO_ANSWER];
      assert.ok(others.every(([, status]) => expected.includes(status)), "nothing but 200, 503 and silence");
      assert.ok(answered.length > 100, `${answered.length} answered`);

      await withDatabase(stack.info.db_url, async (sql) => {
        const found = await booked(sql);
        for (const id of answered) assert.deepEqual(found.get(id), once, `${id} was answered 200`);
        for (const [id] of others) assert.deepEqual(found.get(id) ?? once, once, `${id} was not answered`);
        assert.deepEqual([...await sql`select * from public.verify_account('default')`], []);

        for (const [id] of others) await sendUntilBooked(stack, alertOf(id));
        const [row] = await sql`
          select count(*)::int as alerts, count(distinct request ->> 'id')::int as ids,
            (select quantity::int from trading.positions where symbol = 'KILLED') as quantity
          from trading.alerts`;
        const total = statuses.size + 1 + KILLS;
        assert.deepEqual(
          row,
          { alerts: total, ids: total, quantity: total },
          "sent again, all are booked once",
        );
        assert.deepEqual([...await sql`select * from public.verify_account('default')`], []);
      });
    });
  });
}
