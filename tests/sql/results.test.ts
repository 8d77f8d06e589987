import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Desk, deskTest } from "../support/desk.ts";

const record = (desk: Desk, kind: string, amount: string, more: Record<string, string> = {}) =>
  desk.sql`select public.record_cash(${desk.account}, ${kind}, ${amount}::text::numeric,
    ${more.symbol ?? null}, ${more.strategy ?? null}, null, ${more.at ?? null}::timestamptz)`;
const summaryOf = async (desk: Desk, account = desk.account) => {
  const [row] = await desk.sql`
    select cash, deposits, net_pnl, income, equity from public.portfolio_summary(${account})`;
  return { ...row };
};

deskTest("dividends, funding, interest and fees are results, no deposits", {}, async (desk) => {
  await desk.buy("10", "100");
  await record(desk, "dividend", "12.5", { symbol: "acme" });
  await record(desk, "funding", "-3", { symbol: "ACME", strategy: "grid" });
  await record(desk, "interest", "0.5");
  deepEqual(await summaryOf(desk), {
    cash: "99010",
    deposits: "100000",
    net_pnl: "10",
    income: "10",
    equity: "100010",
  });
});

deskTest("they count for their symbol and their strategy", {}, async (desk) => {
  await desk.buy("1", "100", { strategy: "grid" });
  await record(desk, "dividend", "12.5", { symbol: "ACME" });
  await record(desk, "funding", "-3", { symbol: "ACME", strategy: "grid" });
  await record(desk, "dividend", "2", { symbol: "GONE" });
  await record(desk, "interest", "7");
  const results = async (by: string) =>
    (await desk.sql`select name, income, net_pnl from public.results(${desk.account}, ${by})`).map((row) => ({
      ...row,
    }));
  deepEqual(await results("symbol"), [
    { name: "ACME", income: "9.5", net_pnl: "9.5" },
    { name: "GONE", income: "2", net_pnl: "2" },
  ]);
  deepEqual(await results("strategy"), [
    { name: "", income: "14.5", net_pnl: "14.5" },
    { name: "grid", income: "-3", net_pnl: "-3" },
  ]);
});

deskTest(
  "they are profit of the day on which they came, in the curve and in the figures",
  {},
  async (desk) => {
    await desk.buy("1", "100");
    await record(desk, "dividend", "50", { symbol: "ACME" });
    const [point] = await desk.sql`
    select net_pnl, deposits from public.equity_curve(${desk.account}) order by time desc limit 1`;
    deepEqual({ ...point }, { net_pnl: "50", deposits: "100000" });
    const [day] = await desk
      .sql`select net_pnl from public.daily_results(${desk.account}) order by day desc limit 1`;
    equal(day?.net_pnl, "50");
  },
);

deskTest("those of a strategy belong to its figures, its curve and its days", {}, async (desk) => {
  await desk.buy("1", "100", { strategy: "grid" });
  await desk.close("110", { strategy: "grid" });
  await record(desk, "funding", "-3", { symbol: "ACME", strategy: "grid" });
  await record(desk, "funding", "-2", { strategy: "grid" });
  await record(desk, "dividend", "50", { symbol: "ACME" });
  await record(desk, "interest", "7");
  const figures = async (only_strategy: string | null, only_symbol: string | null = null) => {
    const [row] = await desk.sql`
      select net, gross, income, trades::text, expectancy
      from public.performance(${desk.account}, only_strategy => ${only_strategy}, only_symbol => ${only_symbol})`;
    return Object.values(row ?? {}).join(" ");
  };
  equal(await figures("grid"), "5 10 -5 1 10");
  equal(await figures(null, "ACME"), "57 10 47 1 10");
  equal(await figures(""), "50 0 50 0 ");
  equal(await figures(null), "62 10 52 1 10");
  const [groups] = await desk.sql`select per_strategy, per_symbol from public.performance(${desk.account})`;
  const of = (rows: Record<string, unknown>[], name: string) =>
    rows.map((row) => `${row[name]}: ${row.net} of ${row.trades}, ${row.income}`);
  deepEqual(of(groups?.per_strategy, "strategy"), [": 50 of 0, 50", "grid: 5 of 1, -5"]);
  deepEqual(of(groups?.per_symbol, "symbol"), ["ACME: 57 of 1, 47"]);

  const curve = await desk.sql`
    select net_pnl, trades::text from public.profit_curve(${desk.account}, 'day', only_strategy => 'grid')`;
  deepEqual([...curve].map((row) => ({ ...row })), [{ net_pnl: "5", trades: "1" }]);
  const days = await desk.sql`
    select net_pnl, trades::text from public.daily_results(${desk.account}, only_strategy => 'grid')`;
  deepEqual([...days].map((row) => ({ ...row })), [{ net_pnl: "5", trades: "1" }]);
  const results = await desk.sql`select name, net_pnl from public.results(${desk.account}, 'strategy')`;
  deepEqual([...results].map((row) => ({ ...row })), [{ name: "", net_pnl: "50" }, {
    name: "grid",
    net_pnl: "5",
  }]);
});

deskTest("a fall by funding between two trades is a drawdown of its strategy", {}, async (desk) => {
  const at = (hour: number) => `2026-03-02T${hour}:00:00Z`;
  const trade = async (price: string, hour: number) => {
    await desk.buy("1", "100", { strategy: "s", received_at: at(hour) });
    await desk.close(price, { strategy: "s", received_at: at(hour + 1) });
  };
  await trade("110", 10);
  await record(desk, "funding", "-30", { strategy: "s", at: at(12) });
  await trade("150", 13);
  const [row] = await desk
    .sql`select max_drawdown, net from public.performance(${desk.account}, only_strategy => 's')`;
  deepEqual({ ...row }, { max_drawdown: "30", net: "30" });
  const curve = await desk.sql`
    select net_pnl, drawdown, trades::text from public.profit_curve(${desk.account}, 'hour', only_strategy => 's')`;
  deepEqual([...curve].map((each) => Object.values(each).join(" ")), ["10 0 1", "-20 30 0", "30 0 1"]);
});

deskTest("a loss by funding counts toward max_daily_loss", {
  settings: { leverage: null, max_daily_loss: 10 },
}, async (desk) => {
  await desk.buy("1", "100");
  await record(desk, "funding", "-10");
  equal((await desk.mark("100")).halted, "max_daily_loss");
});

deskTest("a replay books them again", {}, async (desk) => {
  await desk.buy("1", "100", { strategy: "s" });
  await record(desk, "dividend", "12.5", { symbol: "ACME", strategy: "s" });
  await desk.close("110", { strategy: "s" });
  const copy = `${desk.account}-copy`;
  await desk.sql`select public.replay_account(${desk.account}, ${copy})`;
  deepEqual(await summaryOf(desk, copy), await summaryOf(desk));
  deepEqual([...await desk.sql`select * from public.verify_account(${copy})`], []);
});

deskTest("what is no result is refused", {}, async (desk) => {
  await rejects(record(desk, "deposit", "1"), /kind must be dividend/);
  await rejects(record(desk, "dividend", "0"), /amount must not be 0/);
  await rejects(record(desk, "dividend", "NaN"), /amount must not be 0/);
  await rejects(record(desk, "dividend", "1", { symbol: "A".repeat(65) }), /at most 64/);
  await rejects(record(desk, "dividend", "1", { at: "2099-01-01T00:00:00Z" }), /at lies ahead/);
});
