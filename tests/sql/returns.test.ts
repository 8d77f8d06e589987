import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Sql } from "postgres";
import { type Desk, deskTest, withDesk } from "../support/desk.ts";
import { performance } from "../support/figures.ts";

const DAY_MS = 86_400_000;
const day = (later: number, time = "12:00:00"): string =>
  `${new Date(Date.UTC(2025, 2, 3) + later * DAY_MS).toISOString().slice(0, 10)}T${time}Z`;
const options = { cash: "1000", settings: { leverage: null } };

/** Moves cash as of a moment. */
async function move(desk: Desk, amount: number, at: string): Promise<void> {
  const kind = amount < 0 ? "withdrawal" : "deposit";
  await desk.sql`
    select trading.move_cash(${desk.account}, ${kind}, ${Math.abs(amount)}::text::numeric, null, ${at})`;
}

/** Buys for all equity at one price, and sells at another, on one day. */
async function roundTrip(desk: Desk, later: number, from: number, to: number): Promise<void> {
  const quantity = { quantity: "100", quantity_type: "percent_of_equity" };
  await desk.send({ action: "buy", ...quantity, price: String(from), received_at: day(later, "10:00:00") });
  await desk.close(String(to), { received_at: day(later, "11:00:00") });
}

const returnsOf = async (desk: Desk, filters = {}) => {
  const figures = await performance(desk.sql, desk.account, filters);
  return [figures.total_return_percent, figures.time_weighted_return_percent];
};

/** The equity of an account at noon UTC of some day. */
async function equityOn(sql: Sql, account: string, at: string, equity: number): Promise<void> {
  const text = String(equity);
  await sql`
    insert into trading.equity_bars
    select a.id, a.epoch, ${at}::text::timestamptz, ${text}::text::numeric, ${text}::text::numeric, ${text}::text::numeric, ${text}::text::numeric, 0
    from trading.accounts a where a.name = ${account}`;
}

deskTest(
  "without a move of cash both returns are the profit in percent of what was there",
  options,
  async (desk) => {
    await roundTrip(desk, 0, 100, 110);
    await roundTrip(desk, 1, 100, 90);
    deepEqual(await returnsOf(desk), ["-1", "-1"]);
  },
);

deskTest("a deposit dilutes the total return, not the time-weighted one", options, async (desk) => {
  await roundTrip(desk, 0, 100, 120);
  await move(desk, 8800, day(1));
  await roundTrip(desk, 2, 100, 110);
  // 200 and 1,000 of 9,800; 1.2 x 1.1.
  deepEqual(await returnsOf(desk), ["12.24489796", "32"]);
});

deskTest("a withdrawal is neither a loss nor takes from what was there", options, async (desk) => {
  await roundTrip(desk, 0, 100, 120);
  await move(desk, -600, day(1));
  await roundTrip(desk, 2, 100, 110);
  deepEqual(await returnsOf(desk), ["26", "32"]);
});

deskTest("a range begins with the equity that was there", options, async (desk) => {
  await roundTrip(desk, 0, 100, 200);
  await roundTrip(desk, 5, 100, 110);
  deepEqual(await returnsOf(desk, { from_time: day(3) }), ["10", "10"]);
  deepEqual(await returnsOf(desk, { to_time: day(3) }), ["100", "100"]);
});

deskTest(
  "while cash moved and what was held had no mark, the time-weighted return is not known",
  options,
  async (desk) => {
    await desk.buy("5", "100", { received_at: day(0) });
    await move(desk, 500, day(2));
    await desk.close("120", { received_at: day(4) });
    const { total_return_percent, time_weighted_return_percent, reasons } = await performance(
      desk.sql,
      desk.account,
    );
    deepEqual([total_return_percent, time_weighted_return_percent], ["6.66666667", null]);
    match(reasons.time_weighted_return_percent ?? "", /1 of 4 held days had a mark.*, as cash moved/);
  },
);

deskTest("a return that needs no price in between is known without marks", options, async (desk) => {
  await desk.buy("5", "100", { received_at: day(0) });
  await desk.close("120", { received_at: day(4) });
  deepEqual(await returnsOf(desk), ["10", "10"]);
});

