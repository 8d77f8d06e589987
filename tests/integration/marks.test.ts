/** Live marks against a stand-in exchange over HTTP: what is asked for, booked, held back, and caught up. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { book } from "../support/engine.ts";
import {
  type Candle,
  type Fault,
  marker,
  MINUTE,
  startExchange,
  upsertSource,
  withSource,
} from "../support/market.ts";
import { asService, asUser, connect, newAccount, stack, unique } from "../support/stack.ts";

const sql = connect();
/** Days ago, and on the alerts' own clock: what the tests tell the time to be goes on from there, and the stack's own clock lets it be. */
const FROM = Math.floor(Date.now() / MINUTE) * MINUTE - 4_320 * MINUTE;
const settings = { clock: "alert", leverage: null };
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
const candle = (minute: number, price: string, more: Partial<Candle> = {}): Candle => ({
  begins: FROM + minute * MINUTE,
  open: price,
  high: price,
  low: price,
  close: price,
  ...more,
});

interface World {
  account: string;
  place: string;
  source: string;
  candles: Candle[];
  /** What the exchange does wrong from now on. */
  fault: (fault: Fault | null) => void;
  /** Moves the time to so many minutes after the beginning, and looks for new bars. */
  at: (minute: number) => ReturnType<ReturnType<typeof marker>>;
  /** Moves the time, and looks with several isolates at once. */
  together: (minute: number, isolates?: number) => Promise<void>;
  requests: () => number;
  /** Minutes that were booked, with what became of each. */
  marks: () => Promise<[minute: number, status: string][]>;
  buy: (more?: Record<string, unknown>) => Promise<void>;
  listed: () => Promise<Record<string, unknown> | undefined>;
}

/** A test with a source, an account that bought 10 at 100 at the beginning, and its market. */
function marksTest(name: string, body: (world: World) => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false }, async () => {
    let [minute, wrong]: [number, Fault | null] = [0, null];
    const candles: Candle[] = [];
    const now = () => FROM + minute * MINUTE + 5_000;
    const exchange = startExchange({ AAA: candles, OTHER: [candle(0, "9")] }, { now, fault: () => wrong });
    const account = await newAccount({ settings });
    const look = marker(now);
    const one = async (query: Promise<unknown[]>) => (await query)[0] as Record<string, unknown> | undefined;
    try {
      await withSource(exchange.url, async ({ source, exchange: place }) => {
        await body({
          ...{ account, place, source, candles, requests: exchange.requests },
          together: async (next, isolates = 2) => {
            minute = next;
            await Promise.all(Array.from({ length: isolates }, () => marker(now)()));
          },
          fault: (fault) => void (wrong = fault),
          at: async (next) => {
            minute = next;
            return await look();
          },
          marks: async () =>
            (await sql`
              select (extract(epoch from r.alert_time) * 1000 - ${FROM}) / 60000 as minute, r.status::text
              from trading.alerts r join trading.accounts a on a.id = r.account_id
              where a.name = ${account} and r.request ->> 'key_id' = 'marks' order by r.id`)
              .map((row) => [Number(row.minute), row.status]),
          buy: async (more = {}) => {
            const [answer] = await book(sql, [{
              account,
              symbol: "AAA",
              exchange: place,
              action: "buy",
              quantity: "10",
              price: "100",
              time: iso(FROM),
              ...more,
            }]);
            ok(answer?.status === "filled" || answer?.status === "accepted", JSON.stringify(answer));
          },
          listed: () =>
            one(
              sql`select l.* from trading.live_marks l where l.source = ${source}` as unknown as Promise<
                unknown[]
              >,
            ),
        });
      });
    } finally {
      await exchange.stop();
    }
  });
}

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
      await together(5, 4);
    } finally {
      await sql.unsafe("drop function public.no_lease() cascade");
    }
    deepEqual((await marks()).map(([minute]) => minute), [1, 2, 3, 4, 5]);
    const again =
      await sql`select from trading.duplicates d join trading.accounts a on a.id = d.account_id where a.name = ${world.account}`;
    ok(again.length > 0, "some came again, and were known");
  },
);

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

addEventListener("unload", () => void sql.end());
