import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import { deskTest } from "../support/desk.ts";
import { performance } from "../support/figures.ts";
import { asUserId, newUser } from "../support/signed-in.ts";
import { compare, day, make, options, trade } from "../support/strategies.ts";

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
