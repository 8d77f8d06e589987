import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { type Desk, type DeskOptions, deskTest, fills, newSymbol } from "../support/desk.ts";
import { storedRows } from "../support/ledger.ts";
import { said } from "../support/order-cases.ts";
import { asOwner, dashboardRpcs } from "../support/signed-in.ts";
import { unique } from "../support/stack.ts";

/** A test after which a replay must come to the same rows; that the ledger agrees every test of a desk shows. */
function currencyTest(name: string, options: DeskOptions, body: (desk: Desk) => Promise<void>): void {
  deskTest(name, options, async (desk) => {
    await body(desk);
    const copy = unique("copy");
    await desk.sql`select public.replay_account(${desk.account}, ${copy})`;
    const { accounts: _, ...rows } = await storedRows(desk.sql, desk.account);
    deepEqual({ ...await storedRows(desk.sql, copy), accounts: undefined }, { ...rows, accounts: undefined });
  });
}

/** In an account in USD; `rate` marks the pair. */
const inEuro = { instrument: { quote_currency: "EUR" } };
const rate = (desk: Desk, price: string, symbol = "EURUSD") => desk.mark(price, { symbol });

const summary = async ({ sql, account }: Desk) => {
  const [row] = await sql`
    select cash, equity, realized_pnl, unrealized_pnl, gross_exposure from public.portfolio_summary(${account})`;
  return { ...row };
};
const written = (symbol: string, currency: string | null) => ({ sql }: Desk) =>
  sql`select public.upsert_instrument(${symbol}, quote_currency => ${currency})`;

// Where the rate comes from --------------------------------------------------------------------------

deskTest(
  "10,000 USDJPY bought at 150 and sold at 151 make 10,000 JPY, which are 66.23 USD at 151",
  {},
  async (desk) => {
    const yen = `JPY${newSymbol().slice(0, 6)}`;
    const symbol = `USD${yen}`;
    await written(symbol, yen)(desk);
    const entry = await desk.buy("10000", "150", { symbol });
    equal(entry.cash, "90000"); // 1,500,000 JPY
    const exit = await desk.sell("10000", "151", { symbol });
    equal(exit.fills[0]?.realized_pnl, "66.225165562913907285");
    equal(exit.cash, "100066.225165562913907285");
  },
);

currencyTest(
  "a German stock is bought at the rate of EURUSD, and its profit converted at that of the sale",
  inEuro,
  async (desk) => {
    await rate(desk, "1.10");
    equal((await desk.buy("100", "150")).cash, "83500");
    await rate(desk, "1.20");
    const exit = await desk.close("160");
    equal(exit.fills[0]?.realized_pnl, "1200");
    equal(exit.cash, "101200");
  },
);

currencyTest("USDEUR is as good as EURUSD: it is turned over", inEuro, async (desk) => {
  await rate(desk, "0.8", "USDEUR");
  equal((await desk.buy("100", "150")).cash, "81250");
  equal((await desk.close("151")).cash, "100125");
});

currencyTest(
  "the newer mark of both pairs counts, and one that comes late changes nothing",
  inEuro,
  async (desk) => {
    const at = (minute: number) => ({ time: `2026-03-02T10:0${minute}:00Z` });
    await desk.mark("1.25", { symbol: "EURUSD", ...at(2) });
    await desk.mark("1", { symbol: "USDEUR", ...at(1) });
    await desk.buy("100", "10");
    equal((await desk.mark("11")).equity, "100125");
    equal((await desk.mark("0.5", { symbol: "USDEUR", ...at(3) })).equity, "100200");
    equal((await desk.mark("9", { symbol: "EURUSD", ...at(2) })).equity, "100200");
    equal((await desk.mark("3", { symbol: "EURUSD", ...at(3) })).equity, "100300"); // of one time the direct one
    equal((await desk.mark("4", { symbol: "USDEUR", ...at(3) })).equity, "100300");
  },
);

currencyTest(
  "without a rate a trade is refused, and the message names the pair; its price is a mark all the same",
  inEuro,
  async (desk) => {
    const answer = await desk.buy("1", "150");
    equal(said(answer), "rejected: no_rate");
    match(answer.message ?? "", /is priced in EUR: send a mark of EURUSD or USDEUR first/);
    const limit = { order_type: "limit", limit_price: "140" };
    equal(said(await desk.buy("1", "150", limit)), "rejected: no_rate");
    equal(said(await desk.mark("151")), "ignored");
    const [seen] = await desk.sql`select close from public.list_marks(${desk.account}, ${desk.symbol})`;
    equal(seen?.close, "151");
    await rate(desk, "1.1");
    equal(said(await desk.buy("1", "150")), "filled: buy 1 @ 150");
  },
);

