import { deepEqual, equal, ok } from "node:assert/strict";
import { deskTest, withDesk } from "../support/desk.ts";
import { compare, make, options, type Results, trade } from "../support/strategies.ts";

/** Pearson's correlation of what two strategies made a day, of every day from the first to the last of any, in doubles. */
function correlationOf(results: Results, one: string, other: string): number {
  const days = results.map(({ later }) => later);
  const first = Math.min(...days);
  const of = (strategy: string) => {
    const daily = Array<number>(Math.max(...days) - first + 1).fill(0);
    for (const each of results) {
      if (each.strategy === strategy) daily[each.later - first] = (daily[each.later - first] ?? 0) + each.net;
    }
    const mean = daily.reduce((sum, value) => sum + value, 0) / daily.length;
    return daily.map((value) => value - mean);
  };
  const [a, b] = [of(one), of(other)];
  const product = (x: number[], y: number[]) =>
    x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

for (const seed of [11, 12, 13, 14]) {
  Deno.test(`correlations are those of a plain model, case ${seed}`, () =>
    withDesk(options, async (desk) => {
      const results = make(seed);
      await trade(desk, results);
      const exact = await desk.sql`
        select c.one, c.other, c.correlation from trading.accounts a
        cross join lateral trading.correlate_strategies(
          trading.find_part(a, null, null, null, array['a', 'bb', 'ccc'], null)) c where a.name = ${desk.account}`;
      equal(exact.length, 3);
      for (const { one, other, correlation } of exact) {
        ok(Math.abs(Number(correlation) - correlationOf(results, one, other)) < 1e-9, `${one} ${other}`);
      }
      const { correlations } = await compare(desk.sql, desk.account);
      for (const { one, other, correlation } of correlations) {
        ok(Math.abs(Number(correlation) - correlationOf(results, one, other)) < 6e-9, `${one} ${other}`);
      }
    }));
}

deskTest(
  "strategies that do the same are at 1, and those that do the opposite at -1",
  options,
  async (desk) => {
    const days = Array.from({ length: 30 }, (_, later) => later);
    await trade(
      desk,
      days.flatMap((later) => [
        { strategy: "a", later, net: later % 7 },
        { strategy: "bb", later, net: 2 * (later % 7) },
        { strategy: "ccc", later, net: -(later % 7) },
      ]),
    );
    const { correlations } = await compare(desk.sql, desk.account);
    deepEqual(correlations.map(({ days, correlation }) => [days, correlation]), [[30, "1"], [30, "-1"], [
      30,
      "-1",
    ]]);
  },
);

deskTest(
  "of fewer than thirty days, and of one that made the same every day, there is none, and it says why",
  options,
  async (desk) => {
    const days = Array.from({ length: 30 }, (_, later) => later);
    await trade(
      desk,
      days.flatMap((later) => [
        { strategy: "a", later, net: 3 },
        { strategy: "bb", later, net: later % 2 },
        ...later < 5
          ? [{ strategy: "ccc", later, net: later }, { strategy: "dddd", later, net: -later }]
          : [],
      ]),
    );
    const { correlations } = await compare(desk.sql, desk.account);
    const told = Object.fromEntries(
      correlations.map((
        { one, other, correlation, reason },
      ) => [one + other, [correlation === null, reason]]),
    );
    deepEqual(told.abb, [true, "one of them made the same every day"]);
    deepEqual(told.cccdddd, [true, "days with a result: 5 of the 30 needed"]);
    deepEqual(told.bbccc, [false, null]);
  },
);
