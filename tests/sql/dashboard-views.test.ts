import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { Row } from "postgres";
import { type Alert, book, openAccount } from "../support/engine.ts";
import { type Desk, deskTest } from "../support/desk.ts";
import { asUserId, newUser } from "../support/signed-in.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

const ask = (desk: Desk, call: string): Promise<Row[]> =>
  desk.sql.unsafe(`select * from public.${call.replace("$1", `'${desk.account}'`)}`).then((
    rows,
  ) => [...rows]);
const one = async (desk: Desk, call: string): Promise<Row> => (await ask(desk, call))[0] ?? {};

/** An alert that came at this moment, as a replay books it. */
const at = (received_at: string, alert: Alert): Alert => ({ ...alert, received_at, time: received_at });

// The accounts ------------------------------------------------------------------------------------

Deno.test("list_accounts tells a user of their own accounts, by name, and nobody else's", async () => {
  await onSharedConnection(async (sql) => {
    const [mine, theirs] = [await newUser(sql), await newUser(sql)];
    const [first, second, other] = [await openAccount(sql), await openAccount(sql), await openAccount(sql)];
    await sql`update trading.accounts set owner_id = ${mine} where name in (${first}, ${second})`;
    await sql`update trading.accounts set owner_id = ${theirs} where name = ${other}`;
    const rows = await asUserId(
      sql,
      mine,
      (tx) => tx`select name, currency, time_zone from public.list_accounts()`,
    );
    deepEqual([...rows], [first, second].sort().map((name) => ({ name, currency: "USD", time_zone: "UTC" })));
  });
});

deskTest(
  "the version of an account grows with every alert, refused ones too, and with every operation",
  {},
  async (desk) => {
    const user = await newUser(desk.sql);
    await desk.sql`update trading.accounts set owner_id = ${user} where name = ${desk.account}`;
    const version = async () => {
      const rows = await asUserId(desk.sql, user, (tx) => tx`select version from public.list_accounts()`);
      return Number(rows[0]?.version);
    };
    let last = await version();
    const changes = [
      () => desk.buy("1", "100"),
      () => desk.mark("101"),
      () => desk.set({ allow_short: false }),
      () => desk.sell("5", "101"),
      () => desk.sql`select public.halt_account(${desk.account})`,
    ];
    for (const change of changes) {
      await change();
      const next = await version();
      equal(next > last, true);
      last = next;
    }
  },
);

// The head of the page ----------------------------------------------------------------------------

deskTest("the overview adds up, and names what there is", {}, async (desk) => {
  await desk.buy("10", "100", { strategy: "a" });
  await desk.mark("105");
  await desk.buy("1", "105", { strategy: "b", order_type: "limit", limit_price: "40" });
  const overview = await one(desk, "portfolio_overview($1)");
  equal(overview.equity, "100050");
  equal(overview.cash, "99000");
  equal(overview.net_pnl, "50");
  equal(overview.net_pnl_percent, "0.05");
  equal(overview.day_pnl, "50");
  equal(overview.day_pnl_percent, "0.05");
  equal(overview.resting_orders, 1);
  equal(overview.strategies[0], "a");
  deepEqual(overview.symbols, ["ACME"]);
  equal(overview.halted, false);
});

deskTest("an account without alerts has an overview of nothing", {}, async (desk) => {
  const overview = await one(desk, "portfolio_overview($1)");
  equal(overview.alerts, null);
  equal(overview.day_pnl, "0");
  equal(overview.open_risk, "0");
  deepEqual([overview.strategies, overview.symbols], [[], []]);
});

deskTest(
  "the day's profit is since midnight of the account's time zone, and a deposit is none",
  {},
  async (desk) => {
    await desk.set({ time_zone: "Asia/Tokyo" });
    const [row] = await desk.sql`select date_trunc('day', now(), 'Asia/Tokyo') as midnight`;
    const before = new Date(row?.midnight.getTime() - 60_000).toISOString();
    await book(desk.sql, [
      at(before, { account: desk.account, symbol: "ACME", action: "buy", quantity: "10", price: "100" }),
    ]);
    await desk.sql`select public.deposit(${desk.account}, 5000)`;
    await desk.mark("103");
    const overview = await one(desk, "portfolio_overview($1)");
    equal(overview.day_pnl, "30");
    equal(overview.net_pnl, "30");
  },
);

