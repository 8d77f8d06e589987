import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Answer } from "../support/alerts.ts";
import { type Desk, deskTest } from "../support/desk.ts";
import { said } from "../support/order-cases.ts";

const limit = (more: Record<string, unknown> = {}) => ({
  action: "buy",
  quantity: "1",
  order_type: "limit",
  limit_price: "50",
  price: "100",
  ...more,
});
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
const codes = (answers: Answer[]) => answers.map(said);
const count = (answers: Answer[], what: string) => codes(answers).filter((each) => each === what).length;

/** Rests so many orders, on as many symbols as are named in turn. */
async function rest(desk: Desk, orders: number, symbols = ["ACME"]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let sent = 0; sent < orders; sent += 250) {
    const size = Math.min(250, orders - sent);
    answers.push(
      ...await desk.batch(times(size, (i) => limit({ symbol: symbols[(sent + i) % symbols.length] }))),
    );
  }
  return answers;
}

deskTest("of ten thousand orders asked for, 500 rest and the others are refused", {}, async (desk) => {
  const answers = await rest(desk, 10_000, times(20, (i) => `S${i}`));
  equal(count(answers, "accepted"), 500);
  equal(count(answers, "rejected: too_many_orders"), 9_500);
  equal(said(answers[500] as Answer), "rejected: too_many_orders");
  match(answers[500]?.message ?? "", /max_resting_orders: 500/);
});

deskTest("at the bound the market trades on, and an order that ends makes room for another", {
  settings: { leverage: null, max_resting_orders: 3 },
}, async (desk) => {
  await rest(desk, 3, ["A", "B", "C"]);
  equal(said(await desk.send(limit({ symbol: "D" }))), "rejected: too_many_orders");
  equal(said(await desk.buy("1", "100", { symbol: "D" })), "filled: buy 1 @ 100");
  equal(said(await desk.close("100", { symbol: "D" })), "filled: sell 1 @ 100");
  await desk.mark("40", { symbol: "A" });
  equal(said(await desk.send(limit({ symbol: "D" }))), "accepted");
  equal(said(await desk.send(limit({ symbol: "A", price: "100" }))), "rejected: too_many_orders");
});

deskTest("the exits that an order places when it fills have their room from the start", {
  settings: { leverage: null, max_resting_orders: 3 },
}, async (desk) => {
  const exits = { take_profit: { percent: "50" }, stop_loss: { percent: "50" } };
  equal(said(await desk.send(limit(exits))), "accepted");
  equal(said(await desk.buy("1", "100", exits)), "rejected: too_many_orders");
  equal(said(await desk.send(limit({ symbol: "OTHER" }))), "accepted");
  equal(said(await desk.send(limit({ symbol: "OTHER" }))), "rejected: too_many_orders");
  await desk.mark("45");
  deepEqual((await desk.resting()).length, 3);
  equal(said(await desk.send(limit({ symbol: "OTHER" }))), "rejected: too_many_orders");
});

deskTest("a target takes the place of the order that an earlier target left", {
  settings: { leverage: null, max_resting_orders: 1 },
}, async (desk) => {
  const target = (quantity: string) => ({
    ...limit({ quantity: undefined, action: null }),
    target: { side: "long", quantity },
  });
  equal(said(await desk.send(target("1"))), "accepted");
  equal(said(await desk.send(target("2"))), "accepted");
  deepEqual(await desk.resting(), ["buy limit 2 @ 50"]);
});

deskTest("orders that rest in one batch count like those that rest already", {
  settings: { leverage: null, max_resting_orders: 3 },
}, async (desk) => {
  await rest(desk, 2, ["A"]);
  const answers = await desk.batch([limit({ symbol: "B" }), limit({ symbol: "C" }), limit({ symbol: "A" })]);
  deepEqual(codes(answers), ["accepted", "rejected: too_many_orders", "rejected: too_many_orders"]);
});

deskTest("a cancel of everything ends every order of every symbol, and says which", {}, async (desk) => {
  await rest(desk, 500, times(50, (i) => `S${i}`));
  const [first, canceled, again] = await desk.batch([
    limit({ symbol: "S1" }),
    { action: "cancel", symbol: "" },
    limit({ symbol: "S2" }),
  ]);
  equal(said(first as Answer), "rejected: too_many_orders");
  equal(canceled?.status, "canceled");
  equal(canceled?.orders.length, 500);
  equal(new Set(canceled?.orders.map(({ id }) => id)).size, 500);
  equal(canceled?.orders.every(({ status }) => status === "canceled"), true);
  equal(said(again as Answer), "accepted");
  deepEqual(await desk.resting(), ["buy limit 1 @ 50"]);
});

deskTest(
  "a long answer is repeated without its lists, and says so: repeats of one alert stay small",
  {},
  async (desk) => {
    await rest(desk, 500);
    const cancel = {
      action: "cancel",
      symbol: "",
      idempotency_key: "all",
      hash: "a".repeat(32),
      comment: ',"orders":[',
    };
    const [first, ...again] = await desk.batch(times(20, () => cancel));
    equal(first?.orders.length, 500);
    equal("truncated" in (first ?? {}), false);
    for (const repeat of again) {
      deepEqual(repeat, { ...first, duplicate: true, truncated: true, orders: [], fills: [] });
    }
    const [{ answer }] = await desk.sql`select answer from public.list_alerts(${desk.account}, 1)` as [
      { answer: Answer },
    ];
    deepEqual(answer, { ...first, truncated: true, orders: [], fills: [] });
  },
);