deskTest("who lost all that was there has lost 100 percent, and no yearly rate", options, async (desk) => {
  await equityOn(desk.sql, desk.account, day(0), 1000);
  await equityOn(desk.sql, desk.account, day(400), 0);
  const { time_weighted_return_percent, cagr_percent, reasons } = await performance(desk.sql, desk.account);
  deepEqual([time_weighted_return_percent, cagr_percent], ["-100", null]);
  ok(reasons.cagr_percent);
});

deskTest("the yearly return is that of 365 days, and needs a year", options, async (desk) => {
  await equityOn(desk.sql, desk.account, day(0), 1000);
  await equityOn(desk.sql, desk.account, day(364), 1100);
  const short = await performance(desk.sql, desk.account);
  deepEqual([short.cagr_percent, short.reasons.cagr_percent], [
    null,
    "the alerts span 364 of the 365 days that are needed",
  ]);
  await equityOn(desk.sql, desk.account, day(730), 1210);
  equal((await performance(desk.sql, desk.account)).cagr_percent, "10");
});

Deno.test("the time-weighted return is the same whatever is paid in and out", async (t) => {
  const trips = fc.array(
    fc.tuple(fc.integer({ min: 60, max: 160 }), fc.option(fc.integer({ min: -400, max: 5000 }))),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  for (const [nr, trades] of fc.sample(trips, { numRuns: 8, seed: 18 }).entries()) {
    await t.step(`case ${nr}`, async () => {
      const weighted = async (isMoving: boolean): Promise<number> => {
        let found = NaN;
        await withDesk(options, async (desk) => {
          for (const [index, [price, amount]] of trades.entries()) {
            await roundTrip(desk, 2 * index, 100, price);
            if (isMoving && amount) await move(desk, Math.max(amount, -100), day(2 * index + 1));
          }
          found = Number((await returnsOf(desk))[1]);
        });
        return found;
      };
      const expected = 100 * (trades.reduce((growth, [price]) => growth * price / 100, 1) - 1);
      for (const isMoving of [false, true]) {
        // A size in percent of equity is cut to 18 decimals.
        ok(Math.abs(await weighted(isMoving) - expected) < 1e-7);
      }
    });
  }
});

// Buy and hold ----------------------------------------------------------------------------------

deskTest("beside it stands what buying the symbol and holding it would have made", options, async (desk) => {
  await desk.mark("80", { received_at: day(0) });
  await roundTrip(desk, 1, 100, 110);
  await desk.mark("120", { received_at: day(2) });
  const figures = await performance(desk.sql, desk.account);
  deepEqual([figures.buy_and_hold_percent, figures.per_symbol[0]?.buy_and_hold_percent], ["50", "50"]);
  const later = await performance(desk.sql, desk.account, { from_time: day(1, "00:00:00") });
  equal(later.buy_and_hold_percent, "20");
});

deskTest("of several symbols each has its own, and the whole has none", options, async (desk) => {
  for (const [symbol, to] of [["AA", 110], ["BB", 90]] as const) {
    await desk.buy("1", "100", { symbol, received_at: day(0) });
    await desk.close(String(to), { symbol, received_at: day(0, "13:00:00") });
  }
  const figures = await performance(desk.sql, desk.account);
  deepEqual(figures.per_symbol.map(({ buy_and_hold_percent }) => buy_and_hold_percent), ["10", "-10"]);
  equal(figures.reasons.buy_and_hold_percent, "2 symbols were traded: it is known for one symbol only");
  equal((await performance(desk.sql, desk.account, { only_symbol: "AA" })).buy_and_hold_percent, "10");
});

deskTest("a symbol that is only held has one as well", options, async (desk) => {
  await desk.buy("1", "100", { received_at: day(0) });
  await desk.mark("105", { received_at: day(1) });
  equal((await performance(desk.sql, desk.account)).buy_and_hold_percent, "5");
});

deskTest("from a price of 0 or below nothing can be held", {
  ...options,
  instrument: { allow_nonpositive: true },
}, async (desk) => {
  await desk.buy("1", "-1", { received_at: day(0) });
  await desk.close("2", { received_at: day(0, "13:00:00") });
  const { buy_and_hold_percent, reasons } = await performance(desk.sql, desk.account);
  deepEqual([buy_and_hold_percent, reasons.buy_and_hold_percent], [
    null,
    "no mark of the symbol above 0 is known",
  ]);
});
