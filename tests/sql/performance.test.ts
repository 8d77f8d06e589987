import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import positions from "../fixtures/positions.json" with { type: "json" };
import { type Desk, deskTest } from "../support/desk.ts";
import { openAccount } from "../support/engine.ts";
import { performance, rounded } from "../support/figures.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

/** Buys one unit at 1000 and sells it for `net` more, without fees. */
async function roundTrip(desk: Desk, net: number, more: Record<string, unknown> = {}): Promise<void> {
  await desk.buy("1", "1000", more);
  await desk.sell("1", String(1000 + net), more);
}

/** Equity at noon UTC of one day after another of March 2025, flat all the time, in an account that opened with 1000. */
async function dailyEquity(sql: Sql, closes: (number | null)[], settings = {}): Promise<string> {
  const account = await openAccount(sql, settings, "1000");
  for (const [index, close] of closes.entries()) {
    if (close !== null) {
      await bar(sql, account, `2025-03-${String(index + 1).padStart(2, "0")} 12:00Z`, close, 0);
    }
  }
  return account;
}

async function bar(
  sql: Sql,
  account: string,
  minute: string,
  equity: number,
  exposure: number,
): Promise<void> {
  await sql`
    insert into trading.equity_bars
    select a.id, a.epoch, ${minute}::text::timestamptz, ${equity}::text::numeric, ${equity}::text::numeric,
      ${equity}::text::numeric, ${equity}::text::numeric, ${exposure}::text::numeric
    from trading.accounts a where a.name = ${account}`;
}

function sqlTest(name: string, body: (sql: Sql) => Promise<void>): void {
  Deno.test(name, () => onSharedConnection(body));
}

// Published cases -------------------------------------------------------------------------------

interface MetricCase {
  id: string;
  trades_net?: string[];
  expect: Record<string, string | number>;
}

const cases = (positions.metric_cases as unknown as MetricCase[]).filter(({ trades_net }) =>
  trades_net !== undefined
);
/** Where the source writes a number for a figure that is undefined. */
const undefinedThere: Record<string, string[]> = {
  "metrics-three-winners": ["profit_factor"],
  "metrics-no-trades": ["win_rate", "profit_factor", "sharpe_per_trade"],
};

for (const { id, trades_net = [], expect } of cases) {
  deskTest(`performance agrees with the published case ${id}`, {}, async (desk) => {
    for (const net of trades_net) await roundTrip(desk, Number(net));
    const figures = await performance(desk.sql, desk.account, { only_symbol: desk.symbol });
    const told: Record<string, string | null> = {
      total: figures.net ?? null,
      win_rate: figures.win_rate ?? null,
      profit_factor: figures.profit_factor ?? null,
      profit_loss_ratio: figures.profit_loss_ratio ?? null,
      sharpe_per_trade: figures.sharpe_per_trade ?? null,
      max_consecutive_wins: String(figures.max_consecutive_wins),
      max_consecutive_losses: String(figures.max_consecutive_losses),
      max_closed_trade_drawdown: figures.max_drawdown ?? null,
      average: figures.expectancy === null ? null : rounded(figures.expectancy ?? ""),
    };
    for (const [figure, value] of Object.entries(expect)) {
      if (!(figure in told)) continue;
      const wanted = undefinedThere[id]?.includes(figure) ? null : rounded(
        Math.abs(Number(value)) * (figure === "max_closed_trade_drawdown" ? 1 : Math.sign(Number(value))),
      );
      equal(told[figure], wanted, figure);
    }
  });
}

// Closed trades ---------------------------------------------------------------------------------

deskTest(
  "an account without trades has null where a figure is undefined, and zero where nothing is the answer",
  {},
  async (desk) => {
    const figures = await performance(desk.sql, desk.account);
    deepEqual(
      Object.entries(figures).filter(([, value]) => value === null).map(([name]) => name).sort(),
      [
        "average_duration",
        "average_loss",
        "average_mae_percent",
        "average_mfe_percent",
        "average_win",
        "buy_and_hold_percent",
        "cagr_percent",
        "calmar",
        "expectancy",
        "exposure",
        "largest_loss",
        "largest_win",
        "max_drawdown_percent",
        "profit_factor",
        "profit_loss_ratio",
        "sharpe",
        "sharpe_per_trade",
        "sortino",
        "time_weighted_return_percent",
        "total_return_percent",
        "win_rate",
      ],
    );
    const { net, gross, fees, max_drawdown, trades } = figures;
    deepEqual({ net, gross, fees, max_drawdown, trades }, {
      net: "0",
      gross: "0",
      fees: "0",
      max_drawdown: "0",
      trades: 0,
    });
    deepEqual([figures.per_strategy, figures.per_symbol], [[], []]);
  },
);

deskTest(
  "net is gross less fees, exactly",
  { settings: { leverage: null, fee_per_trade: 0.1 } },
  async (desk) => {
    await desk.buy("3", "0.1");
    await desk.sell("3", "0.300000000000000001");
    const { gross, fees, net } = await performance(desk.sql, desk.account);
    deepEqual({ gross, fees, net }, {
      gross: "0.600000000000000003",
      fees: "0.2",
      net: "0.400000000000000003",
    });
  },
);

