import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { type Desk, deskTest, fills } from "../support/desk.ts";
import { orderTests, said } from "../support/order-cases.ts";

const worst = { leverage: null, bar_path: "worst" };
const exits = { take_profit: { limit_price: "108" }, stop_loss: { stop_price: "93" } };

orderTests("inside a bar", [
  {
    name: "the nearer extreme comes first: the profit above, when the open lies nearer to the high",
    order: { action: "buy", ...exits },
    answer: "filled: buy 1 @ 100",
    then: [["102 109 92 100", "sell 1 @ 108"]],
  },
  {
    name: "the nearer extreme comes first: the loss below, when the open lies nearer to the low",
    order: { action: "buy", ...exits },
    answer: "filled: buy 1 @ 100",
    then: [["99 109 92 100", "sell 1 @ 93"]],
  },
  {
    name: "the low comes first when both extremes are as far",
    order: { action: "buy", ...exits },
    answer: "filled: buy 1 @ 100",
    then: [["100 109 91 100", "sell 1 @ 93"]],
  },
  {
    name: "a limit is taken at the open when that is better",
    order: { action: "buy", order_type: "limit", limit_price: "95" },
    answer: "accepted",
    then: [["94 99 90 97", "buy 1 @ 94"]],
  },
  {
    name: "a limit that is gapped through its own stop loss loses nothing",
    order: { action: "buy", order_type: "limit", limit_price: "95", stop_loss: { stop_price: "93" } },
    answer: "accepted",
    then: [["92 99 90 97", "buy 1 @ 92, sell 1 @ 92"]],
  },
]);

orderTests("inside a bar, where bar_path is worst", [
  {
    name: "the loss comes before the profit, wherever the open lies",
    settings: worst,
    order: { action: "buy", ...exits },
    answer: "filled: buy 1 @ 100",
    then: [["102 109 92 100", "sell 1 @ 93"]],
  },
  {
    name: "a limit is never better than its price",
    settings: worst,
    order: { action: "buy", order_type: "limit", limit_price: "95" },
    answer: "accepted",
    then: [["94 99 90 97", "buy 1 @ 95"]],
  },
  {
    name: "an entry takes its profit by the close only",
    settings: worst,
    order: { action: "buy", order_type: "limit", limit_price: "98", ...exits },
    answer: "accepted",
    then: [["100 120 97 101", "buy 1 @ 98"], ["108", "sell 1 @ 108"]],
  },
  {
    name: "an entry takes its profit when the close is there",
    settings: worst,
    order: { action: "buy", order_type: "limit", limit_price: "98", ...exits },
    answer: "accepted",
    then: [["100 120 97 109", "buy 1 @ 98, sell 1 @ 108"]],
  },
  {
    name: "an entry's stop is met by the adverse extreme, at its level",
    settings: worst,
    order: { action: "buy", order_type: "stop", stop_price: "102", ...exits },
    answer: "accepted",
    then: [["101 103 90 102", "buy 1 @ 102, sell 1 @ 93"]],
  },
  {
    name: "a trailing stop that is placed inside it does not follow a high that may lie before",
    settings: worst,
    order: {
      ...{ action: "buy", order_type: "limit", limit_price: "95" },
      stop_loss: { type: "trailing_stop", trail_amount: "5" },
    },
    answer: "accepted",
    then: [["100 110 94 96", "buy 1 @ 95"], ["91.5", ""], ["91", "sell 1 @ 91"]],
  },
  {
    name: "a trailing stop follows the open, then meets the low",
    settings: worst,
    order: { action: "sell", order_type: "trailing_stop", trail_amount: "5" },
    answer: "accepted",
    then: [["108 112 103 111", "sell 1 @ 103"]],
  },
  {
    name: "a stop_limit that is gapped past its limit does not fill at an extreme that may lie before",
    settings: worst,
    order: { action: "buy", order_type: "stop_limit", stop_price: "105", limit_price: "107" },
    answer: "accepted",
    then: [["109 111 104 108", ""], ["109 111 104 106", "buy 1 @ 107"]],
  },
]);

