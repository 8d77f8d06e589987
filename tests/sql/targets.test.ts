import { deepEqual, equal } from "node:assert/strict";
import { deskTest, fills } from "../support/desk.ts";
import { said } from "../support/order-cases.ts";

const long = (quantity: string) => ({ target: { side: "long", quantity } });
const short = (quantity: string) => ({ target: { side: "short", quantity } });
const flat = { target: { side: "flat", quantity: "0" } };

deskTest("a target is reached from wherever the position is", {}, async (desk) => {
  equal(fills(await desk.send({ ...long("5"), price: "100" })), "buy 5 @ 100");
  equal(fills(await desk.send({ ...long("3"), price: "100" })), "sell 2 @ 100");
  equal(fills(await desk.send({ ...short("4"), price: "100" })), "sell 7 @ 100");
  equal(fills(await desk.send({ ...flat, price: "100" })), "buy 4 @ 100");
});

deskTest("a target that is already there trades nothing", {}, async (desk) => {
  await desk.buy("5", "100");
  equal(said(await desk.send({ ...long("5"), price: "100" })), "ignored");
});

deskTest("a target repairs what a missed alert left, and records it", {}, async (desk) => {
  // The buy of 5 was missed: the strategy is about to hold 8.
  const answer = await desk.buy("3", "100", long("8"));
  equal(fills(answer), "buy 8 @ 100");
  deepEqual(answer.repaired, { expected: "3", booked: "8" });
});

deskTest("a target that action and quantity agree with repairs nothing", {}, async (desk) => {
  equal((await desk.buy("3", "100", long("3"))).repaired, undefined);
});

deskTest("a target may repair into the other direction than the action says", {}, async (desk) => {
  await desk.buy("10", "100");
  const answer = await desk.buy("3", "100", long("8"));
  equal(fills(answer), "sell 2 @ 100");
  deepEqual(answer.repaired, { expected: "3", booked: "-2" });
});

deskTest("a sell whose target buys says so, also when it sent no quantity", {}, async (desk) => {
  const answer = await desk.send({ action: "sell", price: "100", ...long("5") });
  equal(fills(answer), "buy 5 @ 100");
  deepEqual(answer.repaired, { expected: "0", booked: "5" });
  deepEqual((await desk.sell("2", "100", long("9"))).repaired, { expected: "-2", booked: "4" });
});

deskTest("without a quantity an action may trade as much as its target needs", {}, async (desk) => {
  for (
    const [action, target, traded] of [
      ["buy", long("5"), "buy 5 @ 100"],
      ["sell", long("2"), "sell 3 @ 100"],
      ["close", long("1"), "sell 1 @ 100"],
      ["close", flat, "sell 1 @ 100"],
      ["sell", flat, ""],
    ] as const
  ) {
    const answer = await desk.send({ action, price: "100", ...target });
    equal(fills(answer), traded);
    equal(answer.repaired, undefined);
  }
});

deskTest("a close whose target opens, or closes another quantity, says so", {}, async (desk) => {
  deepEqual((await desk.close("100", long("5"))).repaired, { expected: "0", booked: "5" });
  deepEqual((await desk.close("100", short("3"))).repaired, { expected: "-5", booked: "-8" });
  deepEqual((await desk.close("100", { quantity: "1", ...flat })).repaired, { expected: "1", booked: "3" });
});

deskTest(
  "a side that turns an order, or makes it larger, says so; one that clamps it does not",
  {},
  async (desk) => {
    await desk.sell("5", "100");
    const turned = await desk.sell("2", "100", { target: { side: "long" } });
    equal(fills(turned), "buy 5 @ 100");
    deepEqual(turned.repaired, { expected: "-2", booked: "5" });
    await desk.sell("5", "100");
    deepEqual((await desk.buy("2", "100", { target: { side: "long" } })).repaired, {
      expected: "2",
      booked: "5",
    });
    equal((await desk.sell("2", "100", { target: { side: "long" } })).repaired, undefined);
  },
);

deskTest(
  "a target beyond the funds is cut to what fits, with a percent of room, and says by how much",
  { settings: { leverage: 1 }, cash: "100" },
  async (desk) => {
    const answer = await desk.buy("3", "100", long("3"));
    equal(said(answer), "filled: buy 1.01 @ 100");
    deepEqual(answer.repaired, { expected: "3", booked: "1.01" });
  },
);