deskTest("wins, losses, averages and extremes are those of the closed trades", {}, async (desk) => {
  for (const net of [30, -10, 0, 10, -20]) await roundTrip(desk, net);
  await desk.buy("1", "5");
  const figures = await performance(desk.sql, desk.account);
  const {
    trades,
    wins,
    losses,
    average_win,
    average_loss,
    largest_win,
    largest_loss,
    win_rate,
    profit_factor,
    expectancy,
  } = figures;
  deepEqual(
    {
      trades,
      wins,
      losses,
      average_win,
      average_loss,
      largest_win,
      largest_loss,
      win_rate,
      profit_factor,
      expectancy,
    },
    {
      trades: 5,
      wins: 2,
      losses: 2,
      average_win: "20",
      average_loss: "-15",
      largest_win: "30",
      largest_loss: "-20",
      win_rate: "0.4",
      profit_factor: "1.33333333",
      expectancy: "2",
    },
  );
});

deskTest("a trade at zero ends a run of wins and a run of losses", {}, async (desk) => {
  for (const net of [1, 1, 0, 1, -1, -1, 0, -1, -1, -1]) await roundTrip(desk, net);
  const figures = await performance(desk.sql, desk.account);
  deepEqual([figures.max_consecutive_wins, figures.max_consecutive_losses], [2, 3]);
});

deskTest("a fee can turn a profit into a loss: wins are counted net", {
  settings: { leverage: null, fee_per_trade: 1 },
}, async (desk) => {
  await roundTrip(desk, 1.5);
  const { wins, losses, gross, net } = await performance(desk.sql, desk.account);
  deepEqual({ wins, losses, gross, net }, { wins: 0, losses: 1, gross: "1.5", net: "-0.5" });
});

deskTest("one trade has no standard deviation, so no Sharpe ratio", {}, async (desk) => {
  await roundTrip(desk, 5);
  equal((await performance(desk.sql, desk.account)).sharpe_per_trade, null);
});

deskTest("trades that all came to the same have no Sharpe ratio", {}, async (desk) => {
  await roundTrip(desk, 5);
  await roundTrip(desk, 5);
  equal((await performance(desk.sql, desk.account)).sharpe_per_trade, null);
});

deskTest("strategies and symbols are told apart, and together make up the whole", {}, async (desk) => {
  await roundTrip(desk, 10, { strategy: "a" });
  await roundTrip(desk, -4, { strategy: "b" });
  await roundTrip(desk, 6, { strategy: "b", symbol: "OTHER" });
  const figures = await performance(desk.sql, desk.account);
  deepEqual(
    figures.per_strategy.map((
      { strategy, trades, net, win_rate, profit_factor },
    ) => [strategy, trades, net, win_rate, profit_factor]),
    [
      ["a", 1, "10", "1", null],
      ["b", 2, "2", "0.5", "1.5"],
    ],
  );
  deepEqual(figures.per_symbol.map(({ symbol, trades, net }) => [symbol, trades, net]), [["ACME", 2, "6"], [
    "OTHER",
    1,
    "6",
  ]]);
  equal(figures.net, "12");
});

deskTest("a filter by strategy and symbol leaves only their trades", {}, async (desk) => {
  await roundTrip(desk, 10, { strategy: "a" });
  await roundTrip(desk, -4, { strategy: "b" });
  await roundTrip(desk, 6, { strategy: "b", symbol: "OTHER" });
  const { net, trades, per_symbol } = await performance(desk.sql, desk.account, {
    only_strategy: "b",
    only_symbol: "OTHER",
  });
  deepEqual({ net, trades, symbols: per_symbol.length }, { net: "6", trades: 1, symbols: 1 });
});

deskTest("a filter leaves no figure that needs the equity of the whole account", {}, async (desk) => {
  await roundTrip(desk, 10);
  const { sharpe, sortino, calmar, exposure, max_drawdown_percent } = await performance(
    desk.sql,
    desk.account,
    { only_strategy: "" },
  );
  deepEqual([sharpe, sortino, calmar, exposure, max_drawdown_percent], [null, null, null, null, null]);
});

deskTest("from_time is included and to_time is not", {}, async (desk) => {
  for (const [index, net] of [1, 2, 4].entries()) {
    const received_at = `2025-03-0${index + 1}T12:00:00Z`;
    await roundTrip(desk, net, { received_at });
  }
  const ranged = async (from_time: string | null, to_time: string | null) =>
    (await performance(desk.sql, desk.account, { from_time, to_time })).net;
  equal(await ranged("2025-03-02T12:00:00Z", null), "6");
  equal(await ranged(null, "2025-03-03T12:00:00Z"), "3");
  equal(await ranged("2025-03-02T12:00:00Z", "2025-03-03T12:00:00Z"), "2");
});

