/** Live marks when something is wrong: prices far off, accounts that are busy, isolates that meet. */
import { deepEqual, equal } from "node:assert/strict";
import { MINUTE, upsertSource } from "../support/market.ts";
import { candle, FROM, iso, marksTest, settings, sql } from "../support/marked.ts";
import { book } from "../support/engine.ts";
import { asService, newAccount, unique } from "../support/stack.ts";

marksTest(
  "a bar far from the last mark is held back with all behind it, told once, shown, and booked when the operator wants it",
  async (world) => {
    const { buy, candles, at, marks, account, source, listed } = world;
    const channel = unique("jump");
    const args = {
      channel,
      kind: "slack",
      url: "https://hooks.acme.com/x",
      events: ["price_jump"],
      accounts: [account],
    };
    await asService().rpc("create_notification_channel", args);
    await buy();
    candles.push(candle(0, "100"), candle(1, "79"), candle(2, "80"), candle(3, "81"));
    for (const minute of [1, 2, 3, 4]) await at(minute);
    deepEqual(await marks(), [[1, "ignored"]]);
    const held = await listed();
    equal(held?.problem, "price_jump");
    deepEqual(held?.held_back, {
      at: iso(FROM + 2 * MINUTE).replace(".000Z", "Z"),
      open: "79",
      high: "79",
      low: "79",
      close: "79",
    });
    const { data: told } = await asService().rpc("list_notifications", { channel });
    deepEqual(
      (told as { event: string; payload: { mark: string; symbol: string } }[]).map((
        { event, payload },
      ) => [event, payload.symbol, payload.mark]),
      [["price_jump", "AAA", "100"]],
    );
    await upsertSource(source, { max_jump_percent: "25" });
    await at(5);
    deepEqual((await marks()).map(([minute]) => minute), [1, 2, 3, 4]);
    equal((await listed())?.problem, null);
    await asService().rpc("delete_notification_channel", { channel });
  },
);

marksTest(
  "another symbol's bars are held back, and harm nothing",
  async ({ buy, candles, at, marks, fault }) => {
    await buy({ stop_loss: { type: "stop", stop_price: "95" } });
    candles.push(candle(0, "100"), candle(1, "100"));
    fault("wrong");
    await at(1);
    deepEqual(await marks(), []);
    fault(null);
    await at(2);
    deepEqual((await marks()).map(([minute]) => minute), [1, 2]);
  },
);