deskTest(
  "a target of which nothing fits is refused, and records no repair",
  { settings: { leverage: 1 }, cash: "0" },
  async (desk) => {
    const answer = await desk.buy("1", "100", long("3"));
    equal(said(answer), "rejected: insufficient_funds");
    equal(answer.repaired, undefined);
  },
);

deskTest(
  "a target is judged before its fee: TradingView made it from its own equity",
  { settings: { leverage: 1, fee_bps: 50 }, cash: "100" },
  async (desk) => {
    const answer = await desk.buy("1", "100", long("1"));
    equal(said(answer), "filled: buy 1 @ 100");
    equal(answer.cash, "-0.5");
    equal(answer.repaired, undefined);
  },
);

deskTest(
  "without room a target is cut at the funds; the closing part of a reversal is taken whatever they are",
  { settings: { leverage: 1, funds_room_bps: 0 }, cash: "100" },
  async (desk) => {
    equal(said(await desk.buy("2", "100", long("2"))), "filled: buy 1 @ 100");
    await desk.set({ allow_short: false });
    const answer = await desk.sell("4", "100", short("3"));
    equal(said(answer), "filled: sell 1 @ 100");
    deepEqual(answer.repaired, { expected: "-4", booked: "-1" });
  },
);

deskTest("a target is cut to whole lots, toward zero", { instrument: { lot_size: "1" } }, async (desk) => {
  equal(fills(await desk.send({ ...short("2.9"), price: "100" })), "sell 2 @ 100");
});

deskTest("a flat side closes all, whatever the quantity", {}, async (desk) => {
  await desk.buy("5", "100");
  equal(fills(await desk.sell("2", "100", { target: { side: "flat" } })), "sell 5 @ 100");
});

deskTest("a long side never ends short", {}, async (desk) => {
  await desk.buy("5", "100");
  equal(fills(await desk.sell("8", "100", { target: { side: "long" } })), "sell 5 @ 100");
});

deskTest("a long side nets a short through zero", {}, async (desk) => {
  await desk.sell("5", "100");
  equal((await desk.buy("8", "100", { target: { side: "long" } })).position.quantity, "3");
});

deskTest("a short side never ends long", {}, async (desk) => {
  await desk.sell("5", "100");
  equal((await desk.buy("8", "100", { target: { side: "short" } })).position.quantity, "0");
});

deskTest("a close without a quantity closes all", {}, async (desk) => {
  await desk.sell("5", "100");
  equal(fills(await desk.close("90")), "buy 5 @ 90");
});

deskTest("a close never opens", {}, async (desk) => {
  equal(said(await desk.close("100")), "ignored");
  await desk.buy("5", "100");
  equal(fills(await desk.close("100", { quantity: "9" })), "sell 5 @ 100");
});

deskTest("a close with a side leaves a position of the other side alone", {}, async (desk) => {
  await desk.sell("5", "100");
  equal(said(await desk.close("100", { target: { side: "long" } })), "ignored");
  equal(fills(await desk.close("100", { target: { side: "short" } })), "buy 5 @ 100");
});

deskTest("two strategies on one symbol never mix", {}, async (desk) => {
  await desk.buy("5", "100", { strategy: "up" });
  await desk.sell("3", "110", { strategy: "down" });
  const up = await desk.close("120", { strategy: "up" });
  equal(fills(up), "sell 5 @ 120");
  equal(up.fills[0]?.realized_pnl, "100");
  const down = await desk.close("120", { strategy: "down" });
  equal(fills(down), "buy 3 @ 120");
  equal(down.fills[0]?.realized_pnl, "-30");
  equal(down.cash, "100070");
});

deskTest("one strategy's mark values the other's position", {}, async (desk) => {
  await desk.buy("5", "100", { strategy: "a" });
  equal((await desk.mark("110", { strategy: "b" })).equity, "100050");
});

const time = (text: string) => ({ time: `2026-03-02T${text}Z` });

deskTest("an alert older than the last applied one of its strategy and symbol is stale", {}, async (desk) => {
  await desk.buy("1", "100", time("10:00:02"));
  equal(said(await desk.buy("1", "100", time("10:00:01"))), "rejected: stale_alert");
  equal(said(await desk.buy("1", "100", time("10:00:02"))), "filled: buy 1 @ 100");
  equal(said(await desk.buy("1", "100", { ...time("10:00:01"), strategy: "b" })), "filled: buy 1 @ 100");
  equal(said(await desk.buy("1", "100", { ...time("10:00:01"), symbol: "OTHER" })), "filled: buy 1 @ 100");
});

