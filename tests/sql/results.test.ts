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
