import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Desk, deskTest } from "../support/desk.ts";
import { performance } from "../support/figures.ts";
import { day, holdFrom } from "../support/held.ts";
import { bookMinutes, compact } from "../support/retention.ts";

/** Ten closes of a share that is bought at the first and sold at the last. */
const CLOSES = [100, 83, 86, 89, 77, 75, 73, 87, 105, 111];
const RESTS_ON_MARKS = [
  "average_mae_percent",
  "average_mfe_percent",
  "calmar",
  "max_drawdown",
  "max_drawdown_percent",
  "sharpe",
  "sortino",
];
const options = { cash: "1000", settings: { leverage: null } };

/** Buys ten on the first day, and sells them on the last; in between there is a mark on the days that `isMarked`. */
async function hold(desk: Desk, closes: number[], isMarked: (later: number) => boolean, strategy = "") {
  for (const [later, close] of closes.entries()) {
    const at = { received_at: day(later), strategy };
    if (later === 0) await desk.buy("10", String(close), at);
    else if (later === closes.length - 1) await desk.sell("10", String(close), at);
    else if (isMarked(later)) await desk.mark(String(close), { received_at: day(later) });
  }
}

const coverageOf = async (desk: Desk, filters = {}) =>
  (await performance(desk.sql, desk.account, filters)).coverage;

// The two examples ------------------------------------------------------------------------------

deskTest(
  "a trade of ten days without a mark has none of the figures that rest on marks, and each says why",
  options,
  async (desk) => {
    await hold(desk, CLOSES, () => false);
    const figures = await performance(desk.sql, desk.account);
    // What the account would say of itself: nothing for nine days, and all on one.
    const [blind] = await desk.sql`
    select round(e.sharpe, 2) as sharpe, e.drawdown from trading.accounts a
    cross join lateral trading.judge_equity(trading.find_part(a, null, null, null, null, null)) e where a.name = ${desk.account}`;
    deepEqual({ ...blind }, { sharpe: "6.04", drawdown: "0" });
    for (const name of RESTS_ON_MARKS) {
      equal(figures[name], null, name);
      match(figures.reasons[name] ?? "", /^1 of 7 held days had a mark: nine in ten are needed$/, name);
    }
    deepEqual(figures.coverage, {
      share: "0.14285714",
      held_days: 7,
      marked_days: 1,
      largest_gap_seconds: 9 * 86_400,
    });
    deepEqual([figures.net, figures.win_rate, figures.total_return_percent], ["110", "1", "11"]);
  },
);

deskTest("the same trade with a mark a day has them all", options, async (desk) => {
  await hold(desk, CLOSES, () => true);
  const figures = await performance(desk.sql, desk.account);
  equal(Number(figures.sharpe).toFixed(2), "2.68");
  deepEqual([figures.max_drawdown, figures.max_drawdown_percent], ["270", "27"]);
  deepEqual([figures.average_mae_percent, figures.average_mfe_percent], ["27", "11"]);
  deepEqual(figures.coverage, { share: "1", held_days: 9, marked_days: 9, largest_gap_seconds: 86_400 });
  ok(RESTS_ON_MARKS.every((name) => figures[name] !== null && !(name in figures.reasons)));
});

// What counts -----------------------------------------------------------------------------------

deskTest("what opens and closes within a day needs no mark", options, async (desk) => {
  for (const later of [0, 1, 2]) {
    await desk.buy("1", "100", { received_at: day(later, "10:00:00") });
    await desk.close(String(101 + later % 2), { received_at: day(later, "10:07:00") });
  }
  const { coverage, sharpe, max_drawdown } = await performance(desk.sql, desk.account);
  deepEqual(coverage, { share: null, held_days: 0, marked_days: 0, largest_gap_seconds: null });
  deepEqual([sharpe === null, max_drawdown], [false, "0"]);
});

deskTest("days on which nothing is held count for nothing", options, async (desk) => {
  await holdFrom(desk, 0, 1, []);
  await holdFrom(desk, 21, 22, []);
  deepEqual((await coverageOf(desk)).held_days, 2);
});