currencyTest(
  "a market order waits for its price without a rate, and ends at the price when there still is none",
  inEuro,
  async (desk) => {
    equal((await desk.send({ action: "buy", quantity: "1" })).reason, "waiting_for_price");
    const refused = await desk.mark("150");
    deepEqual(refused.orders.map(({ status, reason }) => [status, reason]), [["canceled", "no_rate"]]);
    await rate(desk, "2");
    await desk.send({ action: "buy", quantity: "1", symbol: "ACME" });
    equal((await desk.mark("10", { symbol: "ACME" })).cash, "99990");
  },
);

deskTest(
  "an account in the currency of the instrument needs no rate, and counts as ever",
  inEuro,
  async (desk) => {
    const account = unique("euro");
    await desk.sql`select public.create_account(${account}, 100000, 'EUR')`;
    const entry = await desk.buy("100", "150", { account });
    equal(entry.cash, "85000");
    const [fill] = await desk.sql`select rate from public.list_fills(${account})`;
    equal(fill?.rate, "1");
    await rate(desk, "1.1");
    await desk.buy("100", "150");
    equal((await desk.close("160", { account })).cash, "101000");
  },
);

deskTest("a pair under another name brings the rate as an alias, also with its exchange", {
  settings: { leverage: null, symbols: "with_exchange" },
}, async (desk) => {
  const yen = `JPY${newSymbol().slice(0, 6)}`;
  const aliases = [`USD/${yen}`, `OANDA:USD${yen}`];
  await desk
    .sql`select public.upsert_instrument(${`USD${yen}`}, aliases => ${aliases}, quote_currency => ${yen})`;
  equal((await desk.buy("100", "100", { symbol: `USD/${yen}` })).cash, "99900");
  equal((await desk.mark("125", { symbol: `USD${yen}`, exchange: "OANDA" })).equity, "100020");
  equal((await desk.mark("100", { symbol: `USD${yen}`, exchange: "FXCM" })).equity, "100020");
});

// What a rate moves ----------------------------------------------------------------------------------

currencyTest("a rate moves the open profit, not the units themselves", inEuro, async (desk) => {
  await rate(desk, "1.1");
  await desk.buy("100", "150");
  equal((await rate(desk, "2")).equity, "100000");
  await desk.mark("140");
  equal((await rate(desk, "1.5")).equity, "98500");
  deepEqual(await summary(desk), {
    ...{
      cash: "83500",
      equity: "98500",
      realized_pnl: "0",
      unrealized_pnl: "-1500",
      gross_exposure: "21000",
    },
  });
  const [held] = await desk.sql`
    select average_price, cost_basis, mark, market_value, unrealized_pnl, rate from public.list_positions(${desk.account})
    where symbol = ${desk.symbol}`;
  deepEqual({ ...held }, {
    ...{ average_price: "150", cost_basis: "16500", mark: "140", market_value: "15000" },
    ...{ unrealized_pnl: "-1500", rate: "1.5" },
  });
});

currencyTest("the equity bars hold what a rate did in between", inEuro, async (desk) => {
  await rate(desk, "1");
  await desk.buy("100", "150");
  await desk.mark("160");
  for (const price of ["3", "0.5", "1.5"]) await rate(desk, price);
  const [bar] = await desk.sql`
    select max(e.high::numeric)::text as high, min(e.low::numeric)::text as low, sum(e.exposure::numeric)::text as exposure
    from public.equity_curve(${desk.account}, 'day') e`;
  deepEqual({ ...bar }, { high: "103000", low: "100000", exposure: "24000" });
});

currencyTest("a rate that shows the day's loss halts the account at once, and its own trade is refused", {
  settings: { leverage: null, max_daily_loss: 1500 },
  ...inEuro,
}, async (desk) => {
  await rate(desk, "1");
  await desk.buy("100", "150");
  await desk.mark("140");
  equal((await rate(desk, "1.4")).halted, undefined);
  equal(said(await desk.buy("1", "1.5", { symbol: "EURUSD" })), "rejected: account_halted");
  equal((await desk.close("140")).status, "filled");
});