const order = (time: string, more = {}) => ({ order_type: "limit", limit_price: "95", time, ...more });
const at = (time: string) => `2026-11-20T${time}Z`;

deskTest(
  "a bar that lies before an order does not fill it",
  { settings: { clock: "alert" } },
  async (desk) => {
    await desk.buy("1", "100", order(at("15:00:00")));
    equal(fills(await desk.mark("97 101 94 100", { time: at("15:00:00"), interval: "60" })), "");
    equal(fills(await desk.mark("100 101 94 99", { time: at("16:00:00"), interval: "60" })), "buy 1 @ 95");
  },
);

deskTest("of a bar in which an order was placed only the close concerns it", {
  settings: { clock: "alert" },
}, async (desk) => {
  await desk.buy("1", "100", order(at("15:10:00")));
  equal(fills(await desk.mark("100 101 94 99", { time: at("15:15:00"), interval: "15" })), "");
  await desk.buy("1", "100", order(at("15:20:00"), { limit_price: "96" }));
  equal(
    fills(await desk.mark("100 101 94 95.5", { time: at("15:30:00"), interval: "15" })),
    "buy 1 @ 95, buy 1 @ 95.5",
  );
});

deskTest("of a bar without an interval in the second of the alert only the close concerns it", {
  settings: { clock: "alert" },
}, async (desk) => {
  await desk.buy("1", "100", order(at("15:00:00")));
  equal(fills(await desk.mark("100 101 94 99", { time: at("15:00:00") })), "");
  equal(fills(await desk.mark("100 101 94 99", { time: at("15:00:01") })), "buy 1 @ 95");
});

deskTest(
  "where no alert carries a time the order of arrival decides, and the bar counts whole",
  {},
  async (desk) => {
    await desk.buy("1", "100", { order_type: "limit", limit_price: "95" });
    equal(fills(await desk.mark("100 101 94 99", { interval: "60" })), "buy 1 @ 95");
  },
);

deskTest("a bar whose time is that of its open is one that ends an interval later", {}, async (desk) => {
  const received_at = at("15:15:01");
  await desk.buy("1", "100", order(at("15:00:00"), { received_at: at("15:00:01") }));
  const answer = await desk.mark("100 101 94 99", { time: at("15:00:00"), interval: "15", received_at });
  equal(fills(answer), "buy 1 @ 95");
  const [mark] = await desk.sql`
    select m.marked_at from trading.marks m join trading.accounts a on a.id = m.account_id where a.name = ${desk.account}`;
  equal(mark?.marked_at.toISOString(), "2026-11-20T15:15:00.000Z");
});

deskTest("what a position did not see moves neither its excursions nor its trail", {
  settings: { clock: "alert", leverage: null },
}, async (desk) => {
  const stop_loss = { type: "trailing_stop", trail_amount: "5" };
  await desk.buy("1", "100", { time: at("15:10:00"), stop_loss });
  await desk.mark("100 120 80 101", { time: at("15:15:00"), interval: "15" });
  equal((await desk.resting()).join(), "sell stop_loss 1 @ 96");
  await desk.mark("101 103 99 102", { time: at("15:30:00"), interval: "15" });
  await desk.close("102", { time: at("15:31:00") });
  const [trade] = await desk.sql`select mae, mfe from public.list_trades(${desk.account})`;
  deepEqual([trade?.mae, trade?.mfe], ["1", "3"]);
});

deskTest("a position that leaves inside a bar has seen its path until then, and no more", {
  settings: { leverage: null },
}, async (desk) => {
  await desk.buy("1", "100", { take_profit: { limit_price: "104" } });
  await desk.mark("100 106 90 95");
  const [trade] = await desk.sql`select mae, mfe, drawdown from public.list_trades(${desk.account})`;
  deepEqual([trade?.mae, trade?.mfe, trade?.drawdown], ["0", "4", "0"]);
});

deskTest(
  "an exit at the open has seen it, and nothing after",
  { settings: { leverage: null } },
  async (desk) => {
    await desk.buy("1", "100", { stop_loss: { stop_price: "95" } });
    await desk.mark("93 94 90 92");
    const [trade] = await desk.sql`select mae, mfe, drawdown from public.list_trades(${desk.account})`;
    deepEqual({ ...trade }, { mae: "7", mfe: "0", drawdown: "7" });
  },
);