deskTest("the day of the fill that opens a position has a mark: its price", options, async (desk) => {
  await holdFrom(desk, 0, 1, []);
  const { held_days, marked_days } = await coverageOf(desk);
  deepEqual([held_days, marked_days], [1, 1]);
});

deskTest("a mark of another symbol is no mark", options, async (desk) => {
  await desk.buy("1", "100", { received_at: day(0) });
  for (const later of [1, 2, 3]) {
    await desk.mark("5", { symbol: "OTHER", received_at: day(later) });
  }
  await desk.close("102", { received_at: day(4) });
  const { held_days, marked_days } = await coverageOf(desk);
  deepEqual([held_days, marked_days], [4, 1]);
});

deskTest("two strategies in one symbol hold its days once", options, async (desk) => {
  await desk.buy("1", "100", { received_at: day(0), strategy: "a" });
  await desk.buy("1", "100", { received_at: day(1), strategy: "b" });
  await desk.close("102", { received_at: day(2), strategy: "a" });
  await desk.close("102", { received_at: day(3), strategy: "b" });
  const { held_days, marked_days } = await coverageOf(desk);
  deepEqual([held_days, marked_days], [3, 3]);
  deepEqual((await coverageOf(desk, { only_strategy: "a" })).held_days, 2);
});

deskTest("a weekend does not count for what was never marked on one", options, async (desk) => {
  await holdFrom(desk, 0, 10, [1, 2, 3, 4, 7, 8, 9]);
  const { share, held_days, largest_gap_seconds } = await coverageOf(desk);
  // Friday noon to Monday noon.
  deepEqual([share, held_days, largest_gap_seconds], ["1", 8, 3 * 86_400]);
});

deskTest("a weekend counts for what was marked on one, but not of another symbol", options, async (desk) => {
  await desk.buy("1", "100", { received_at: day(0), symbol: "COIN" });
  await desk.buy("1", "100", { received_at: day(0), symbol: "SHARE" });
  for (const later of [1, 2, 3, 4, 5, 7, 8, 9, 10, 11]) {
    await desk.mark("100", { received_at: day(later), symbol: "COIN" });
  }
  for (const symbol of ["COIN", "SHARE"]) await desk.close("100", { received_at: day(14), symbol });
  const coin = await coverageOf(desk, { only_symbol: "COIN" });
  deepEqual([coin.held_days, coin.marked_days], [12, 11]);
  equal((await coverageOf(desk, { only_symbol: "SHARE" })).held_days, 10);
});

deskTest("days are those of the account's time zone", {
  cash: "1000",
  settings: { leverage: null, time_zone: "America/New_York" },
}, async (desk) => {
  await desk.buy("1", "100", { received_at: day(1, "02:00:00") });
  await desk.close("100", { received_at: day(1, "23:00:00") });
  // Bought on Monday evening there, sold on Tuesday.
  equal((await coverageOf(desk)).held_days, 1);
});

deskTest("nine in ten held days are enough, and fewer are not", options, async (desk) => {
  const weekdays = [1, 2, 3, 4, 7, 8, 9, 10];
  await holdFrom(desk, 0, 14, weekdays);
  const enough = await performance(desk.sql, desk.account);
  deepEqual([enough.coverage.share, enough.max_drawdown === null], ["0.9", false]);
  await holdFrom(desk, 15, 17, []);
  const fewer = await performance(desk.sql, desk.account);
  deepEqual([fewer.coverage.share, fewer.max_drawdown], ["0.83333333", null]);
});

deskTest("a range has the coverage of its own days", options, async (desk) => {
  await holdFrom(desk, 0, 4, []);
  await holdFrom(desk, 7, 11, [8, 9, 10]);
  equal((await performance(desk.sql, desk.account)).sharpe, null);
  const { coverage, max_drawdown } = await performance(desk.sql, desk.account, {
    from_time: day(7, "00:00:00"),
  });
  deepEqual([coverage.held_days, coverage.share, max_drawdown === null], [4, "1", false]);
});