currencyTest(
  "in a batch a rate counts for all that follows, also for what no alert of it names",
  inEuro,
  async (desk) => {
    await rate(desk, "1");
    await desk.buy("100", "150");
    await desk.mark("160");
    const other = newSymbol();
    await written(other, "EUR")(desk);
    const [, bought, ...rest] = await desk.batch([
      { action: "mark", symbol: "EURUSD", price: "2" },
      { action: "buy", quantity: "10", price: "20", symbol: other },
      { action: "mark", symbol: "EURUSD", price: "3" },
      { action: "mark", symbol: other, price: "21" },
      { action: "close", symbol: other, price: "22" },
    ]);
    equal(bought?.cash, "84600");
    deepEqual([bought, ...rest].map((answer) => answer?.equity), ["102000", "103000", "103030", "103060"]);
  },
);

// Positions ------------------------------------------------------------------------------------------

currencyTest("a partial close takes its share of what was paid at the older rates", inEuro, async (desk) => {
  await rate(desk, "1");
  await desk.buy("10", "100");
  await rate(desk, "2");
  const added = await desk.buy("10", "200");
  equal(added.position.average_price, "150");
  equal(added.cash, "95000"); // 1,000 and 4,000
  const part = await desk.sell("5", "170");
  equal(part.fills[0]?.realized_pnl, "200");
  equal(part.cash, "96450"); // a quarter of 5,000, and 200
  equal(part.position.average_price, "150");
});

currencyTest("a reversal closes at the rate of now, and opens at it", inEuro, async (desk) => {
  await rate(desk, "1");
  await desk.buy("10", "100");
  await rate(desk, "3");
  const flip = await desk.sell("15", "90");
  equal(flip.fills[0]?.realized_pnl, "-300");
  equal(flip.position.quantity, "-5");
  equal(flip.cash, "101050"); // -300, and 5 x 90 x 3 of the short
  await rate(desk, "2");
  const cover = await desk.close("80");
  equal(cover.fills[0]?.realized_pnl, "100");
  equal(cover.cash, "99800");
  const trades = await desk
    .sql`select side, entry_price, exit_price, gross_pnl, mae from public.list_trades(${desk.account})`;
  deepEqual(trades.map((trade) => Object.values(trade)), [
    ["short", "90", "80", "100", "0"],
    ["long", "100", "90", "-300", "10"],
  ]);
});

currencyTest(
  "a bracket lies at prices of the instrument, and is measured from its average",
  inEuro,
  async (desk) => {
    await rate(desk, "0.01", "USDEUR");
    const exits = { take_profit: { percent: "50" }, stop_loss: { amount: "5" } };
    await desk.buy("10", "50", exits);
    deepEqual(await desk.resting(), ["sell stop_loss 10 @ 45", "sell take_profit 10 @ 75"]);
    await desk.buy("10", "60");
    await desk.send({ action: "modify", stop_loss: { amount: "5" } });
    deepEqual((await desk.resting())[0], "sell stop_loss 10 @ 50");
    const exit = await desk.mark("56 56 49 50");
    equal(fills(exit), "sell 10 @ 50");
    equal(exit.fills[0]?.realized_pnl, "-5000");
  },
);

currencyTest("the multiplier is money of the instrument's currency", {
  instrument: { quote_currency: "EUR", multiplier: "25" },
}, async (desk) => {
  await rate(desk, "2");
  equal((await desk.buy("1", "100")).cash, "95000");
  equal((await desk.mark("101")).equity, "100050");
});

currencyTest("a split keeps what it cost in both currencies", inEuro, async (desk) => {
  await rate(desk, "2");
  await desk.buy("10", "100");
  await desk.sql`select public.split(${desk.symbol}, 4)`;
  equal((await desk.mark("30")).equity, "100400");
  equal((await desk.close("30")).cash, "100400");
});

currencyTest("results, performance and daily results are in the account's currency", inEuro, async (desk) => {
  await rate(desk, "2");
  await desk.buy("10", "100", { stop_loss: { stop_price: "90" } });
  await desk.sell("4", "110");
  const [of] = await desk
    .sql`select realized_pnl, unrealized_pnl, net_pnl from public.results(${desk.account})`;
  deepEqual({ ...of }, { realized_pnl: "80", unrealized_pnl: "120", net_pnl: "200" });
  const [head] = await desk.sql`select open_risk, day_pnl from public.portfolio_overview(${desk.account})`;
  deepEqual({ ...head }, { open_risk: "240", day_pnl: "200" });
  await desk.close("110");
  const [figures] = await desk.sql`select net, average_win from public.performance(${desk.account})`;
  deepEqual({ ...figures }, { net: "200", average_win: "200" });
});

