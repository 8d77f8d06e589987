import assert from "node:assert/strict";
import { alertOf, buy, ignoredOf, problemsOf } from "./reading.ts";

const half = { limit_price: "12", close_percent: "50" };
const rest = { limit_price: "13" };

const READ: [what: string, sent: Record<string, unknown>, take_profits: unknown][] = [
  ["in our own names", { take_profits: [half, rest] }, [half, rest]],
  ["as prices with percents", { take_profits: [{ price: 12, percent: 50 }, { price: 13 }] }, [half, rest]],
  ["as prices with quantities", {
    takeProfits: [{ price: "12", quantity: "0.5" }, { price: "13", qty: 0.5 }],
  }, [
    { limit_price: "12", quantity: "0.5" },
    { limit_price: "13", quantity: "0.5" },
  ]],
  ["as distances in percent", { take_profits: [{ percent: 2, close_percent: 50 }, { percent: "4%" }] }, [
    { percent: "2", close_percent: "50" },
    { percent: "4" },
  ]],
  ["as distances in money", { take_profits: [{ amount: 2, quantity: "50%" }, { amount: 4 }] }, [
    { amount: "2", close_percent: "50" },
    { amount: "4" },
  ]],
  ["as targets", { targets: [{ price: 12, size_pct: "50" }, 13] }, [half, rest]],
  ["of Altrady", {
    take_profit: [
      { price_percentage: 2, position_percentage: 50 },
      { price_percentage: 4, position_percentage: 50 },
    ],
  }, [{ percent: "2", close_percent: "50" }, { percent: "4", close_percent: "50" }]],
  ["numbered, with the percents", { tp1: 12, tp1_pct: 50, tp2: 13 }, [half, rest]],
  ["numbered, with the quantities", { tp_2: 13, tp_1: 12, tp1_qty: 0.4, tp2Qty: 0.6 }, [
    { limit_price: "12", quantity: "0.4" },
    { limit_price: "13", quantity: "0.6" },
  ]],
  ["numbered, as distances", { take_profit_1_percent: 2, tp1_close_percent: "50%", take_profit_2: "4%" }, [
    { percent: "2", close_percent: "50" },
    { percent: "4" },
  ]],
  ["of which one is none", { tp1: 12, tp1_percent: 50, tp2: 13, tp3: 0, tp3_percent: 0 }, [half, rest]],
  ["beside the position wanted", { position_size: 1, take_profits: [half, rest] }, [half, rest]],
  ["of which the only one closes a part", { take_profits: [half] }, [half]],
];
for (const [what, sent, take_profits] of READ) {
  Deno.test(`several take profits are read ${what}`, () => {
    const alert = alertOf(buy({ ...sent, sl: 9 }));
    assert.deepEqual(alert.take_profits, take_profits);
    assert.equal(alert.take_profit, null);
    assert.deepEqual(alert.stop_loss, { type: "stop", stop_price: "9" });
  });
}

for (
  const sent of [{ tp1: 12 }, { targets: [12] }, { take_profits: [{ price: 12 }] }, { take_profit: ["12"] }]
) {
  Deno.test(`one alone is the take profit: ${JSON.stringify(sent)}`, () => {
    const alert = alertOf(buy(sent));
    assert.deepEqual([alert.take_profit, alert.take_profits], [{ limit_price: "12" }, null]);
  });
}