deskTest("open risk is what is lost until the stops, and the rest is unprotected", {}, async (desk) => {
  await desk.buy("10", "100", { strategy: "a", stop_loss: { stop_price: "90" } });
  await desk.sell("4", "100", { strategy: "b", stop_loss: { stop_price: "105" } });
  await desk.buy("3", "100", { strategy: "c" });
  const overview = await one(desk, "portfolio_overview($1)");
  equal(overview.open_risk, "120");
  equal(overview.unprotected, "300");
});

deskTest("stops protect the units that they are for, the nearest first, and none twice", {}, async (desk) => {
  await desk.buy("10", "100");
  for (const [quantity, stop_price] of [["4", "95"], ["4", "90"], ["8", "80"]]) {
    await desk.sell(quantity ?? "", "100", { order_type: "stop", stop_price });
  }
  const { open_risk, unprotected } = await one(desk, "portfolio_overview($1)");
  equal(open_risk, String(4 * 5 + 4 * 10 + 2 * 20));
  equal(unprotected, "0");
});

deskTest("risk counts an instrument's multiplier", { instrument: { multiplier: "50" } }, async (desk) => {
  await desk.buy("2", "100", { stop_loss: { stop_price: "99" } });
  equal((await one(desk, "portfolio_overview($1)")).open_risk, "100");
});

// Results -----------------------------------------------------------------------------------------

deskTest("results by symbol and by strategy each sum to the account's profit", {
  settings: { leverage: null, fee_per_trade: "1" },
}, async (desk) => {
  await desk.buy("10", "100", { strategy: "a" });
  await desk.sell("10", "110", { strategy: "a" });
  await desk.buy("5", "200", { strategy: "b", symbol: "OTHER" });
  await desk.send({ action: "mark", symbol: "OTHER", price: "190" });
  deepEqual(await ask(desk, "results($1)"), [
    {
      name: "ACME",
      open_positions: "0",
      realized_pnl: "100",
      unrealized_pnl: "0",
      fees: "2",
      net_pnl: "98",
      income: "0",
    },
    {
      name: "OTHER",
      open_positions: "1",
      realized_pnl: "0",
      unrealized_pnl: "-50",
      fees: "1",
      net_pnl: "-51",
      income: "0",
    },
  ]);
  const strategies = await ask(desk, "results($1, 'strategy')");
  deepEqual(strategies.map(({ name, net_pnl }) => [name, net_pnl]), [["a", "98"], ["b", "-51"]]);
  deepEqual((await ask(desk, "results($1, only_strategy => 'b')")).map(({ name }) => name), ["OTHER"]);
  equal((await one(desk, "portfolio_overview($1)")).net_pnl, "47");
  await rejects(ask(desk, "results($1, 'color')"), /by must be symbol or strategy/);
});

/** Three days of trades: +10 by a, then -4 by b, then +7 by a. */
async function threeDays(desk: Desk): Promise<void> {
  const trade = (day: string, strategy: string, exit: string) => [
    at(`${day}T10:00:00Z`, { strategy, action: "buy", quantity: "1", price: "100" }),
    at(`${day}T11:00:00Z`, { strategy, action: "sell", quantity: "1", price: exit }),
  ];
  const alerts = [
    ...trade("2026-03-02", "a", "110"),
    ...trade("2026-03-03", "b", "96"),
    ...trade("2026-03-05", "a", "107"),
  ];
  await book(desk.sql, alerts.map((alert) => ({ account: desk.account, symbol: "ACME", ...alert })));
}

