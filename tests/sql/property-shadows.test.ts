/** Random traders whose account has shadows: what a shadow comes to is what an account of its own comes to under the same alerts. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { Desk } from "../support/desk.ts";
import { storedRows } from "../support/ledger.ts";
import { catchUp, shadowOf, shadowsOf, whileSomebodyHolds } from "../support/shadows.ts";
import { connect } from "../support/stack.ts";
import { alertsOf, type Run, run, STEPS } from "../support/traders.ts";

// A failure names its seed: SEED=… runs it again, RUNS=… runs more.
const seed = Number(Deno.env.get("SEED") ?? Date.now() % 2 ** 31);
const numRuns = Number(Deno.env.get("RUNS") ?? 5);

const OTHER = { fee_bps: 11, fee_minimum: 2, leverage: 3, slippage_bps: 4 };

/** How often something was filled, and how often a shadow was held while its account was booked. */
let filled = 0;
let held = 0;

const given = fc.record({ run, isHeld: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }) });

async function holds({ run, isHeld }: { run: Run; isHeld: boolean[] }): Promise<void> {
  const [sql, holder] = [connect(1), connect(1)];
  try {
    const sent = await alertsOf(run, sql);
    const { settings, cuts } = run;
    const desk = await Desk.open({ settings }, sql);
    const direct = await Desk.open({ settings: { ...settings, ...OTHER } }, sql);
    const alike = await shadowOf(desk);
    const late = await shadowOf(desk);
    const other = await shadowOf(desk, { settings: OTHER });
    for (let from = 0, cut = 0; from < sent.length; from += cuts[cut++] ?? 1) {
      const batch = sent.slice(from, from + (cuts[cut] ?? 1));
      const book = () => desk.batch(batch.map((alert) => ({ ...alert, account: desk.account })));
      const answers = isHeld[cut % isHeld.length]
        ? await whileSomebodyHolds(holder, late, book)
        : await book();
      filled += answers.filter(({ status }) => status === "filled").length;
      held += isHeld[cut % isHeld.length] ? 1 : 0;
      await direct.batch(batch.map((alert) => ({ ...alert, account: direct.account })));
    }
    await catchUp(sql, desk.account, late);
    deepEqual(
      (await shadowsOf(sql, desk.account)).map(({ behind, failure }) => [behind, failure]),
      Array(3).fill(["0", null]),
    );
    for (
      const [account, expected] of [[alike, desk.account], [late, desk.account], [
        other,
        direct.account,
      ]] as const
    ) {
      const [booked, wanted] = [await storedRows(sql, account), await storedRows(sql, expected)];
      for (const table of Object.keys(wanted)) {
        deepEqual(booked[table], wanted[table], `${table} of ${account}`);
      }
      equal((await sql`select * from public.verify_account(${account})`).length, 0);
    }
  } finally {
    await Promise.all([sql.end(), holder.end()]);
  }
}

Deno.test(`whatever ${STEPS} random alerts do, a shadow under the account's settings equals it, one that was held and caught up does, and one under others equals an account that has these`, async () => {
  await fc.assert(fc.asyncProperty(given, holds), { seed, numRuns, endOnFailure: true });
  ok(filled > numRuns * 3, `only ${filled} alerts were filled`);
  ok(held > numRuns, `a shadow was held ${held} times`);
});