deskTest("what is still held counts until the last alert", options, async (desk) => {
  await desk.buy("1", "100", { received_at: day(0) });
  await desk.mark("7", { symbol: "OTHER", received_at: day(4) });
  const { held_days, marked_days, largest_gap_seconds } = await coverageOf(desk);
  deepEqual([held_days, marked_days, largest_gap_seconds], [4, 1, 4 * 86_400]);
});

deskTest("what a reset found open counts in its epoch, and not in the next", options, async (desk) => {
  await holdFrom(desk, 0, 1, []);
  await desk.buy("1", "100", { received_at: day(1, "13:00:00") });
  await desk.mark("7", { symbol: "OTHER", received_at: day(4) });
  const before = await coverageOf(desk);
  deepEqual([before.held_days, before.marked_days], [4, 2]);
  await desk.sql`select public.reset_account(${desk.account})`;
  deepEqual(await coverageOf(desk, { in_epoch: 1 }), before);
  equal((await coverageOf(desk)).held_days, 0);
});

// Of one trade ----------------------------------------------------------------------------------

deskTest(
  "a trade whose days had no marks has no excursions, and one that was seen has",
  options,
  async (desk) => {
    await holdFrom(desk, 0, 4, []);
    await holdFrom(desk, 7, 11, [8, 9, 10]);
    const trades = await desk.sql`select mae, mfe, drawdown from public.list_trades(${desk.account})`;
    deepEqual(trades.map((trade) => Object.values(trade)), [["0", "2", "0"], [null, null, null]]);
  },
);

deskTest("of a strategy the drawdown is null as well where it cannot be known", options, async (desk) => {
  await hold(desk, CLOSES, () => false, "s");
  const { max_drawdown, reasons } = await performance(desk.sql, desk.account, { only_strategy: "s" });
  equal(max_drawdown, null);
  match(reasons.max_drawdown ?? "", /1 of 7 held days/);
});

// Reasons ---------------------------------------------------------------------------------------

deskTest("every figure that is null has a reason, and no other has", options, async (desk) => {
  const check = async (filters = {}) => {
    const { reasons, ...figures } = await performance(desk.sql, desk.account, filters);
    const nulls = Object.entries(figures).filter(([, value]) => value === null).map(([name]) => name);
    deepEqual(Object.keys(reasons).sort(), nulls.sort());
    ok(
      Object.values(reasons).every((reason) => typeof reason === "string" && reason !== ""),
      JSON.stringify(reasons),
    );
  };
  await check();
  await desk.mark("7", { symbol: "OTHER", received_at: day(-1) });
  await check();
  await hold(desk, CLOSES.slice(0, 3), () => false);
  await check();
  await check({ only_strategy: "" });
  await check({ from_time: day(30) });
  await holdFrom(desk, 7, 14, []);
  await check();
  await holdFrom(desk, 500, 501, []);
  await check();
});

// Old marks -------------------------------------------------------------------------------------

deskTest("coverage is the same when old minutes have become hours", {
  cash: "100000",
  settings: { leverage: null, keep_minute_bars_days: 1, time_zone: "Asia/Kolkata" },
}, async (desk) => {
  await bookMinutes(desk.sql, desk.account, { from: "2026-03-02T10:00:00Z", minutes: 4_000 });
  await desk.buy("1", "150", { symbol: "SYM0", received_at: "2026-03-06T10:00:00Z" });
  const before = await performance(desk.sql, desk.account);
  ok(before.coverage.held_days > 1);
  await compact(desk.sql, desk.account, "2026-06-01T00:00:00Z");
  const [bars] = await desk.sql`
    select count(*)::integer as hours from trading.mark_hours h join trading.accounts a on a.id = h.account_id where a.name = ${desk.account}`;
  ok(bars?.hours > 10);
  deepEqual(await performance(desk.sql, desk.account), before);
});