deskTest(
  "a cancel of everything of one strategy leaves the others' orders, on other symbols too",
  {},
  async (desk) => {
    await desk.send(limit({ symbol: "A", strategy: "one" }));
    await desk.send(limit({ symbol: "B", strategy: "one" }));
    await desk.send(limit({ symbol: "C", strategy: "two", limit_price: "51" }));
    const canceled = await desk.send({ action: "cancel", symbol: "", strategy: "one" });
    equal(canceled.orders.length, 2);
    deepEqual(await desk.resting(), ["buy limit 1 @ 51"]);
  },
);

deskTest("a cancel by id reaches an order of any symbol", {}, async (desk) => {
  const placed = await desk.send(limit({ symbol: "A" }));
  await desk.send(limit({ symbol: "B", limit_price: "51" }));
  const canceled = await desk.send({ action: "cancel", symbol: "", order_id: placed.orders[0]?.id });
  equal(canceled.status, "canceled");
  deepEqual(await desk.resting(), ["buy limit 1 @ 51"]);
});

deskTest("an order whose day is over expires with the next alert of any symbol", {}, async (desk) => {
  const at = (time: string) => ({ received_at: time });
  await desk.send(limit({ symbol: "A", time_in_force: "day", ...at("2026-03-02T10:00:00Z") }));
  const answer = await desk.buy("1", "100", { symbol: "B", ...at("2026-03-03T10:00:00Z") });
  equal(answer.orders.some(({ status }) => status === "expired"), true);
  deepEqual(await desk.resting(), []);
});

deskTest("a symbol takes so many strategies and no more; those that it has go on", {
  settings: { leverage: null, max_strategies: 2 },
}, async (desk) => {
  await desk.buy("1", "100", { strategy: "a" });
  await desk.buy("1", "100", { strategy: "b" });
  equal(said(await desk.buy("1", "100", { strategy: "c" })), "rejected: too_many_strategies");
  equal(said(await desk.buy("1", "100", { strategy: "b" })), "filled: buy 1 @ 100");
  equal(said(await desk.buy("1", "100", { strategy: "c", symbol: "OTHER" })), "filled: buy 1 @ 100");
  equal((await desk.mark("90")).status, "ignored");
});

deskTest("in a batch of several symbols each takes its own strategies and no more", {
  settings: { leverage: null, max_strategies: 2 },
}, async (desk) => {
  for (const strategy of ["a", "b"]) await desk.buy("1", "100", { strategy, symbol: "Z" });
  const buy = (strategy: string, symbol: string) => ({
    action: "buy",
    quantity: "1",
    price: "100",
    strategy,
    symbol,
  });
  const answers = await desk.batch([
    buy("a", "A"),
    buy("c", "Z"),
    buy("b", "Z"),
    buy("b", "A"),
    buy("c", "A"),
  ]);
  deepEqual(answers.map(said), [
    "filled: buy 1 @ 100",
    "rejected: too_many_strategies",
    "filled: buy 1 @ 100",
    "filled: buy 1 @ 100",
    "rejected: too_many_strategies",
  ]);
});

deskTest("an order that rests without a time or a price counts its strategy and its symbol", {
  settings: { leverage: null, max_strategies: 2, max_symbols: 2 },
}, async (desk) => {
  const bare = (strategy: string, symbol: string) => limit({ strategy, symbol, price: undefined });
  const asked = [["a", "A"], ["b", "A"], ["c", "A"], ["a", "A"], ["a", "B"], ["a", "B"], ["a", "C"]] as const;
  const expected = [
    "accepted",
    "accepted",
    "rejected: too_many_strategies",
    "accepted",
    "accepted",
    "accepted",
    "rejected: too_many_symbols",
  ];
  deepEqual(codes(await desk.batch(asked.map(([strategy, symbol]) => bare(strategy, symbol)))), expected);
  const [another, third, own] = await desk.batch([bare("c", "A"), bare("a", "D"), bare("b", "A")]);
  equal(said(another as Answer), "rejected: too_many_strategies");
  equal(said(third as Answer), "rejected: too_many_symbols");
  equal(said(own as Answer), "accepted");
});

deskTest(
  "the price of a cancel, a halt or a resume makes no symbol known, and marks one that is",
  {},
  async (desk) => {
    await desk.mark("5", { symbol: "A" });
    for (const action of ["cancel", "halt", "resume"]) {
      await desk.send({ action, symbol: "B", price: "7" });
      await desk.send({ action, symbol: "", price: "7" });
      await desk.send({ action, symbol: "A", price: "6" });
    }
    const kept = await desk.sql`
    select m.symbol, trading.decimal(m.price) as price from trading.marks m
    join trading.accounts a on a.id = m.account_id where a.name = ${desk.account}`;
    deepEqual([...kept], [{ symbol: "A", price: "6" }]);
  },
);