const REFUSED: [what: string, sent: Record<string, unknown>, path: string, says: RegExp][] = [
  [
    "that do not say how much each closes",
    { targets: [12, 13, 14] },
    "take_profit",
    /say how much each closes/,
  ],
  ["numbered, without the sizes", { tp1: 12, tp2: 13 }, "take_profit", /tp1_percent beside tp1/],
  [
    "of which one is sent twice",
    { tp1: 12, TP_1: 12.5, tp1_percent: 50, tp2: 13 },
    "take_profit",
    /several times/,
  ],
  [
    "beside a take profit",
    { take_profit: 11, tp1: 12, tp1_percent: 50, tp2: 13 },
    "take_profit",
    /several times/,
  ],
  [
    "beside a distance",
    { tp_percent: 3, take_profits: [half, rest] },
    "take_profits",
    /not come with take_profit/,
  ],
  [
    "with two sizes",
    { take_profits: [{ ...half, quantity: 1 }, rest] },
    "take_profits[0]",
    /one of quantity and/,
  ],
  [
    "with two prices",
    { take_profits: [{ ...half, amount: 1 }, rest] },
    "take_profits[0]",
    /one of percent, amount/,
  ],
  [
    "with a distance that is none",
    { take_profits: [{ percent: 2, close_percent: 50 }, { percent: "x" }] },
    "take_profits[1].percent",
    /not a number/,
  ],
  [
    "with a size but no price",
    { take_profits: [half, { quantity: 1 }] },
    "take_profits[1]",
    /one of percent, amount/,
  ],
  [
    "with what is not understood",
    { take_profits: [{ ...half, move_stop: true }, rest] },
    "take_profits[0].move_stop",
    /not understood/,
  ],
  [
    "with trails of their own",
    { targets: [{ ...half, trailing: { percent: 1 } }, rest] },
    "targets[0].trailing",
    /not understood/,
  ],
  [
    "more than ten",
    { take_profits: Array.from({ length: 11 }, (_, nr) => ({ price: 12 + nr, percent: 5 })) },
    "take_profits",
    /at most 10/,
  ],
  [
    "to move exits",
    { action: "modify", quantity: null, take_profits: [half, rest] },
    "take_profits",
    /order_id/,
  ],
  [
    "with a sign, which is of a distance",
    { targets: [{ ...half, limit_price: "+5" }, rest] },
    "targets[0].limit_price",
    /take_profit.amount/,
  ],
  ["below 0", { take_profits: [half, { price: -13 }] }, "take_profits[1].limit_price", /more than 0/],
  [
    "of which one has a percent beside its price, and one without",
    { take_profits: [{ price: 12, percent: 50 }, { percent: 50 }] },
    "take_profit",
    /which is how much it closes/,
  ],
  [
    "likewise numbered, the price of one being left out",
    { tp1: 12, tp1_percent: 50, tp2_percent: 50 },
    "take_profit",
    /which/,
  ],
  [
    "in units beside an order in money",
    { quantity_type: "notional", tp1: 12, tp1_qty: 500, tp2: 13 },
    "take_profits[0]",
    /counts units/,
  ],
  ["under a name of several that holds one", { tps: "12,13" }, "tps", /not understood/],
];
for (const [what, sent, path, says] of REFUSED) {
  Deno.test(`several take profits are refused ${what}`, () => {
    const problems = problemsOf(buy(sent));
    assert.ok(
      problems.some((each) => each.path === path && says.test(each.message)),
      JSON.stringify(problems),
    );
  });
}

Deno.test("a take profit whose price is 0 is off, with all that is said of it", () => {
  const sent = { tp1: 12, tp1_percent: 50, tp2: 0, tp2_percent: 50 };
  assert.deepEqual(alertOf(buy(sent)).take_profits, [half]);
  assert.equal(alertOf(buy({ tp1: 0, tp1_percent: 50 })).take_profit, null);
  for (const off of [null, "", undefined]) {
    assert.match(problemsOf(buy({ tp1: off, tp1_percent: 50 }))[0]?.message ?? "", /a percent alone/);
  }
});

Deno.test("a t1 may be a time, and a t3 an average: alone they are no take profits", () => {
  for (const sent of [{ t1: 1764000000000 }, { t3: 101.2 }]) {
    const alert = alertOf(buy(sent));
    assert.deepEqual([alert.take_profit, alert.take_profits], [null, null]);
    assert.deepEqual(ignoredOf(buy(sent)), Object.keys(sent));
  }
});

Deno.test("a numbered take profit of a modify is refused: which of several it is, nobody knows", () => {
  const paths = problemsOf({ symbol: "A", action: "modify", tp2: 12 }).map(({ path }) => path);
  assert.ok(paths.includes("take_profits"), paths.join());
});

Deno.test("several take profits without sizes are listed where the message says the position wanted", () => {
  assert.deepEqual(ignoredOf(buy({ position_size: 1, targets: [12, 13] })), ["targets"]);
});

Deno.test("take profits of a close are listed, and those that choose in a cancel refused", () => {
  assert.deepEqual(ignoredOf({ symbol: "A", action: "close", take_profits: [half, rest] }), ["take_profits"]);
  assert.equal(
    problemsOf({ symbol: "A", action: "cancel", take_profits: [half, rest] })[0]?.path,
    "take_profits",
  );
});

Deno.test("OctoBot's share the order evenly, the last takes what does not divide", () => {
  const lines = ["SYMBOL=A", "SIGNAL=buy", "VOLUME=1", "TAKE_PROFIT_PRICE=12", "TAKE_PROFIT_PRICE_1=13"];
  assert.deepEqual(alertOf([...lines, "TAKE_PROFIT_PRICE_2=14"].join("\n")).take_profits, [
    { limit_price: "12", close_percent: "33.333333333333333333" },
    { limit_price: "13", close_percent: "33.333333333333333333" },
    { limit_price: "14" },
  ]);
  const ratio = problemsOf([...lines, "TAKE_PROFIT_VOLUME_RATIO_1=2"].join("\n"));
  assert.equal(ratio[0]?.path, "TAKE_PROFIT_VOLUME_RATIO_1");
});