deskTest("an owner reads all of it, at the rates of their own account", inEuro, async (desk) => {
  await rate(desk, "2");
  await desk.buy("10", "100", { stop_loss: { stop_price: "90" } });
  await desk.sell("4", "110");
  for (const rpc of await dashboardRpcs(desk.sql)) {
    const read = await asOwner(
      desk.sql,
      desk.account,
      (tx) => tx.unsafe(`select * from public.${rpc}('${desk.account}')`),
    );
    if (rpc === "list_positions") equal(read[0]?.market_value, "1320");
    if (rpc === "verify_account") deepEqual([...read], []);
  }
});

deskTest(
  "verify_account tells of a basis in the other currency that the fills do not come to",
  inEuro,
  async (desk) => {
    await rate(desk, "2");
    await desk.buy("10", "100");
    await desk.sql.begin(async (tx) => {
      await tx`update trading.positions set quote_basis = quote_basis + 1 where symbol = ${desk.symbol}`;
      const rows = await tx`select item, expected, actual from public.verify_account(${desk.account})`;
      deepEqual({ ...rows[0] }, { item: "position quote_basis", expected: "1000", actual: "1001" });
      await tx`update trading.positions set quote_basis = quote_basis - 1 where symbol = ${desk.symbol}`;
    });
  },
);

// Sizes, costs and limits ----------------------------------------------------------------------------

const sizes: [string, Record<string, unknown>, string][] = [
  ["money", { quantity: "1000", quantity_type: "notional" }, "filled: buy 5 @ 100"],
  ["percent of equity", { quantity: "50", quantity_type: "percent_of_equity" }, "filled: buy 250 @ 100"],
  [
    "risk in money",
    { quantity: "100", quantity_type: "risk_notional", stop_loss: { amount: "5" } },
    "filled: buy 10 @ 100",
  ],
  [
    "risk in percent of equity",
    { quantity: "1", quantity_type: "risk_percent", stop_loss: { amount: "10" } },
    "filled: buy 50 @ 100",
  ],
  ["units", { quantity: "501" }, "rejected: insufficient_funds"],
];
for (const [name, alert, expected] of sizes) {
  currencyTest(
    `a size by ${name} counts the price at its rate`,
    { settings: { leverage: 1 }, ...inEuro },
    async (desk) => {
      await rate(desk, "2");
      equal(said(await desk.send({ action: "buy", price: "100", ...alert })), expected);
    },
  );
}

currencyTest(
  "fees in basis points are of the value in the account's currency; those by unit and trade are as they say",
  {
    settings: { leverage: null, fee_bps: 10, fee_per_unit: "0.01", fee_per_trade: 1 },
    ...inEuro,
  },
  async (desk) => {
    await rate(desk, "1.5");
    const { fills: [fill], cash } = await desk.buy("100", "10");
    equal(fill?.fee, "3.5"); // 1.5 of 1,500, 1, and 1
    equal(cash, "98496.5");
  },
);

currencyTest("max_order and max_position are in the account's currency", {
  settings: { leverage: null, max_order: 2000, max_position: 3000 },
  ...inEuro,
}, async (desk) => {
  await rate(desk, "2");
  equal(said(await desk.buy("11", "100")), "rejected: risk_limit");
  equal(said(await desk.buy("10", "100")), "filled: buy 10 @ 100");
  equal(said(await desk.buy("6", "100")), "rejected: risk_limit");
});

deskTest(
  "what may be withdrawn counts the exposure at its rate",
  { settings: { leverage: 2 }, ...inEuro },
  async (desk) => {
    await rate(desk, "2");
    await desk.buy("500", "100");
    await rejects(desk.sql`select public.withdraw(${desk.account}, 50001)`, /not enough free cash/);
    await rate(desk, "3");
    await rejects(desk.sql`select public.withdraw(${desk.account}, 0.01)`, /not enough free cash/);
  },
);

const called = { settings: { leverage: 10, margin_call: "close" }, cash: "10000" };

currencyTest(
  "a rate brings about a margin call, which closes what it made lose",
  { ...called, ...inEuro },
  async (desk) => {
    await rate(desk, "1");
    await desk.buy("500", "100");
    equal(fills(await desk.mark("95")), "");
    const answer = await rate(desk, "4");
    equal(fills(answer), "sell 500 @ 95");
    equal(answer.cash, "0");
  },
);

