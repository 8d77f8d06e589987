/**
 * Random traders: orders of every type, brackets, bars, cancels, targets and limits, in any order. There is no model of
 * all that; what must hold whatever happens is checked after every alert, and batches must come to what single calls do.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Answer } from "../support/alerts.ts";
import { Desk } from "../support/desk.ts";
import { storedRows, withoutIds } from "../support/ledger.ts";
import { unique } from "../support/stack.ts";
import { alertsOf, type Run, run, STEPS } from "../support/traders.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

// A failure names its seed: SEED=… runs it again, RUNS=… runs more.
const seed = Number(Deno.env.get("SEED") ?? Date.now() % 2 ** 31);
const numRuns = Number(Deno.env.get("RUNS") ?? 6);

/** How often something was filled: a run where all is refused would prove nothing. */
let filled = 0;

/** Every exit that rests is covered by its position, the legs of its brackets together as well, and nothing that only reduces rests beside a flat one. */
async function orphans({ sql, account }: Desk): Promise<unknown[]> {
  return [
    ...await sql`
      select o.id, o.side, o.quantity::text, o.leg, p.quantity::text as held
      from trading.orders o join trading.accounts a on a.id = o.account_id and a.name = ${account}
      left join trading.positions p on p.account_id = a.id and p.symbol = o.symbol and p.strategy = o.strategy
      where o.status = 'open' and o.reduce_only
        and (coalesce(p.quantity, 0) = 0 or (p.quantity > 0) = (o.side = 'buy') or o.quantity > abs(p.quantity))`,
    ...await sql`
      select o.symbol, o.strategy, o.leg, sum(o.quantity)::text as covered, max(p.quantity)::text as held
      from trading.orders o join trading.accounts a on a.id = o.account_id and a.name = ${account}
      join trading.positions p on p.account_id = a.id and p.symbol = o.symbol and p.strategy = o.strategy
      where o.status = 'open' and o.leg is not null
      group by o.symbol, o.strategy, o.leg having sum(o.quantity) > abs(max(p.quantity))`,
  ];
}

/** What an answer shows at once: no short where none may be, and no order filled twice. */
function assertLimits(answer: Answer, settings: Run["settings"], nr: number): void {
  if (!settings.allow_short) {
    ok(!answer.position.quantity.startsWith("-"), `step ${nr}: short in a long-only account`);
  }
  const ids = answer.fills.map(({ order_id }) => order_id);
  equal(new Set(ids).size, ids.length, `step ${nr}: an order filled twice`);
}

async function holds(given: Run): Promise<void> {
  const { cuts, settings } = given;
  await onSharedConnection(async (sql) => {
    const [single, batched] = [await Desk.open({ settings }, sql), await Desk.open({ settings }, sql)];
    const sent = await alertsOf(given, sql);
    const answers: Answer[] = [];
    for (const [nr, alert] of sent.entries()) {
      const answer = await single.send({ ...alert, account: single.account });
      answers.push(answer);
      assertLimits(answer, settings, nr);
      deepEqual(await orphans(single), [], `step ${nr}: an exit without a position`);
      if (nr % 10 === 9) deepEqual(await single.differences(), [], `step ${nr}`);
    }
    filled += answers.filter(({ status }) => status === "filled").length;

    const inBatches: Answer[] = [];
    for (let from = 0, cut = 0; from < sent.length; from += cuts[cut++] ?? 1) {
      const batch = sent.slice(from, from + (cuts[cut] ?? 1));
      inBatches.push(...await batched.batch(batch.map((alert) => ({ ...alert, account: batched.account }))));
    }
    for (const [nr, answer] of inBatches.entries()) {
      deepEqual(withoutIds(answer), withoutIds(answers[nr] as Answer), `step ${nr}, booked in a batch`);
    }
    const replayed = unique("replay");
    await sql`select public.replay_account(${single.account}, ${replayed})`;
    const stored = await storedRows(sql, single.account);
    for (const account of [batched.account, replayed]) {
      const other = await storedRows(sql, account);
      for (const table of Object.keys(stored)) {
        deepEqual(other[table], stored[table], `${table} of ${account}`);
      }
    }
  });
}

Deno.test(`whatever ${STEPS} random alerts do, no exit is left behind, the ledger agrees, and batches and replays equal single calls`, async () => {
  await fc.assert(fc.asyncProperty(run, holds), { seed, numRuns, endOnFailure: true });
  // 10 to 18 a run were measured; a run whose slippage nobody can pay fills nothing.
  ok(filled > numRuns * 3, `only ${filled} alerts were filled`);
});
