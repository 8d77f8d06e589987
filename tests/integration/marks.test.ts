/** Live marks against a stand-in exchange over HTTP: what is asked for, booked, and caught up. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { book } from "../support/engine.ts";
import { marker, MINUTE, startExchange, upsertSource, withSource } from "../support/market.ts";
import { candle, FROM, iso, marksTest, sql } from "../support/marked.ts";
import { asService, asUser, newAccount, stack, unique } from "../support/stack.ts";

marksTest(
  "a stop fills at the bar that touches it, between alerts, and the next bars change nothing",
  async (world) => {
    const { buy, candles, at, marks, account, listed } = world;
    await buy({ stop_loss: { type: "stop", stop_price: "95" } });
    candles.push(candle(0, "100"), candle(1, "99", { low: "94" }), candle(2, "99"));
    deepEqual(await at(1), { symbols: 1, booked: 1, failed: 0 });
    equal((await listed())?.price, "100");
    deepEqual(await at(2), { symbols: 1, booked: 1, failed: 0 });
    deepEqual(await at(3), { symbols: 0, booked: 0, failed: 0 }, "nothing is held any more");
    deepEqual(await marks(), [[1, "ignored"], [2, "filled"]]);
    const { data } = await asService().rpc("list_fills", { account });
    deepEqual(data?.map(({ side, price }) => [side, price]), [["sell", "95"], ["buy", "100"]]);
  },
);

marksTest(
  "an alert with a price, seconds after a minute or in the middle of an outage, hides no low from the stops before it",
  async (world) => {
    const { buy, candles, at, account, fault, place } = world;
    const rest = {
      strategy: "later",
      symbol: "AAA",
      exchange: place,
      account,
      order_type: "limit",
      quantity: "1",
    };
    const mark = (seconds: number, price: string) =>
      book(sql, [{
        account,
        symbol: "AAA",
        exchange: place,
        action: "mark",
        price,
        time: iso(FROM + seconds * 1_000),
      }]);
    const fills = async () => {
      const { data } = await asService().rpc("list_fills", { account });
      return data?.map(({ side, quantity, price }) => `${side} ${quantity} ${price}`);
    };
    await buy({ stop_loss: { type: "stop", stop_price: "95" } });
    candles.push(
      candle(0, "100"),
      candle(1, "99", { low: "94" }),
      candle(2, "99", { low: "90.5" }),
      candle(3, "99", { low: "89" }),
    );
    await at(1);
    await mark(121, "99.5");
    await at(2);
    deepEqual(await fills(), ["sell 10 95", "buy 10 100"], "seconds after the minute");

    await buy({ time: iso(FROM + 122_000), stop_loss: { type: "stop", stop_price: "90" } });
    fault("outage");
    await at(3);
    // Placed after the low.
    await book(sql, [{ ...rest, action: "buy", limit_price: "91", time: iso(FROM + 240_500) }]);
    await mark(241, "98");
    fault(null);
    await at(4);
    deepEqual(await fills(), ["sell 10 90", "buy 10 100", "sell 10 95", "buy 10 100"], "in an outage");
    const { data } = await asService().rpc("list_orders", { account, only_status: "open" });
    deepEqual(data?.map(({ strategy, limit_price }) => [strategy, limit_price]), [["later", "91"]]);
  },
);

marksTest("a minute that is not over is not booked", async ({ buy, candles, at, marks }) => {
  await buy();
  candles.push(candle(0, "100"), candle(1, "50"));
  await at(1);
  deepEqual(await marks(), [[1, "ignored"]]);
});

marksTest(
  "only what is held, or has resting orders, is asked for, and nothing while its source is off",
  async (world) => {
    const { at, requests, account, place, source, candles } = world;
    candles.push(candle(0, "100"), candle(1, "99", { low: "89" }));
    await at(1);
    equal(requests(), 0, "nothing is held");
    const entry = { order_type: "limit", limit_price: "90", quantity: "1", action: "buy", time: iso(FROM) };
    await book(sql, [{ account, symbol: "AAA", exchange: place, ...entry }]);
    await upsertSource(source, { enabled: false });
    await at(1);
    equal(requests(), 0, "the source is off");
    await upsertSource(source, { enabled: true });
    await at(2);
    equal(requests(), 1);
    const { data } = await asService().rpc("list_positions", { account });
    equal(data?.[0]?.average_price, "90");
  },
);

marksTest(
  "after an outage the minutes are caught up in order, each once",
  async ({ buy, candles, at, marks, fault, listed }) => {
    await buy();
    candles.push(...[0, 1, 2, 3, 4, 5].map((minute) => candle(minute, String(100 + minute))));
    await at(1);
    fault("outage");
    deepEqual(await at(2), { symbols: 1, booked: 0, failed: 1 });
    await at(3);
    equal((await listed())?.problem, "http_status");
    fault("shuffled");
    await at(5);
    await at(6);
    deepEqual((await marks()).map(([minute]) => minute), [1, 2, 3, 4, 5, 6]);
    equal((await listed())?.problem, null);
  },
);

marksTest(
  "a bar that comes late because nobody traded, or the exchange was slow, is booked when it comes",
  async (world) => {
    const { buy, candles, at, marks } = world;
    await buy();
    candles.push(candle(0, "100"));
    await at(1);
    await at(4);
    candles.push(candle(2, "101"), candle(4, "102"));
    await at(5);
    deepEqual((await marks()).map(([minute]) => minute), [1, 3, 5]);
  },
);

marksTest(
  "an instrument that may cost nothing or less is marked with such a price, and no other is",
  async (world) => {
    const { buy, candles, at, account, source, listed } = world;
    candles.push(candle(0, "1"), candle(1, "0.5", { low: "-2" }));
    await buy({ price: "1" });
    await at(1);
    await at(2);
    equal((await listed())?.problem, "unreadable_answer");
    const symbol = unique("SPREAD").replace(/\W/g, "").toUpperCase();
    await asService().rpc("upsert_instrument", { symbol, multiplier: "1", allow_nonpositive: true } as never);
    await upsertSource(source, { symbols: { [symbol]: "AAA" } });
    await buy({ symbol, price: "1", stop_loss: { type: "stop", stop_price: "-1" } });
    await upsertSource(source, { max_jump_percent: null });
    await at(3);
    const { data } = await asService().rpc("list_fills", { account });
    deepEqual(data?.filter((fill) => fill.symbol === symbol).map(({ side, price }) => [side, price]), [[
      "sell",
      "-1",
    ], ["buy", "1"]]);
  },
);

Deno.test("a bar that comes a minute late does not fill what was placed after it ended", async () => {
  const ended = Math.floor(Date.now() / MINUTE - 1) * MINUTE;
  const bar = { ...candle(0, "100", { low: "90" }), begins: ended - MINUTE };
  const exchange = startExchange({ AAA: [bar] }, { now: Date.now });
  const account = await newAccount();
  try {
    await withSource(exchange.url, async ({ source, exchange: place }) => {
      const alert = { account, symbol: "AAA", exchange: place, quantity: "1" };
      await book(sql, [
        { ...alert, action: "buy", price: "100", time: iso(ended - MINUTE) },
        { ...alert, action: "close", order_type: "stop", stop_price: "95", time: iso(ended + 10_000) },
      ]);
      equal((await marker(Date.now)()).booked, 1);
      const { data } = await asService().rpc("list_orders", { account, only_status: "open" });
      equal(data?.length, 1);
      const { data: marks } = await asService().rpc("list_live_marks", { account });
      equal(marks?.[0]?.source, source);
      equal(marks?.[0]?.marked_at && Date.parse(marks[0].marked_at), ended);
      equal(
        (await asUser().rpc("list_live_marks", { account })).error?.code,
        "PT404",
        "it is another user's",
      );
      await sql.begin(async (tx) => {
        await tx`set local role authenticated`;
        equal(
          (await tx`select symbol, exchange from trading.live_marks`).length,
          0,
          "which symbols others hold is theirs",
        );
      });
    });
  } finally {
    await exchange.stop();
  }
});

Deno.test("the function asks, books and answers by HTTP, for the project and operators of all accounts only", async () => {
  const started = Math.floor(Date.now() / MINUTE) * MINUTE;
  const bars = [-2, -1].map((minute) => ({ ...candle(0, "100"), begins: started + minute * MINUTE }));
  const exchange = startExchange({ AAA: bars }, { now: Date.now });
  const account = await newAccount();
  const post = async (headers: Record<string, string>) => {
    const response = await fetch(`${stack.api_url}/functions/v1/marks`, { method: "POST", headers });
    return { status: response.status, body: await response.json() };
  };
  try {
    await withSource(exchange.url, async ({ exchange: place }) => {
      const bought = { action: "buy", quantity: "1", price: "100", time: iso(started - 2 * MINUTE) };
      await book(sql, [{ account, symbol: "AAA", exchange: place, ...bought }]);
      equal((await post({})).status, 401);
      equal((await post({ "x-api-key": "sa_no_key" })).status, 401);
      const { status, body } = await post({ apikey: stack.secret_key });
      equal(status, 200);
      ok(body.booked >= 2, JSON.stringify(body));
      equal((await post({ "x-api-key": stack.api_key })).status, 200);
      const { data } = await asService().rpc("list_live_marks", { account });
      equal(data?.[0]?.read_until && Date.parse(data[0].read_until) >= started, true);
    });
  } finally {
    await exchange.stop();
  }
});