deskTest("the figures of an earlier epoch stay readable after a reset", {}, async (desk) => {
  await roundTrip(desk, 7);
  await desk.sql`select public.reset_account(${desk.account})`;
  await roundTrip(desk, -3);
  equal((await performance(desk.sql, desk.account)).net, "-3");
  equal((await performance(desk.sql, desk.account, { in_epoch: 1 })).net, "7");
});

// Equity of the whole account -------------------------------------------------------------------

deskTest("drawdown of the whole account is of equity, open positions included", {}, async (desk) => {
  for (const [minute, price] of ["100", "110", "90", "130", "120", "140"].entries()) {
    const received_at = `2025-03-01T10:0${minute}:00Z`;
    if (minute === 0) await desk.buy("10", price, { received_at });
    else if (minute === 5) await desk.sell("10", price, { received_at });
    else await desk.mark(price, { received_at });
  }
  const { max_drawdown, max_drawdown_percent } = await performance(desk.sql, desk.account);
  deepEqual([max_drawdown, max_drawdown_percent], ["200", rounded(100 * 200 / 100100)]);
});

sqlTest("Sharpe, Sortino and Calmar follow from the daily closes", async (sql) => {
  const closes = [1010, 1005, 1025.1, 1020];
  const account = await dailyEquity(sql, closes);
  const returns = closes.map((close, day) => close / (closes[day - 1] ?? 1000) - 1);
  const mean = returns.reduce((sum, value) => sum + value) / 4;
  const deviation = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3);
  const downside = Math.sqrt(returns.reduce((sum, value) => sum + Math.min(value, 0) ** 2, 0) / 4);
  const figures = await performance(sql, account);
  equal(figures.sharpe, rounded(mean / deviation * Math.sqrt(365)));
  equal(figures.sortino, rounded(mean / downside * Math.sqrt(365)));
  equal(figures.max_drawdown, "5.1");
  equal(figures.calmar, rounded(365 * mean / (5.1 / 1025.1)));
});

sqlTest("a day without an alert counts as a day without a return", async (sql) => {
  const with_gap = await performance(sql, await dailyEquity(sql, [1010, null, 1030]));
  const without = await performance(sql, await dailyEquity(sql, [1010, 1010, 1030]));
  equal(with_gap.sharpe, without.sharpe);
});

sqlTest("one day is too short for Sharpe, Sortino and Calmar", async (sql) => {
  const { sharpe, sortino, calmar } = await performance(sql, await dailyEquity(sql, [990]));
  deepEqual([sharpe, sortino, calmar], [null, null, null]);
});

sqlTest("an account that never fell has neither a Sortino nor a Calmar ratio", async (sql) => {
  const { sharpe, sortino, calmar } = await performance(sql, await dailyEquity(sql, [1010, 1030, 1031]));
  deepEqual([sharpe === null, sortino, calmar], [false, null, null]);
});

sqlTest("days begin at midnight of the account's time zone", async (sql) => {
  const account = await dailyEquity(sql, [], { time_zone: "America/New_York" });
  // Two days in UTC, one in New York.
  await bar(sql, account, "2025-03-01 23:00Z", 1010, 0);
  await bar(sql, account, "2025-03-02 03:00Z", 1020, 0);
  equal((await performance(sql, account)).sharpe, null);
});

sqlTest("a deposit and a withdrawal are neither profit nor drawdown", async (sql) => {
  const account = await dailyEquity(sql, [1010, 6010, 6000, 5500]);
  await sql`
    insert into trading.cash_entries (account_id, epoch, kind, amount, created_at)
    select id, 1, kind, amount, at
    from trading.accounts, (values ('deposit', 5000, timestamptz '2025-03-02 00:00Z'), ('withdrawal', -500, '2025-03-04 12:00:59Z')) m (kind, amount, at)
    where name = ${account}`;
  const figures = await performance(sql, account);
  equal(figures.max_drawdown, "10");
  equal(figures.max_drawdown_percent, rounded(100 * 10 / 5510));
});

sqlTest("exposure is the share of time in which there was a position", async (sql) => {
  const account = await dailyEquity(sql, []);
  await bar(sql, account, "2025-03-01 10:00Z", 1000, 0);
  await bar(sql, account, "2025-03-01 11:00Z", 1000, 500);
  await bar(sql, account, "2025-03-01 11:30Z", 1000, 700);
  await bar(sql, account, "2025-03-01 12:00Z", 1000, 0);
  await bar(sql, account, "2025-03-01 14:00Z", 1000, 500);
  equal((await performance(sql, account)).exposure, "0.25");
});

// Bad input -------------------------------------------------------------------------------------

const badInput: [what: string, filters: Record<string, string>, error: RegExp][] = [
  [
    "a range that ends before it begins",
    { from_time: "2025-02-01", to_time: "2025-01-01" },
    /from_time must be before to_time/,
  ],
  ["an epoch that was not", { in_epoch: "2" }, /has no epoch 2/],
];
for (const [what, filters, error] of badInput) {
  deskTest(`performance refuses ${what}`, {}, async (desk) => {
    await rejects(performance(desk.sql, desk.account, filters), error);
  });
}