currencyTest(
  "a margin call closes first what loses most in the account's currency",
  { ...called, ...inEuro },
  async (desk) => {
    await rate(desk, "0.5");
    await desk.buy("400", "100");
    await desk.buy("400", "100", { symbol: "ACME" });
    await desk.mark("80");
    equal(fills(await desk.mark("87", { symbol: "ACME" })), "sell 400 @ 87");
    equal(fills(await rate(desk, "1.1")), "sell 400 @ 80");
  },
);

// The instrument -------------------------------------------------------------------------------------

deskTest("the currency of an instrument that is held cannot change", inEuro, async (desk) => {
  await rate(desk, "2");
  await desk.buy("1", "100");
  await rejects(written(desk.symbol, "GBP")(desk), /its multiplier and its quote_currency cannot change/);
  await rejects(written(desk.symbol, null)(desk), /cannot change/);
  await written(desk.symbol, "eur")(desk);
  await desk.close("100");
  await written(desk.symbol, null)(desk);
  equal((await desk.buy("1", "100")).cash, "99900");
});

deskTest(
  "an order that rests while the currency changes to one without a rate is canceled, not filled",
  inEuro,
  async (desk) => {
    await rate(desk, "2");
    await desk.buy("1", "100", { order_type: "limit", limit_price: "90" });
    await written(desk.symbol, "GBP")(desk);
    deepEqual((await desk.mark("90")).orders.map(({ status, reason }) => [status, reason]), [[
      "canceled",
      "no_rate",
    ]]);
  },
);

deskTest("a reset forgets the rates with the prices", inEuro, async (desk) => {
  await rate(desk, "2");
  await desk.buy("1", "100");
  await desk.sql`select public.reset_account(${desk.account})`;
  equal(said(await desk.buy("1", "100")), "rejected: no_rate");
});

deskTest("a currency is 3 to 10 capital letters", {}, async (desk) => {
  for (const currency of ["E", "EU1", "", "TOOLONGTOBE"]) {
    await rejects(written(newSymbol(), currency)(desk), {
      hint: "A currency is 3 to 10 capital letters, such as USD.",
    });
  }
});

// Prices of 0 and below ------------------------------------------------------------------------------

currencyTest(
  "a contract in another currency ends worthless, a share does not: a rate makes no contract of it",
  inEuro,
  async (desk) => {
    const option = newSymbol();
    await desk.sql`select public.upsert_instrument(${option}, 100, quote_currency => 'EUR')`;
    await rate(desk, "2");
    await desk.buy("1", "3");
    await desk.buy("1", "3", { symbol: option });
    equal(said(await desk.close("0")), "rejected: invalid_price");
    const end = await desk.close("0", { symbol: option });
    equal(end.fills[0]?.realized_pnl, "-600");
  },
);

currencyTest("a spread below zero counts its exposure at the rate, and its profit", {
  instrument: { quote_currency: "EUR", allow_nonpositive: true },
}, async (desk) => {
  await rate(desk, "2");
  equal((await desk.buy("10", "-5")).cash, "100100");
  equal((await desk.mark("-3")).equity, "100040");
  equal((await rate(desk, "3")).equity, "100060");
  const { equity, gross_exposure } = await summary(desk);
  deepEqual([equity, gross_exposure], ["100060", "90"]);
  equal((await desk.close("1")).cash, "100180");
});

deskTest(
  "a pair at zero brings no rate: what is held counts as what it cost until there is one again",
  inEuro,
  async (desk) => {
    const [yen, share] = [`JPY${newSymbol().slice(0, 6)}`, newSymbol()];
    const symbol = `${yen}USD`;
    await written(share, yen)(desk);
    await desk.sql`select public.upsert_instrument(${symbol}, allow_nonpositive => true)`;
    await desk.mark("2", { symbol });
    await desk.buy("10", "100", { symbol: share });
    await desk.mark("110", { symbol: share });
    equal((await desk.mark("0", { symbol })).equity, "100000");
    equal((await desk.mark("120", { symbol: share })).equity, "100000");
    equal(said(await desk.close("120", { symbol: share })), "rejected: no_rate");
    deepEqual(await desk.differences(), []);
    equal((await desk.mark("3", { symbol })).equity, "100600");
  },
);