deskTest(
  "where bar_path is worst, a position has seen no more than until it left",
  { settings: worst },
  async (desk) => {
    await desk.buy("1", "100", { stop_loss: { stop_price: "95" } });
    await desk.mark("100 109 90 108");
    await desk.buy("1", "100", { order_type: "stop", stop_price: "110", stop_loss: { stop_price: "105" } });
    await desk.mark("109 128 98 127");
    const trades = await desk.sql`select mae, mfe from public.list_trades(${desk.account})`;
    deepEqual(trades.map(({ mae, mfe }) => [mae, mfe]), [["5", "0"], ["5", "0"]]);
  },
);

deskTest(
  "minutes may be written as 5, 5m or 5min; M are months",
  { settings: { clock: "alert" } },
  async (desk) => {
    for (const [nr, interval] of ["5", "5m", "5min"].entries()) {
      await desk.buy("1", "100", order(at(`1${nr}:00:00`)));
      equal(
        fills(await desk.mark("100 101 94 99", { time: at(`1${nr}:05:00`), interval })),
        "buy 1 @ 95",
        interval,
      );
    }
    await desk.buy("1", "100", order(at("15:00:00")));
    equal(fills(await desk.mark("100 101 94 99", { time: at("15:05:00"), interval: "5M" })), "");
  },
);

deskTest("an order whose time is that of its bar's open was made at the close of it", {}, async (desk) => {
  const bar = { time: at("15:00:00"), interval: "1", received_at: at("15:01:01") };
  await desk.buy("1", "100", { stop_loss: { stop_price: "95" }, ...bar });
  equal(fills(await desk.mark("97 101 94 100", { ...bar, received_at: at("15:01:02") })), "");
});

deskTest("an order that is late is late, whatever its interval", {}, async (desk) => {
  const late = { time: at("15:00:00"), received_at: at("15:01:15"), interval: "1", max_age: 30 };
  equal(said(await desk.buy("1", "100", late)), "rejected: stale_alert");
});

orderTests("a trailing stop with an activation", [
  {
    name: "price does not trail before the price was there",
    order: { action: "sell", order_type: "trailing_stop", trail_amount: "2", activation_price: "105" },
    answer: "accepted",
    then: [["90", ""], ["104", ""], ["100", ""], ["106", ""], ["104.5", ""], ["104", "sell 1 @ 104"]],
  },
  {
    name: "amount begins to trail so far from the price",
    order: { action: "buy", order_type: "trailing_stop", trail_amount: "1", activation_amount: "5" },
    answer: "accepted",
    then: [["98", ""], ["99.5", ""], ["94", ""], ["95", "buy 1 @ 95"]],
  },
  {
    name: "percent of a stop loss counts from the entry",
    order: {
      action: "buy",
      stop_loss: { type: "trailing_stop", trail_percent: "1", activation_percent: "10" },
    },
    answer: "filled: buy 1 @ 100",
    then: [["50", ""], ["110 112 110 111", ""], ["110.5", "sell 1 @ 110.5"]],
  },
  {
    name: "that is reached already trails from the start",
    order: { action: "sell", order_type: "trailing_stop", trail_amount: "2", activation_price: "99" },
    answer: "accepted",
    then: [["98", "sell 1 @ 98"]],
  },
]);

deskTest("a size made from equity is made anew where the order fills", {
  settings: { leverage: 1 },
  cash: "1000",
}, async (desk) => {
  const entry = { order_type: "stop", stop_price: "110", quantity_type: "percent_of_equity" };
  equal(said(await desk.buy("100", "100", entry)), "accepted");
  equal(fills(await desk.mark("120 121 119 120")), "buy 8.33333333 @ 120");
});

deskTest("a size that comes to nothing where the order fills cancels it, and harms no other order", {
  settings: { leverage: 1 },
  cash: "1000",
}, async (desk) => {
  const entry = { order_type: "limit", limit_price: "99", quantity_type: "percent_of_equity" };
  equal(said(await desk.buy("50", "100", entry)), "accepted");
  await desk.buy("10", "100", { stop_loss: { stop_price: "97" } });
  const answer = await desk.mark("99 99 93 98.5");
  equal(fills(answer), "sell 10 @ 97");
  deepEqual(answer.orders.map(({ reason }) => reason), ["quantity_too_small", undefined]);
});