deskTest(
  "a refused alert does not make an older one stale",
  { settings: { leverage: 1 }, cash: "100" },
  async (desk) => {
    equal(said(await desk.buy("2", "100", time("10:00:02"))), "rejected: insufficient_funds");
    equal(said(await desk.buy("1", "100", time("10:00:01"))), "filled: buy 1 @ 100");
  },
);

deskTest(
  "an account that allows it books stale alerts",
  { settings: { leverage: null, allow_stale: true } },
  async (desk) => {
    await desk.buy("1", "100", time("10:00:02"));
    equal(said(await desk.buy("1", "100", time("10:00:01"))), "filled: buy 1 @ 100");
  },
);

deskTest(
  "an alert older than its own max_age is stale",
  { settings: { allow_stale: true } },
  async (desk) => {
    const alert = { ...time("10:00:00"), max_age: 30 };
    equal(
      said(await desk.buy("1", "100", { ...alert, received_at: "2026-03-02T10:00:30.001Z" })),
      "rejected: stale_alert",
    );
    equal(
      said(await desk.buy("1", "100", { ...alert, received_at: "2026-03-02T10:00:30Z" })),
      "filled: buy 1 @ 100",
    );
  },
);

deskTest(
  "a time ahead of the clock counts as now: it freezes no mark and makes nothing after it stale",
  {},
  async (desk) => {
    await desk.buy("1", "100", { time: "2099-12-31T00:00:00Z", received_at: "2026-03-02T10:00:00Z" });
    equal((await desk.mark("90", { received_at: "2026-03-02T10:00:01Z" })).equity, "99990");
    const next = { ...time("10:00:02"), received_at: "2026-03-02T10:00:02Z" };
    equal(said(await desk.buy("1", "90", next)), "filled: buy 1 @ 90");
  },
);

const resting = { order_type: "limit", limit_price: "90", price: "100" };

deskTest("a target takes the place of the resting order that an earlier one left", {}, async (desk) => {
  await desk.send({ ...long("5"), ...resting });
  const again = await desk.send({ ...long("5"), ...resting });
  deepEqual(again.orders.map(({ status, reason }) => [status, reason]), [["canceled", "replaced"], [
    "open",
    undefined,
  ]]);
  equal(fills(await desk.mark("89")), "buy 5 @ 89");
});

deskTest("a stale target takes no order away", {}, async (desk) => {
  await desk.send({ ...long("5"), ...resting, time: "2026-11-20T14:30:00Z" });
  const stale = await desk.send({ ...long("9"), price: "100", time: "2026-11-20T14:00:00Z" });
  equal(said(stale), "rejected: stale_alert");
  equal(fills(await desk.mark("89")), "buy 5 @ 89");
});

deskTest(
  "an all-in strategy with a fee reverses seven times as at TradingView, which sizes it by its own equity",
  {
    settings: { leverage: 1, fee_bps: 10 },
    cash: "10000",
  },
  async (desk) => {
    const fee = 0.001;
    let [cash, held] = [10_000, 0];
    for (const [nr, price] of [100, 110, 99, 112, 104, 118, 101, 121].entries()) {
      const units = (cash + held * price) / (price * (1 + fee)) * (nr % 2 === 0 ? 1 : -1);
      const traded = Math.abs(units - held);
      [cash, held] = [cash - (units - held) * price - traded * price * fee, units];
      const quantity = Math.abs(units).toFixed(8);
      const answer = await desk.send({
        ...{ action: nr % 2 === 0 ? "buy" : "sell", quantity: traded.toFixed(8), price: String(price) },
        ...units > 0 ? long(quantity) : short(quantity),
      });
      equal(answer.status, "filled");
      equal(Math.abs(Number(answer.position.quantity) - units) < 1e-7, true);
      equal(Math.abs(Number(answer.equity) - (cash + held * price)) < 0.01, true, answer.equity);
    }
  },
);

const second = { clock: "alert", leverage: null };
const inSecond = { time: "2026-11-20T15:00:00Z" };
const was = (side: string, quantity: string) => ({ previous: { side, quantity } });

deskTest("two exits of one second that arrive in reverse leave the position flat, and the answer says so", {
  settings: second,
}, async (desk) => {
  await desk.buy("3540", "1", long("3540"));
  await desk.sell("2001", "1", { ...flat, ...was("long", "2001"), ...inSecond });
  const late = await desk.sell("1539", "1", { ...long("2001"), ...was("long", "3540"), ...inSecond });
  equal(fills(late), "");
  deepEqual(late.repaired, { expected: "-1539", booked: "0" });
  equal(late.position.quantity, "0");
});