deskTest("an account takes so many symbols and no more: not even their price is kept", {
  settings: { leverage: null, max_symbols: 2 },
}, async (desk) => {
  await desk.buy("1", "100", { symbol: "A" });
  const answers = await desk.batch([
    { action: "mark", price: "5", symbol: "B" },
    { action: "mark", price: "5", symbol: "C" },
    { action: "buy", quantity: "1", price: "5", symbol: "D" },
    { action: "buy", quantity: "1", price: "5", symbol: "B" },
    limit({ symbol: "E" }),
    { action: "cancel", symbol: "F" },
  ]);
  deepEqual(codes(answers), [
    "ignored",
    "rejected: too_many_symbols",
    "rejected: too_many_symbols",
    "filled: buy 1 @ 5",
    "rejected: too_many_symbols",
    "ignored",
  ]);
  const kept = await desk.sql`
    select m.symbol from trading.marks m join trading.accounts a on a.id = m.account_id
    where a.name = ${desk.account} order by 1`;
  deepEqual(kept.map(({ symbol }) => symbol), ["A", "B"]);
});

deskTest(
  "2,000 symbols are taken by default, whatever brings them, and a reset makes room again",
  {},
  async (desk) => {
    const marks = times(2_100, (i) => ({ action: "mark", price: "5", symbol: `S${i}` }));
    const answers: Answer[] = [];
    for (let sent = 0; sent < marks.length; sent += 250) {
      answers.push(...await desk.batch(marks.slice(sent, sent + 250)));
    }
    equal(count(answers, "ignored"), 2_000);
    equal(count(answers, "rejected: too_many_symbols"), 100);
    await desk.sql`select public.reset_account(${desk.account})`;
    equal(said(await desk.buy("1", "5", { symbol: "S2099" })), "filled: buy 1 @ 5");
  },
);

deskTest("what bounds an account cannot be lifted, only moved", {}, async (desk) => {
  for (
    const settings of [{ max_resting_orders: null }, { max_resting_orders: 2_001 }, { max_strategies: 0 }]
  ) {
    let code = "";
    await desk.set(settings).catch((error) => code = error.code);
    match(code, /^23/, JSON.stringify(settings));
  }
});

deskTest("a quantity at its bound is stored whole in the order and in the fill", {}, async (desk) => {
  const most = "999999999999999999.5";
  equal(said(await desk.buy(most, "0.000001")), `filled: buy ${most} @ 0.000001`);
  const turned = await desk.send({
    action: null,
    target: { side: "short", quantity: most },
    price: "0.000001",
  });
  equal(said(turned), "rejected: quantity_too_large");
  equal(said(await desk.close("0.000001")), `filled: sell ${most} @ 0.000001`);
});

const price = fc.integer({ min: 90, max: 110 });
const side = fc.constantFrom("buy", "sell");
const exits = fc.constantFrom(
  {},
  { take_profit: { percent: "3" } },
  { stop_loss: { type: "stop", percent: "3" }, take_profit: { percent: "3" } },
  { stop_loss: { type: "trailing_stop", trail_percent: "2" } },
);
/** Any order or mark: what rests, fills, places exits, turns a position over, takes away or waits for a price. */
const anything = fc.tuple(
  fc.constantFrom("A", "B", "C"),
  fc.constantFrom("", "s"),
  price,
  side,
  exits,
  fc.nat(8),
).map(
  ([symbol, strategy, price, action, exits, kind]) => {
    const far = (distance: number) => String(price + (action === "buy" ? distance : -distance));
    const order = { symbol, strategy, action, quantity: "2", price: String(price), ...exits };
    return [
      { ...order, action: "mark" },
      { ...order, action: "mark", open: String(price), high: String(price + 4), low: String(price - 4) },
      order,
      { ...order, order_type: "limit", limit_price: far(-3) },
      { ...order, order_type: "limit", limit_price: far(-3), time_in_force: "day" },
      { ...order, order_type: "stop", stop_price: far(3) },
      { ...order, action: null, target: { side: action === "buy" ? "long" : "short", quantity: "3" } },
      { ...order, price: null },
      {
        symbol: price % 5 === 0 ? "" : symbol,
        strategy,
        action: price % 2 === 0 ? "cancel" : "close",
        price: String(price),
      },
    ].map((alert) => alert.symbol === "" ? { ...alert, action: "cancel" } : alert)[kind];
  },
);

deskTest("whatever is sent, no more orders rest than may, exits that fills have placed among them", {
  settings: { leverage: null, max_resting_orders: 5 },
}, async (desk) => {
  let refused = 0;
  for (
    const batch of fc.sample(fc.array(anything, { minLength: 10, maxLength: 10 }), { numRuns: 100, seed: 13 })
  ) {
    const answers = await desk.batch(batch.filter((alert) => alert !== undefined));
    refused += count(answers, "rejected: too_many_orders");
    ok((await desk.resting()).length <= 5);
  }
  ok(refused > 10, String(refused));
});
