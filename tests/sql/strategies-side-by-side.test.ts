import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import type { Sql } from "postgres";
import { type Desk, deskTest, withDesk } from "../support/desk.ts";
import { type Figures, performance } from "../support/figures.ts";
import { asUserId, newUser } from "../support/signed-in.ts";

const DAY_MS = 86_400_000;
const day = (later: number, time = "12:00:00"): string =>
  `${new Date(Date.UTC(2025, 2, 3) + later * DAY_MS).toISOString().slice(0, 10)}T${time}Z`;
const options = { settings: { leverage: null } };

interface Compared {
  times: string[];
  figures: (Figures & { strategy: string; curve: string[] })[];
  together: Figures & { curve: string[] };
  correlations: {
    one: string;
    other: string;
    days: number;
    correlation: string | null;
    reason: string | null;
  }[];
}

async function compare(
  sql: Sql,
  account: string,
  strategies: string[] | null = null,
  more: Record<string, string> = {},
) {
  const { bucket = null, from_time = null, to_time = null } = more;
  const [row] = await sql`
    select to_jsonb(c) as compared from public.compare_strategies(${account}, ${strategies}, ${bucket}, ${from_time}, ${to_time}) c`;
  return row?.compared as Compared;
}

/** Strategies and what each closes on which day. */
type Results = { strategy: string; later: number; net: number }[];

/** Books round trips of one unit, each at noon of its day. */
async function trade(desk: Desk, results: Results): Promise<void> {
  const inOrder = results.toSorted((a, b) => a.later - b.later);
  await desk.batch(inOrder.flatMap(({ strategy, later, net }, index) => {
    const at = { strategy, symbol: `S${strategy.length}`, quantity: "1", received_at: day(later) };
    return [
      { ...at, action: "buy", price: "1000", comment: `${index}` },
      { ...at, action: "sell", price: String(1000 + net), comment: `${index}` },
    ];
  }));
}

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

/** Forty days of three strategies, by a seed. */
function make(seed: number): Results {
  const result = fc.record({
    strategy: fc.constantFrom("a", "bb", "ccc"),
    later: fc.integer({ min: 0, max: 60 }),
    net: fc.integer({ min: -90, max: 99 }),
  });
  const all = fc.array(result, { minLength: 120, maxLength: 160 });
  return [
    ...(fc.sample(all, { numRuns: 1, seed })[0] ?? []),
    ...["a", "bb", "ccc"].map((strategy) => ({ strategy, later: 0, net: 1 })),
  ];
}

// What is told ----------------------------------------------------------------------------------

deskTest("each strategy has its curve on the same times, and the set has the sum", options, async (desk) => {
  await trade(desk, [
    { strategy: "a", later: 0, net: 10 },
    { strategy: "bb", later: 1, net: -4 },
    { strategy: "a", later: 3, net: 5 },
  ]);
  const { times, figures, together } = await compare(desk.sql, desk.account, null, { bucket: "day" });
  deepEqual(times.map((time) => time.slice(0, 10)), ["2025-03-03", "2025-03-04", "2025-03-06"]);
  deepEqual(figures.map(({ strategy, curve }) => [strategy, curve]), [["a", ["10", "10", "15"]], ["bb", [
    "0",
    "-4",
    "-4",
  ]]]);
  deepEqual([together.curve, together.net, together.trades, together.max_drawdown], [
    ["10", "6", "11"],
    "11",
    3,
    "4",
  ]);
});

deskTest(
  "only what was chosen is told and summed, in the order asked for, each once",
  options,
  async (desk) => {
    await trade(desk, make(1));
    const { figures, together, correlations } = await compare(desk.sql, desk.account, ["ccc", "a", "ccc"]);
    deepEqual(figures.map(({ strategy }) => strategy), ["ccc", "a"]);
    equal(Number(together.net), Number(figures[0]?.net) + Number(figures[1]?.net));
    deepEqual(correlations.map(({ one, other }) => [one, other]), [["ccc", "a"]]);
  },
);

deskTest(
  "a set of one has the strategy's own figures, and so has each in a larger set",
  options,
  async (desk) => {
    await trade(desk, make(2));
    await desk.sql`select public.record_cash(${desk.account}, 'funding', -3, null, 'bb', null, ${day(4)})`;
    const range = { from_time: day(3), to_time: day(50) };
    const all = await compare(desk.sql, desk.account, null, range);
    for (const strategy of ["a", "bb", "ccc"]) {
      const { figures: [own], together } = await compare(desk.sql, desk.account, [strategy], range);
      const { curve: _own, strategy: _name, ...figures } = own ?? {} as never;
      const { curve: _all, ...set } = together;
      deepEqual(set, figures);
      const performed = await performance(desk.sql, desk.account, { ...range, only_strategy: strategy });
      const { reasons, ...rest } = figures;
      for (const [name, value] of Object.entries(rest)) deepEqual([name, value], [name, performed[name]]);
      for (const [name, reason] of Object.entries(reasons)) equal(reason, performed.reasons[name]);
      equal(all.figures.find((each) => each.strategy === strategy)?.net, own?.net);
    }
  },
);