deskTest("an exit by percent of equity is not made anew: it never opens", {
  settings: { leverage: 20 },
  cash: "1000",
}, async (desk) => {
  await desk.buy("100", "100");
  const exit = {
    order_type: "limit",
    limit_price: "105",
    quantity_type: "percent_of_equity",
    target: { side: "long" },
  };
  await desk.sell("1050", "100", exit);
  equal(fills(await desk.mark("105")), "sell 100 @ 105");
});

deskTest("a size by risk stays as it was placed, however the market gaps", {
  settings: { leverage: 10 },
  cash: "100000",
}, async (desk) => {
  const entry = {
    order_type: "limit",
    limit_price: "100",
    quantity_type: "risk_percent",
    stop_loss: { stop_price: "95" },
  };
  await desk.buy("1", "105", entry);
  equal(fills(await desk.mark("95.1")), "buy 200 @ 95.1");
});

// A plain model, in another way: the price goes along the path a tick at a time, and every order looks at it. --------------

interface Resting {
  side: "buy" | "sell";
  type: "limit" | "stop" | "trailing_stop";
  level: number;
}

const tick = fc.integer({ min: 1, max: 40 });
const barOf = fc.tuple(tick, tick, tick, tick).map(([a, b, c, d]) => ({
  open: a,
  high: Math.max(a, b, c, d),
  low: Math.min(a, b, c, d),
  close: d,
}));
const resting: fc.Arbitrary<Resting> = fc.record({
  side: fc.constantFrom("buy", "sell"),
  type: fc.constantFrom("limit", "stop", "trailing_stop"),
  level: tick,
});

type Bar = { open: number; high: number; low: number; close: number };

/** The prices of a bar in steps of a tick; the open is the first. */
function* steps({ open, high, low, close }: Bar) {
  const turns = high - open < open - low ? [high, low, close] : [low, high, close];
  let price = open;
  yield price;
  for (const turn of turns) {
    while (price !== turn) {
      price += Math.sign(turn - price);
      yield price;
    }
  }
}

/** An order that rests, and what it places when it fills: distances of its take profit and its stop loss. */
interface Open extends Resting {
  nr: number;
  peak: number;
  profit?: number | null;
  loss?: number | null;
  leg?: true;
}

/** Which orders that were placed at `start` the bars fill, each once, where and in which order. */
function model({ orders, start, bars }: Book): string[] {
  let open: Open[] = orders.map((each, nr) => ({ ...each, nr, peak: start }));
  const filled: string[] = [];
  const isMet = (each: Open, price: number): boolean => {
    const toward = each.side === "sell" ? 1 : -1;
    if (each.type === "limit") return toward * (price - each.level) >= 0;
    if (each.type === "stop") return toward * (price - each.level) <= 0;
    each.peak = toward * Math.max(toward * each.peak, toward * price);
    return toward * (price - each.peak) <= -each.level;
  };
  const fill = (each: Open, price: number) => {
    open = open.filter((other) => other !== each && !(each.leg && other.leg && other.nr === each.nr));
    filled.push(`${each.side} ${each.nr + 1} @ ${price}`);
    const exit = { side: each.side === "buy" ? "sell" : "buy", nr: each.nr, peak: price, leg: true } as const;
    const sign = each.side === "buy" ? 1 : -1;
    const { loss = null, profit = null } = each;
    if (loss !== null) open.push({ ...exit, type: "stop", level: price - sign * loss });
    if (profit !== null) open.push({ ...exit, type: "limit", level: price + sign * profit });
  };
  for (const bar of bars) {
    for (const [step, price] of [...steps(bar)].entries()) {
      const met = open.filter((each) => isMet(each, price));
      met.sort((x, y) => Number(x.type === "limit") - Number(y.type === "limit") || x.nr - y.nr);
      // An exit in profit is no better than asked for at the open of a bar that does not say when it began.
      const isKnown = (each: Open) => !(each.leg && each.type === "limit" && step === 0);
      for (const each of met) if (open.includes(each)) fill(each, isKnown(each) ? price : each.level);
    }
  }
  return filled;
}