marksTest(
  "an account whose lock is held catches up a minute later, in order, and holds up no other",
  async (world) => {
    const { buy, candles, at, marks, account, place } = world;
    const other = await newAccount({ settings });
    await buy();
    await buy({ account: other });
    candles.push(candle(0, "101"), candle(1, "102"));
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(trading.lock_id(${`trade:${account}:AAA`}))`;
      deepEqual(await at(1), { symbols: 1, booked: 1, failed: 1 });
    });
    deepEqual(await marks(), []);
    await at(2);
    deepEqual((await marks()).map(([minute]) => minute), [1, 2]);
    const { data } = await asService().rpc("list_positions", { account: other });
    equal(data?.[0]?.mark, "102", place);
  },
);

marksTest(
  "two isolates at once book each bar once, also when a lease ran out under one of them",
  async (world) => {
    const { buy, candles, marks, place, together } = world;
    await buy();
    candles.push(...[0, 1, 2, 3, 4].map((minute) => candle(minute, "100")));
    await together(3);
    deepEqual((await marks()).map(([minute]) => minute), [1, 2, 3]);
    // Leases that are over as soon as they are given: all of them ask and book.
    await sql.unsafe(`
      create function public.no_lease() returns trigger language plpgsql as $$
        begin new.leased_until := '2020-01-01'; new.checked_at := null; return new; end $$;
      create trigger no_lease before update on trading.live_marks for each row when (new.exchange = '${place}' and new.lease is not null)
        execute function public.no_lease();`);
    try {
      // All have asked before one has booked.
      world.fault("slow");
      await together(5, 4);
    } finally {
      await sql.unsafe("drop function public.no_lease() cascade");
    }
    deepEqual((await marks()).map(([minute]) => minute), [1, 2, 3, 4, 5]);
  },
);

marksTest("an account whose row is held holds up no other", async ({ buy, candles, at, marks, account }) => {
  const other = await newAccount({ settings });
  await buy();
  await buy({ account: other });
  candles.push(candle(0, "101"));
  await sql.begin(async (tx) => {
    await tx`select from trading.accounts where name = ${account} for update`;
    deepEqual(await at(1), { symbols: 1, booked: 1, failed: 1 });
  });
  deepEqual(await marks(), []);
  const { data } = await asService().rpc("list_positions", { account: other });
  equal(data?.[0]?.mark, "101");
});

marksTest(
  "after a weekend without a bar the next one is booked, and nobody was asked more than once a minute",
  async ({ buy, candles, at, marks, requests }) => {
    await buy();
    candles.push(candle(0, "100"));
    await at(1);
    // Friday evening to Monday morning, looked at now and then.
    const monday = 3_900;
    for (let minute = 2; minute < monday; minute += 300) await at(minute);
    const before = requests();
    await at(monday);
    equal(requests() - before, 1);
    candles.push(candle(monday, "101"));
    await at(monday + 1);
    deepEqual((await marks()).map(([minute]) => minute), [1, monday + 1]);
  },
);

marksTest("history that is played back into a symbol that is marked live is left alone", async (world) => {
  const { buy, candles, at, place } = world;
  await buy();
  const history = await newAccount({ settings });
  await buy({ account: history, time: "2024-01-05T10:00:00Z" });
  candles.push(candle(0, "101"));
  deepEqual(await at(1), { symbols: 1, booked: 1, failed: 0 });
  candles.push(candle(1, "102"));
  deepEqual(await at(2), { symbols: 1, booked: 1, failed: 0 });
  const { data } = await asService().rpc("list_positions", { account: history });
  equal(data?.[0]?.mark, "100", place);
});

marksTest(
  "what only a shadow holds is marked too, by the account that it follows, once for both",
  async ({ candles, at, account, place, marks }) => {
    const shadow = unique("shadow");
    const args = { account, shadow, settings: { leverage: "5" } };
    const { error } = await asService().rpc("upsert_shadow_account", args as never);
    equal(error, null);
    await asService().rpc("update_account_settings", { account, settings: { leverage: "0.0001" } } as never);
    const order = { account, symbol: "AAA", exchange: place, action: "buy", quantity: "10", price: "100" };
    const stop_loss = { type: "stop", stop_price: "95" };
    const [answer] = await book(sql, [{ ...order, stop_loss, time: iso(FROM) }]);
    equal(answer?.code, "insufficient_funds");
    candles.push(candle(0, "100"), candle(1, "99", { low: "94" }));
    await at(1);
    deepEqual(await at(2), { symbols: 1, booked: 1, failed: 0 });
    const { data } = await asService().rpc("list_fills", { account: shadow });
    deepEqual(data?.map(({ side, price }) => [side, price]), [["sell", "95"], ["buy", "100"]]);
    deepEqual((await marks()).map(([minute]) => minute), [1, 2]);
    deepEqual(await at(3), { symbols: 0, booked: 0, failed: 0 });
  },
);

marksTest("what one account was told wrong does not stop the marks of the others", async (world) => {
  const { buy, candles, at, place, marks } = world;
  const other = await newAccount({ settings });
  await buy();
  await buy({ account: other });
  candles.push(candle(0, "100"), candle(1, "101"));
  await at(1);
  const wrong = { account: other, symbol: "AAA", exchange: place, action: "mark", price: "50" };
  await book(sql, [{ ...wrong, time: iso(FROM + 61_000) }]);
  await at(2);
  deepEqual((await marks()).map(([minute]) => minute), [1, 2]);
});
