/** A simulated day: what the function `marks` makes of an exchange that fails in every way, against the same bars as alerts. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { book } from "../support/engine.ts";
import {
  type Candle,
  type Fault,
  marker,
  MINUTE,
  startExchange,
  wander,
  withSource,
} from "../support/market.ts";
import { connect, newAccount } from "../support/stack.ts";

const DAY = 1_440;
/** Past days: the stack's own clock does not mark what is so old. */
const FROM = Math.floor((Date.now() - 14 * 86_400_000) / 86_400_000) * 86_400_000;
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
const SYMBOLS = ["AAAUSDT", "BBBUSDT", "CCCUSDT"];

/** What goes wrong when: minutes of the day, for one symbol or all. */
const FAULTS: [from: number, to: number, fault: Fault, symbol?: string][] = [
  [30, 34, "rate_limit"],
  [60, 95, "outage"],
  [140, 150, "empty", "AAAUSDT"],
  [200, 260, "repeated"],
  [300, 360, "shuffled"],
  [420, 424, "hang", "BBBUSDT"],
  [500, 512, "wrong", "CCCUSDT"],
  [600, 610, "garbage"],
  [700, 880, "outage", "AAAUSDT"],
  [1_000, 1_200, "shuffled", "BBBUSDT"],
  [1_300, 1_310, "outage"],
];

/** Orders that rest without a price of their own, placed in the middle of a minute: no alert moves the mark. */
function ordersOf(markets: Record<string, Candle[]>) {
  return SYMBOLS.flatMap((symbol, which) =>
    Array.from({ length: 28 }, (_, nr) => {
      const minute = 5 + nr * 50 + which * 7;
      const at = Number(markets[symbol]?.[minute]?.close);
      const isBuy = nr % 2 === 0;
      const price = (by: number) => (at + (isBuy ? by : -by)).toFixed(2);
      const entry = nr % 3 === 0
        ? { order_type: "stop", stop_price: price(0.4) }
        : { order_type: "limit", limit_price: price(-0.3) };
      return {
        minute,
        alert: {
          symbol,
          strategy: `s${nr}`,
          action: isBuy ? "buy" : "sell",
          quantity: String(1 + nr % 4),
          time: iso(FROM + minute * MINUTE + 20_000),
          ...entry,
          take_profit: { amount: (0.3 + nr % 5 / 10).toFixed(1) },
          stop_loss: nr % 4 === 0
            ? { type: "trailing_stop", trail_amount: "0.5" }
            : { type: "stop", amount: "0.6" },
        },
      };
    })
  );
}

interface Filled {
  symbol: string;
  strategy: string;
  side: string;
  quantity: string;
  price: string;
  at: string;
}

Deno.test("over a day with every fault of an exchange, live marks fill what the same bars as alerts fill, at the same times", async () => {
  const sql = connect();
  let minute = 0;
  const now = () => FROM + minute * MINUTE + 5_000;
  const markets = Object.fromEntries(
    SYMBOLS.map((symbol, nr) => [symbol, wander(7 + nr, FROM, DAY, 100 + 300 * nr)]),
  );
  const faultAt = (symbol: string) =>
    FAULTS.find(([from, to, , only]) => minute >= from && minute < to && (only ?? symbol) === symbol)?.[2] ??
      null;
  const exchange = startExchange(markets, { now, fault: faultAt });
  const settings = { clock: "alert", leverage: null, max_resting_orders: 200, max_strategies: 100 };
  const [marked, alerted] = [await newAccount({ settings }), await newAccount({ settings })];
  const orders = ordersOf(markets);
  try {
    await withSource(exchange.url, async ({ exchange: place }) => {
      const isolates = [marker(now), marker(now)];
      // What the other account is told, under no exchange: nobody but its own alerts marks it.
      const told: Record<string, unknown>[] = [];
      for (minute = 1; minute <= DAY; minute++) {
        // What was placed in the minute that is over, then its bar.
        const placed = orders.filter((order) => order.minute === minute - 1).map(({ alert }) => alert);
        told.push(...placed.map((alert) => ({ ...alert, account: alerted })));
        if (placed.length > 0) {
          await book(sql, placed.map((alert) => ({ ...alert, account: marked, exchange: place })));
        }
        const [one, other] = isolates;
        if (minute % 97 === 0) await Promise.all([one?.(), other?.()]);
        else await one?.();
        told.push(...SYMBOLS.map((symbol) => {
          const { begins, open, high, low, close } = markets[symbol]?.[minute - 1] as Candle;
          const bar = { open, high, low, price: close, time: iso(begins + MINUTE), interval: "1" };
          return { account: alerted, symbol, action: "mark", ...bar };
        }));
        if (told.length >= 90 || minute === DAY) await book(sql, told.splice(0));
      }
    });
    const fillsOf = async (account: string) =>
      [
        ...await sql`
        select f.symbol, f.strategy, f.side::text, trading.decimal(f.quantity) as quantity, trading.decimal(f.price) as price,
          to_char(f.filled_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS') as at
        from trading.fills f join trading.accounts a on a.id = f.account_id where a.name = ${account}
        order by f.filled_at, f.symbol, f.strategy, f.side, f.id`,
      ] as unknown as Filled[];
    const [fills, expected] = [await fillsOf(marked), await fillsOf(alerted)];
    ok(expected.length > 100, `the day has ${expected.length} fills`);
    deepEqual(fills, expected);
    for (const { symbol, price, at } of fills) {
      const { high, low, begins } = markets[symbol]?.find((bar) =>
        bar.begins + MINUTE === Date.parse(`${at}Z`)
      ) as Candle;
      ok(
        Number(price) >= Number(low) && Number(price) <= Number(high),
        `${symbol} ${price} in ${iso(begins)}`,
      );
    }
    // An entry is filled by the first bar after the minute in which it was placed that touches it: found without the engine.
    for (const { minute: placedIn, alert } of orders) {
      const { symbol, strategy, action } = alert;
      const level = Number("stop_price" in alert ? alert.stop_price : alert.limit_price);
      const isAbove = (action === "buy") === ("stop_price" in alert);
      const bars = markets[symbol]?.slice(placedIn) ?? [];
      const touched = bars.find(({ close, high, low }, nr) => {
        const [most, least] = nr === 0 ? [close, close] : [high, low];
        return isAbove ? Number(most) >= level : Number(least) <= level;
      });
      const [entry] = fills.filter((fill) => fill.symbol === symbol && fill.strategy === strategy);
      equal(
        entry?.at,
        touched && iso(touched.begins + MINUTE).slice(0, 19).replace("T", " "),
        JSON.stringify(alert),
      );
    }
    const twice = await sql`
      select r.alert_time from trading.alerts r join trading.accounts a on a.id = r.account_id
      where a.name = ${marked} and r.request ->> 'action' = 'mark' group by r.symbol, r.alert_time having count(*) > 1`;
    equal(twice.length, 0, "a minute is booked once");
    for (const account of [marked, alerted]) {
      equal((await sql`select * from verify_account(${account})`).length, 0, `${account} is right`);
    }
  } finally {
    await exchange.stop();
    await sql.end();
  }
});