/** An order at `start` that is not reached as it is placed. */
const rests = ({ side, type, level }: Resting, start: number) =>
  type === "trailing_stop" || level !== start && (side === "sell") === (type === "limit") === (level > start);

interface Book {
  start: number;
  orders: (Resting & { profit?: number | null; loss?: number | null })[];
  bars: Bar[];
}
const bars = fc.array(barOf, { minLength: 1, maxLength: 4 });
const manyOrders: fc.Arbitrary<Book> = fc.record({
  start: tick,
  orders: fc.array(resting, { minLength: 1, maxLength: 8 }),
  bars,
});
const distance = fc.option(fc.integer({ min: 1, max: 6 }));
const bracket: fc.Arbitrary<Book> = fc.record({
  // Far from zero, so that no exit lies below it.
  start: tick.map((price) => price + 20),
  orders: resting.chain((each) =>
    fc.record({ profit: distance, loss: distance }).map((
      exits,
    ) => [{ ...each, level: each.level + 20, ...exits }])
  ),
  bars: fc.array(
    barOf.map((bar) => ({
      open: bar.open + 20,
      high: bar.high + 20,
      low: bar.low + 20,
      close: bar.close + 20,
    })),
    { minLength: 1, maxLength: 4 },
  ),
}).map(({ orders, ...book }) => ({
  ...book,
  orders: orders.filter(({ type }) => type !== "trailing_stop"),
}));

function alertsOf({ start, orders, bars }: Book, symbol: string) {
  return [
    ...orders.map(({ side, type, level, profit = null, loss = null }, nr) => ({
      ...{ action: side, quantity: String(nr + 1), order_type: type, price: String(start) },
      ...type === "limit"
        ? { limit_price: `${level}` }
        : type === "stop"
        ? { stop_price: `${level}` }
        : { trail_amount: `${level}` },
      ...profit === null ? {} : { take_profit: { amount: `${profit}` } },
      ...loss === null ? {} : { stop_loss: { amount: `${loss}` } },
    })),
    ...bars.map(({ open, high, low, close }) => ({
      ...{ action: "mark", open: `${open}`, high: `${high}`, low: `${low}`, price: `${close}` },
    })),
    { action: "cancel" },
  ].map((alert) => ({ ...alert, symbol }));
}

/** Books that differ from their model, so many books in all, each of its own symbol. */
async function compare(desk: Desk, kind: fc.Arbitrary<Book>, runs: number, { oneByOne = false } = {}) {
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { minLength: 20, maxLength: 20 }), async (drawn) => {
      const books = drawn.map((book) => ({
        ...book,
        orders: book.orders.filter((each) => rests(each, book.start)),
      }));
      const sent = books.map((book, nr) => alertsOf(book, `W${nr}`));
      await desk.sql`select public.reset_account(${desk.account}, 100000)`;
      const answers = oneByOne
        ? await Array.fromAsync(sent.flat(), (alert) => desk.send(alert))
        : await desk.batch(sent.flat());
      for (const [nr, book] of books.entries()) {
        const own = answers.splice(0, sent[nr]?.length);
        const filled = own.map(fills).filter(Boolean).flatMap((text) => text.split(", "));
        deepEqual(filled, model(book), JSON.stringify(book));
      }
    }),
    { numRuns: runs / 20 },
  );
}

const settings = { leverage: null };

deskTest(
  "10,000 books of orders are filled as by a price that goes along the path tick by tick",
  { settings },
  (desk) => compare(desk, manyOrders, 10_000),
);

deskTest(
  "2,000 entries with exits are filled as by a price that goes along the path tick by tick",
  { settings },
  (desk) => compare(desk, bracket, 2_000),
);

deskTest("booked one by one, orders and bars come to the same", { settings }, async (desk) => {
  await compare(desk, manyOrders, 40, { oneByOne: true });
  await compare(desk, bracket, 40, { oneByOne: true });
});