/** Alerts of one second in every order that they can arrive in. */
const everyOrder = <T>(all: readonly T[]): T[][] =>
  all.length < 2
    ? [[...all]]
    : all.flatMap((first) =>
      everyOrder(all.filter((other) => other !== first)).map((others) => [first, ...others])
    );

for (
  const [what, start, steps] of [
    ["three exits", 6, [3, 1, 0]],
    ["four exits", 9, [7, 4, 2, 0]],
    ["three entries", 0, [1, 2, 3]],
    ["an exit and an entry on the same side", 1, [0, 1]],
    ["an exit and a smaller entry on the same side", 3, [0, 1]],
    ["an entry and its exit", 0, [1, 0]],
    ["a reversal in two steps", 2, [0, -1]],
    ["a reversal with an entry after it", 1, [-1, -2]],
  ] as [string, number, number[]][]
) {
  deskTest(`${what} of one second end where the last of them does, in whatever order they arrive`, {
    settings: second,
  }, async (desk) => {
    const side = (units: number) => units > 0 ? "long" : units < 0 ? "short" : "flat";
    const alertOf = (before: number, after: number) => ({
      ...{ action: after > before ? "buy" : "sell", quantity: `${Math.abs(after - before)}`, price: "1" },
      target: { side: side(after), quantity: `${Math.abs(after)}` },
      previous: { side: side(before), quantity: `${Math.abs(before)}` },
    });
    const alerts = steps.map((after, nr) => ({ ...alertOf(steps[nr - 1] ?? start, after), ...inSecond }));
    for (const [nr, arrived] of everyOrder(alerts).entries()) {
      const strategy = `s${nr}`;
      if (start !== 0) {
        await desk.send({ ...alertOf(0, start), time: "2026-11-20T14:00:00Z", strategy });
      }
      const answers = await desk.batch(arrived.map((alert) => ({ ...alert, strategy })));
      equal(
        answers.at(-1)?.position.quantity,
        `${steps.at(-1)}`,
        arrived.map(({ target }) => target.quantity).join(),
      );
    }
  });
}

deskTest("two entries of one second that arrive in reverse end where the later one does", {
  settings: second,
}, async (desk) => {
  await desk.buy("1", "1", { ...long("2"), ...was("long", "1"), ...inSecond });
  const late = await desk.buy("1", "1", { ...long("1"), ...was("flat", "0"), ...inSecond });
  equal(late.position.quantity, "2");
  equal(
    (await desk.buy("1", "1", { ...long("3"), ...was("long", "2"), ...inSecond })).position.quantity,
    "3",
  );
});

deskTest("in one second, without the position before, what contradicts its action does not open", {
  settings: second,
}, async (desk) => {
  await desk.buy("5", "1", { ...long("5"), time: "2026-11-20T14:00:00Z" });
  await desk.sell("2", "1", { ...flat, ...inSecond });
  equal((await desk.sell("3", "1", { ...long("2"), ...inSecond })).position.quantity, "0");
  equal((await desk.sell("3", "1", { ...short("3"), ...inSecond })).position.quantity, "-3");
});

deskTest("two targets of one second that agree with their actions are both taken, in order of arrival", {
  settings: second,
}, async (desk) => {
  await desk.buy("2", "1", { ...long("2"), ...was("flat", "0"), ...inSecond });
  equal((await desk.sell("2", "1", { ...flat, ...was("long", "2"), ...inSecond })).position.quantity, "0");
  equal(
    (await desk.sell("2", "1", { ...short("2"), ...was("flat", "0"), ...inSecond })).position.quantity,
    "-2",
  );
});

deskTest("what follows a target that was cut is taken in the same second", {
  settings: second,
  instrument: { lot_size: "1" },
}, async (desk) => {
  await desk.buy("2.5", "1", { ...long("2.5"), ...was("flat", "0"), ...inSecond });
  equal(
    (await desk.sell("2.5", "1", { ...flat, ...was("long", "2.5"), ...inSecond })).position.quantity,
    "0",
  );
});

deskTest("three alerts of one second that arrive from the last to the first end where the last one does", {
  settings: second,
}, async (desk) => {
  await desk.sell("2", "1", { ...long("3"), ...was("long", "5"), ...inSecond });
  await desk.buy("3", "1", { ...long("5"), ...was("long", "2"), ...inSecond });
  equal(
    (await desk.buy("2", "1", { ...long("2"), ...was("flat", "0"), ...inSecond })).position.quantity,
    "3",
  );
});
