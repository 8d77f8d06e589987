import { equal, ok } from "node:assert/strict";
import type { Sql } from "postgres";
import type { Answer } from "../support/alerts.ts";
import { Desk, type DeskOptions, deskTest } from "../support/desk.ts";
import { type Alert, book } from "../support/engine.ts";
import { openShared } from "../support/shared-connection.ts";
import { atMostOnce, timeOf } from "../support/noise.ts";

const crowds = { 2: await openShared(2), 8: await openShared(8), 16: await openShared(16) };

/** A test with a desk and `senders` connections beside it. */
function crowdTest(
  name: string,
  { senders, ...options }: DeskOptions & { senders: keyof typeof crowds },
  body: (desk: Desk, crowd: Sql) => Promise<void>,
): void {
  deskTest(name, options, (desk) => body(desk, crowds[senders]));
}

/** Sends until it is not busy. */
async function insist(crowd: Sql, alert: Alert): Promise<Answer> {
  for (;;) {
    const [answer] = await book(crowd, [alert]);
    if (answer && answer.status !== "busy") return answer;
  }
}

/** Numbers from 0 to below 1, the same at every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

crowdTest("an alert sent 50 times at once by 8 senders is booked once, and all get its answer", {
  senders: 8,
}, async (desk, crowd) => {
  const alert = {
    ...{ account: desk.account, symbol: "ACME", action: "buy", quantity: "1", price: "100" },
    hash: crypto.randomUUID().replaceAll("-", ""),
  };
  const answers = await Promise.all(Array.from({ length: 50 }, () => insist(crowd, alert)));
  equal(answers.filter(({ duplicate }) => !duplicate).length, 1);
  equal(new Set(answers.map((answer) => JSON.stringify({ ...answer, duplicate: null }))).size, 1);
});

crowdTest(
  "400 alerts by 16 senders on one symbol: quantity and cash are exact",
  { senders: 16 },
  async (desk, crowd) => {
    await Promise.all(Array.from({ length: 400 }, (_, nr) =>
      insist(crowd, {
        account: desk.account,
        symbol: "ACME",
        action: nr % 4 === 0 ? "sell" : "buy",
        quantity: "1",
        price: "100",
        fee: "0.01",
      })));
    const last = await desk.mark("100");
    equal(last.position.quantity, "200");
    equal(last.cash, "79996");
  },
);

crowdTest(
  "strategies, brackets and marks at once: no negative cash, no limit passed, no order filled twice",
  {
    senders: 16,
    cash: "10000",
    settings: {
      leverage: 1,
      allow_short: false,
      max_open_positions: 3,
      max_position: 4000,
      max_order: 2000,
      fee_bps: 5,
    },
  },
  async (desk, crowd) => {
    const next = chance(7);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T;
    const alerts = Array.from({ length: 480 }, (): Alert => {
      const price = String(90 + Math.floor(next() * 21));
      const common = {
        account: desk.account,
        symbol: pick(["A", "B", "C"]),
        strategy: pick(["one", "two"]),
        price,
      };
      const bracket = {
        stop_loss: { percent: pick(["2", "5"]) },
        take_profit: { percent: pick(["3", "6"]) },
      };
      const quantity = String(1 + Math.floor(next() * 20));
      return pick<Alert>([
        { ...common, action: "mark" },
        { ...common, action: "mark", open: "100", high: "110", low: "90" },
        { ...common, action: "buy", quantity, ...bracket },
        { ...common, action: "buy", quantity: "50", quantity_type: "percent_of_equity", ...bracket },
        { ...common, action: "buy", quantity, order_type: "limit", limit_price: "95", ...bracket },
        { ...common, action: "buy", quantity, order_type: "stop", stop_price: "105" },
        { ...common, action: "sell", quantity },
        { ...common, action: "close" },
        { ...common, action: "close", order_type: "limit", limit_price: "108" },
      ]);
    });
    const answers = await Promise.all(alerts.map((alert) => insist(crowd, alert)));
    equal(answers.length, alerts.length);
    ok(answers.filter(({ status }) => status === "filled").length > 100, "most of it trades");

    const orders = answers.flatMap((answer) => answer.fills.map(({ order_id }) => order_id));
    equal(new Set(orders).size, orders.length, "no order filled twice");

    // Walk the ledger in its order: nothing was ever passed, not for a moment.
    const fills = await desk.sql`
    select f.symbol, f.strategy, f.side, f.quantity::float, f.price::float, f.fee::float from trading.fills f
    join trading.accounts a on a.id = f.account_id where a.name = ${desk.account} order by f.id`;
    const positions = new Map<string, number>();
    let cash = 10_000;
    for (const { symbol, strategy, side, quantity, price, fee } of fills) {
      const signed = side === "buy" ? quantity : -quantity;
      const held = (positions.get(symbol + strategy) ?? 0) + signed;
      positions.set(symbol + strategy, held);
      cash -= signed * price + fee;
      ok(cash > -1e-6, `cash is ${cash}`);
      ok(held > -1e-6, `${symbol} ${strategy} is short: ${held}`);
      const open = [...positions.values()].filter((quantity) => quantity > 1e-6).length;
      ok(open <= 3, `${open} positions are open`);
      if (side === "buy") {
        ok(quantity * price <= 2000 + 1e-6, `an order of ${quantity * price}`);
        ok(held * price <= 4000 + 1e-6, `a position of ${held * price}`);
      }
    }
  },
);

crowdTest(
  "batches that name the same symbols and accounts in other orders never deadlock",
  { senders: 8 },
  async (desk, crowd) => {
    const second = await Desk.open({}, desk.sql);
    const accounts = [desk.account, second.account];
    const symbols = ["A", "B", "C", "D"];
    const batch = (nr: number) => {
      const alerts = accounts.flatMap((account) =>
        symbols.map((symbol) => ({ account, symbol, action: "buy", quantity: "1", price: "10" }))
      );
      return nr % 2 === 0 ? alerts : alerts.reverse();
    };
    const answers = await Promise.all(Array.from({ length: 64 }, (_, nr) => book(crowd, batch(nr))));
    const booked = answers.flat().filter(({ status }) => status === "filled").length;
    const busy = answers.flat().filter(({ status }) => status === "busy").length;
    equal(booked + busy, 64 * 8);
    const [row] = await desk.sql`select sum(p.quantity)::int as held from trading.positions p
    join trading.accounts a on a.id = p.account_id where a.name = any (${accounts})`;
    equal(row?.held, booked);
  },
);

crowdTest("operations on an account beside its alerts lose nothing", { senders: 8 }, async (desk, crowd) => {
  await Promise.all(Array.from({ length: 40 }, async (_, nr) => {
    if (nr % 4 === 0) await crowd`select public.deposit(${desk.account}, 10)`;
    else if (nr % 4 === 1) {
      await crowd`select public.update_account_settings(${desk.account}, '{"fee_bps": 0}')`;
    } else {await insist(crowd, {
        account: desk.account,
        symbol: "ACME",
        action: "buy",
        quantity: "1",
        price: "100",
      });}
  }));
  equal((await desk.mark("100")).cash, "98100");
});

crowdTest("a key that somebody else holds makes its alert busy, in time, and nothing is written for it", {
  senders: 2,
}, async (desk, crowd) => {
  const key = `trade:${desk.account}:ACME`;
  const alert = { account: desk.account, symbol: "ACME", action: "buy", quantity: "1", price: "100" };
  await crowd.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(trading.lock_id(${key}))`;
    await atMostOnce(2_000, () =>
      timeOf(async () => {
        const [answer] = await book(desk.sql, [alert]);
        equal(answer?.status, "busy");
      }));
  });
  equal((await desk.mark("100")).position.quantity, "0");
  equal((await book(desk.sql, [alert]))[0]?.status, "filled");
});

/** 8 connections, 50 times each. */
const often = (increment: () => Promise<unknown>) =>
  Promise.all(Array.from({ length: 8 }, async () => {
    for (let nr = 0; nr < 50; nr++) await increment();
  }));

crowdTest(
  "of increments on 8 connections none is lost",
  { senders: 8 },
  async (desk, crowd) => {
    await often(() =>
      insist(crowd, { account: desk.account, symbol: "ACME", action: "buy", quantity: "1", price: "1" })
    );
    const answer = await desk.mark("1");
    equal(answer.position.quantity, "400");
    equal(answer.cash, "99600");
  },
);