deskTest("the calendar has a row for each day on which anything happened", {}, async (desk) => {
  await threeDays(desk);
  const days = await ask(desk, "daily_results($1, '2026-03-01', '2026-03-31')");
  deepEqual(
    days.map(({ day, net_pnl, trades, wins }) => [day.toISOString().slice(0, 10), net_pnl, trades, wins]),
    [["2026-03-02", "10", "1", "1"], ["2026-03-03", "-4", "1", "0"], ["2026-03-05", "7", "1", "1"]],
  );
  const ofA = await ask(desk, "daily_results($1, '2026-03-01', '2026-03-31', 'a')");
  deepEqual(ofA.map(({ net_pnl }) => net_pnl), ["10", "7"]);
  await rejects(ask(desk, "daily_results($1, '2026-03-31', '2026-03-01')"), /1 to 367 days/);
  await rejects(ask(desk, "daily_results($1, '2025-01-01', '2026-03-01')"), /1 to 367 days/);
});

deskTest(
  "the curve of a strategy is the sum of its closed trades, and its deepest fall",
  {},
  async (desk) => {
    await threeDays(desk);
    const curve = await ask(desk, "profit_curve($1, 'day')");
    deepEqual(
      curve.map(({ net_pnl, gain, drawdown, trades }) => [net_pnl, gain, drawdown, trades]),
      [["10", "10", "0", "1"], ["6", "-4", "4", "1"], ["13", "7", "0", "1"]],
    );
    const ofA = await ask(desk, "profit_curve($1, 'day', only_strategy => 'a')");
    deepEqual(ofA.map(({ net_pnl }) => net_pnl), ["10", "17"]);
    const later = await ask(desk, "profit_curve($1, 'day', '2026-03-03T00:00Z')");
    deepEqual(
      later.map(({ net_pnl, drawdown }) => [net_pnl, drawdown]),
      [["6", "4"], ["13", "0"]],
      "from the level reached before",
    );
    await rejects(ask(desk, "profit_curve($1, 'fortnight')"), /no bucket/);
  },
);

// The chart of a symbol ----------------------------------------------------------------------------

deskTest("a symbol's bars carry the fills that happened in them", {}, async (desk) => {
  await threeDays(desk);
  const bars = await ask(desk, "symbol_chart($1, 'ACME', 'day')");
  deepEqual(
    bars.map((
      { close, bought, buy_price, buys, sold, sell_price },
    ) => [close, bought, buy_price, buys, sold, sell_price]),
    [["110", "1", "100", "1", "1", "110"], ["96", "1", "100", "1", "1", "96"], [
      "107",
      "1",
      "100",
      "1",
      "1",
      "107",
    ]],
  );
  const ofB = await ask(desk, "symbol_chart($1, 'ACME', 'day', only_strategy => 'b')");
  deepEqual(ofB.map(({ bought }) => bought), [null, "1", null], "the bars stay, the fills are its own");
  const hours = await ask(desk, "symbol_chart($1, 'ACME', 'hour', '2026-03-03T00:00Z', '2026-03-04T00:00Z')");
  deepEqual(hours.map(({ bought, sold }) => [bought, sold]), [["1", null], [null, "1"]]);
  deepEqual(await ask(desk, "symbol_chart($1, 'NOTHING')"), []);
});

deskTest("several fills of a bar are summed, at their average price", {}, async (desk) => {
  const minute = (price: string, quantity: string) =>
    at("2026-03-02T10:00:10Z", { account: desk.account, symbol: "ACME", action: "buy", quantity, price });
  await book(desk.sql, [minute("100", "1"), minute("104", "3")]);
  const [bar] = await ask(desk, "symbol_chart($1, 'ACME')");
  deepEqual([bar?.bought, bar?.buy_price, bar?.buys, bar?.sold], ["4", "103", "2", null]);
});

deskTest("a fill is shown when its market was there, not when a late alert came", {}, async (desk) => {
  await book(desk.sql, [
    {
      account: desk.account,
      symbol: "ACME",
      action: "buy",
      quantity: "1",
      price: "100",
      time: "2026-03-02T10:00:00Z",
    },
  ]);
  const bars = await ask(desk, "symbol_chart($1, 'ACME')");
  equal(bars.length, 1);
  match(bars[0]?.time.toISOString(), /^2026-03-02T10:00/);
  equal(bars[0]?.bought, "1");
});