deskTest("the sum's daily results are the sum of the daily results", options, async (desk) => {
  await trade(desk, make(3));
  const { times, together } = await compare(desk.sql, desk.account, ["a", "ccc"], { bucket: "day" });
  const daily = new Map<string, number>();
  for (const strategy of ["a", "ccc"]) {
    const rows = await desk.sql`
      select day::text, net_pnl from public.daily_results(${desk.account}, '2025-03-01', '2025-06-01', ${strategy})`;
    for (const { day, net_pnl } of rows) daily.set(day, (daily.get(day) ?? 0) + Number(net_pnl));
  }
  const gains = together.curve.map((total, index) => Number(total) - Number(together.curve[index - 1] ?? 0));
  deepEqual(times.map((time, index) => [time.slice(0, 10), gains[index]]), [...daily].toSorted());
});

deskTest("what record_cash books for a strategy is its result", options, async (desk) => {
  await trade(desk, [{ strategy: "a", later: 0, net: 10 }]);
  await desk.sql`select public.record_cash(${desk.account}, 'dividend', 2, null, 'a', null, ${day(1)})`;
  const { figures: [a] } = await compare(desk.sql, desk.account, null, { bucket: "day" });
  deepEqual([a?.curve, a?.net, a?.income], [["10", "12"], "12", "2"]);
});

// Correlation -----------------------------------------------------------------------------------

for (const seed of [11, 12, 13, 14]) {
  Deno.test(`correlations are those of a plain model, case ${seed}`, () =>
    withDesk(options, async (desk) => {
      const results = make(seed);
      await trade(desk, results);
      const exact = await desk.sql`
        select c.one, c.other, c.correlation from trading.accounts a
        cross join lateral trading.correlate_strategies(a, null, null, array['a', 'bb', 'ccc']) c where a.name = ${desk.account}`;
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
    deepEqual(told.cccdddd, [true, "5 days with a result: 30 are needed"]);
    deepEqual(told.bbccc, [false, null]);
  },
);

// Bounds ----------------------------------------------------------------------------------------

deskTest("an account in which nothing happened has nothing to compare", options, async (desk) => {
  const { times, figures, together, correlations } = await compare(desk.sql, desk.account);
  deepEqual([times, figures, together.curve, together.net, correlations], [[], [], [], "0", []]);
});

deskTest(
  "a strategy that the account has not is refused, and so are none and more than 20",
  options,
  async (desk) => {
    await trade(desk, [{ strategy: "a", later: 0, net: 1 }]);
    await rejects(compare(desk.sql, desk.account, ["a", "b"]), /unknown strategy/);
    await rejects(compare(desk.sql, desk.account, []), /unknown strategy/);
    const many = Array.from({ length: 21 }, (_, nr) => `s${nr}`);
    await desk.batch(many.map((strategy) => ({ action: "buy", quantity: "1", price: "1", strategy })));
    await rejects(compare(desk.sql, desk.account), /more than 20 strategies/);
    await rejects(compare(desk.sql, desk.account, many), /more than 20 strategies/);
    equal((await compare(desk.sql, desk.account, many.slice(1))).figures.length, 20);
  },
);

deskTest("more than a thousand points are refused", options, async (desk) => {
  await desk
    .sql`select public.record_cash(${desk.account}, 'fee', -1, null, 'a', null, '2020-01-01T00:00:00Z')`;
  await desk.sql`
    insert into trading.cash_entries (account_id, epoch, kind, amount, strategy, created_at)
    select a.id, a.epoch, 'fee', -1, 'a', timestamptz '2021-01-01' + nr * interval '1 hour'
    from trading.accounts a, generate_series(1, 1100) nr where a.name = ${desk.account}`;
  await desk.sql`update trading.accounts set cash = cash - 1100 where name = ${desk.account}`;
  await rejects(compare(desk.sql, desk.account, null, { bucket: "hour" }), /more than 1000 points/);
  ok((await compare(desk.sql, desk.account)).times.length <= 1000);
});

deskTest("an account of somebody else is not there", options, async (desk) => {
  await trade(desk, [{ strategy: "a", later: 0, net: 1 }]);
  const stranger = await newUser(desk.sql);
  await rejects(
    asUserId(desk.sql, stranger, (tx) => compare(tx as unknown as Sql, desk.account)),
    ({ code }: { code?: string }) => {
      match(code ?? "", /PT404/);
      return true;
    },
  );
});
