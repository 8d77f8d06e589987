import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { Desk, deskTest } from "../support/desk.ts";
import { book, openAccount } from "../support/engine.ts";
import { storedRows } from "../support/ledger.ts";
import { asService, countAlerts, fillsOf, one, shadowOf, shadowsOf, shadowTest } from "../support/shadows.ts";
import { unique } from "../support/stack.ts";

// What follows --------------------------------------------------------------------------------------

shadowTest("what an account is alerted is booked into its shadow", {}, async (desk, shadow) => {
  await desk.buy("2", "100");
  await desk.close("110");
  deepEqual(await fillsOf(desk.sql, shadow), ["buy 2 @ 100", "sell 2 @ 110"]);
});

shadowTest("the answer to an alert is what it is without a shadow", {}, async (desk) => {
  const alone = await Desk.open({}, desk.sql);
  const [followed, plain] = [await desk.buy("2", "100"), await alone.buy("2", "100")];
  deepEqual(Object.keys(followed), Object.keys(plain));
  equal(followed.account, desk.account);
});

shadowTest("a shadow begins with what its account is worth, and without a position", {
  cash: "1000",
}, async (desk) => {
  await desk.buy("2", "100");
  await desk.mark("150");
  const later = await shadowOf(desk);
  deepEqual((await storedRows(desk.sql, later)).positions, []);
  const [listed] = (await shadowsOf(desk.sql, desk.account)).filter(({ shadow }) => shadow === later);
  deepEqual([listed?.equity, listed?.net_pnl], ["1100", "0"]);
});

shadowTest("it follows from when it was made on", {}, async (desk) => {
  await desk.buy("1", "100");
  const later = await shadowOf(desk);
  await desk.buy("2", "100");
  deepEqual(await fillsOf(desk.sql, later), ["buy 2 @ 100"]);
});

shadowTest("its fees are its own", { shadow: { settings: { fee_per_trade: 3 } } }, async (desk, shadow) => {
  equal((await desk.buy("1", "100")).fills[0]?.fee, "0");
  const [row] = await desk.sql`select trading.decimal(f.fee) as fee from trading.fills f
    join trading.accounts a on a.id = f.account_id where a.name = ${shadow}`;
  equal(row?.fee, "3");
});

shadowTest("what only one of them can carry, only that one holds", {
  settings: { leverage: 1 },
  cash: "1000",
  shadow: { settings: { leverage: 2 } },
}, async (desk, shadow) => {
  equal((await desk.buy("15", "100")).code, "insufficient_funds");
  deepEqual(await fillsOf(desk.sql, shadow), ["buy 15 @ 100"]);
});

shadowTest("what the account takes, a limit of the shadow may refuse", {
  shadow: { settings: { max_order: 500 } },
}, async (desk, shadow) => {
  equal((await desk.buy("10", "100")).status, "filled");
  deepEqual(await fillsOf(desk.sql, shadow), []);
  const [row] = await desk
    .sql`select l.code from trading.alerts l join trading.accounts a on a.id = l.account_id where a.name = ${shadow}`;
  equal(row?.code, "risk_limit");
});

shadowTest("a halt and a resume by an alert follow", {}, async (desk, shadow) => {
  const halted = async () =>
    (await desk
      .sql`select a.halted_at is not null as halted from trading.accounts a where a.name = ${shadow}`)[0]
      ?.halted;
  await desk.send({ action: "halt" });
  equal(await halted(), true);
  await desk.send({ action: "resume" });
  equal(await halted(), false);
});

shadowTest(
  "what is no alert does not follow: cash, a halt by hand, settings, a reset",
  {},
  async (desk, shadow) => {
    const { sql, account } = desk;
    await desk.buy("1", "100");
    const before = await storedRows(sql, shadow);
    await sql`select public.deposit(${account}, 5)`;
    await sql`select public.adjust_cash(${account}, -1, 'a note')`;
    await sql`select public.record_cash(${account}, 'dividend', 7)`;
    await sql`select public.halt_account(${account})`;
    await desk.set({ fee_bps: 9 });
    await sql`select public.reset_account(${account})`;
    deepEqual(await storedRows(sql, shadow), before);
  },
);

shadowTest("a shadow goes on after a reset of its account", {}, async (desk, shadow) => {
  await desk.buy("1", "100", { idempotency_key: "entry" });
  await desk.sql`select public.reset_account(${desk.account})`;
  await desk.buy("1", "101", { idempotency_key: "entry" });
  deepEqual(await fillsOf(desk.sql, shadow), ["buy 1 @ 100", "buy 1 @ 101"]);
});

shadowTest("a reset of the shadow begins it anew, and books nothing again", {}, async (desk, shadow) => {
  await desk.buy("1", "100");
  await desk.sql`select public.reset_account(${shadow})`;
  await desk.buy("2", "100");
  deepEqual(await fillsOf(desk.sql, shadow), ["buy 2 @ 100"]);
});

shadowTest("a split is booked into both, and in each once", {}, async (desk, shadow) => {
  const symbol = unique("S").toUpperCase().replaceAll("-", "");
  await desk.buy("3", "100", { symbol });
  const [row] = await desk.sql`select public.split(${symbol}, 2) as done`;
  deepEqual(row?.done.accounts, [desk.account, shadow]);
  for (const account of [desk.account, shadow]) {
    const [position] = await desk.sql`select quantity, average_price from public.list_positions(${account})`;
    deepEqual([position?.quantity, position?.average_price], ["6", "50"]);
  }
});

// Orders that are named ------------------------------------------------------------------------------

shadowTest(
  "a cancel that names an order of the account cancels the shadow's own",
  {},
  async (desk, shadow) => {
    const first = await desk.send(one({ order_type: "limit", limit_price: "90" }));
    await desk.send(one({ order_type: "limit", limit_price: "80" }));
    await desk.send({ action: "cancel", order_id: first.orders[0]?.id });
    const open = await desk.sql`select trading.decimal(o.limit_price) as price from trading.orders o
    join trading.accounts a on a.id = o.account_id where a.name = ${shadow} and o.status = 'open'`;
    deepEqual(open.map(({ price }) => price), ["80"]);
  },
);

shadowTest(
  "a modify of one of several take profits changes the one of the same number",
  {},
  async (desk, shadow) => {
    const take_profits = [{ limit_price: "110", close_percent: "50" }, { limit_price: "120" }];
    await desk.buy("2", "100", { take_profits });
    const [leg] = await desk
      .sql`select o.id::text from trading.orders o join trading.accounts a on a.id = o.account_id
    where a.name = ${desk.account} and o.limit_price = 120`;
    await desk.send({ action: "modify", order_id: leg?.id, take_profit: { limit_price: "130" } });
    const open = await desk.sql`select trading.decimal(o.limit_price) as price from trading.orders o
    join trading.accounts a on a.id = o.account_id where a.name = ${shadow} and o.status = 'open' order by 1`;
    deepEqual(open.map(({ price }) => price), ["110", "130"]);
  },
);

shadowTest("a cancel of what the shadow never had cancels nothing else", {
  shadow: { settings: { max_order: 50 } },
}, async (desk, shadow) => {
  const refused = await desk.send(one({ order_type: "limit", limit_price: "90" }));
  await desk.send(one({ order_type: "limit", limit_price: "40", price: "45" }));
  await desk.send({ action: "cancel", order_id: refused.orders[0]?.id });
  const open = await desk.sql`select from trading.orders o
    join trading.accounts a on a.id = o.account_id where a.name = ${shadow} and o.status = 'open'`;
  equal(open.length, 1);
});

// Sizes ----------------------------------------------------------------------------------------------

shadowTest(
  "size_factor multiplies what an alert trades",
  { shadow: { size_factor: "2.5" } },
  async (desk, shadow) => {
    await desk.buy("2", "100");
    await desk.sell("1", "100");
    await desk.close("100", { quantity: "50", quantity_type: "percent_of_position" });
    deepEqual(await fillsOf(desk.sql, shadow), ["buy 5 @ 100", "sell 2.5 @ 100", "sell 1.25 @ 100"]);
  },
);

shadowTest("and the position that it wants", { shadow: { size_factor: "3" } }, async (desk, shadow) => {
  await desk.buy("2", "100", { target: { side: "long", quantity: "2" } });
  await desk.sell("3", "100", {
    target: { side: "short", quantity: "1" },
    previous: { side: "long", quantity: "2" },
  });
  deepEqual(await fillsOf(desk.sql, shadow), ["buy 6 @ 100", "sell 9 @ 100"]);
});

shadowTest("and sizes in money, in percent of equity and by risk", {
  shadow: { size_factor: "0.5" },
}, async (desk, shadow) => {
  await desk.buy("1000", "100", { quantity_type: "notional" });
  await desk.buy("1", "100", { quantity_type: "percent_of_equity" });
  await desk.buy("40", "100", { quantity_type: "risk_notional", stop_loss: { amount: "2" } });
  deepEqual(await fillsOf(desk.sql, desk.account), ["buy 10 @ 100", "buy 10 @ 100", "buy 20 @ 100"]);
  deepEqual(await fillsOf(desk.sql, shadow), ["buy 5 @ 100", "buy 5 @ 100", "buy 10 @ 100"]);
});

shadowTest("and what a take profit closes, and the fee that an alert names", {
  shadow: { size_factor: "2" },
}, async (desk, shadow) => {
  await desk.buy("2", "100", {
    fee: "1",
    take_profits: [{ limit_price: "110", quantity: "1" }, { limit_price: "120" }],
  });
  await desk.mark("110");
  await desk.mark("120");
  deepEqual(await fillsOf(desk.sql, shadow), ["buy 4 @ 100", "sell 2 @ 110", "sell 2 @ 120"]);
  const [row] = await desk.sql`select trading.decimal(sum(f.fee)) as fees from trading.fills f
    join trading.accounts a on a.id = f.account_id where a.name = ${shadow} and f.side = 'buy'`;
  equal(row?.fees, "2");
});

shadowTest("the smallest size stays one, and the largest stays bounded", {
  shadow: { size_factor: "1000" },
}, async (desk, shadow) => {
  await desk.buy("999999999999999999", "1");
  deepEqual(await fillsOf(desk.sql, shadow), ["buy 999999999999999999 @ 1"]);
  await shadowOf(desk, { size_factor: "0.000001" }, shadow);
  await desk.buy("0.000000000000000001", "1", { symbol: "OTHER" });
  deepEqual((await fillsOf(desk.sql, shadow)).slice(1), ["buy 0.000000000000000001 @ 1"]);
});

// One account, one role ------------------------------------------------------------------------------

shadowTest("a shadow takes no alert of its own, and says where to send it", {}, async (desk, shadow) => {
  const [direct] = await book(desk.sql, [{ account: shadow, symbol: "ACME", ...one() }]);
  deepEqual([direct?.status, direct?.code], ["rejected", "shadow_account"]);
  match(String(direct?.message), new RegExp(`send the alert to ${desk.account}`));
  deepEqual([await fillsOf(desk.sql, shadow), await countAlerts(desk.sql, shadow)], [[], 0]);
});

shadowTest("in a batch only what is sent to the shadow is refused", {}, async (desk, shadow) => {
  const answers = await book(
    desk.sql,
    [one({ account: shadow }), one({ account: desk.account })].map((alert) => ({ ...alert, symbol: "ACME" })),
  );
  deepEqual(answers.map(({ status }) => status), ["rejected", "filled"]);
  deepEqual(await fillsOf(desk.sql, shadow), ["buy 1 @ 100"]);
});

shadowTest("a shadow is not followed", {}, async (desk, shadow) => {
  await rejects(
    desk.sql`select public.upsert_shadow_account(${shadow}, ${unique("chain")})`,
    { code: "PT409", message: `${shadow} is a shadow itself` },
  );
});

shadowTest("an account that is followed follows none, not even by hand", {}, async (desk, shadow) => {
  await rejects(
    desk.sql`insert into trading.shadow_accounts (shadow_id, account_id, epoch, after_alert_id)
      select f.id, s.id, 1, 0 from trading.accounts f, trading.accounts s where f.name = ${desk.account} and s.name = ${shadow}`,
    /foreign key/,
  );
  await rejects(
    desk.sql`update trading.accounts set role = 'followed' where name = ${shadow}`,
    /foreign key/,
  );
});

shadowTest("an account of its own is not made a shadow", {}, async (desk) => {
  const other = await openAccount(desk.sql);
  await rejects(desk.sql`select public.upsert_shadow_account(${desk.account}, ${other})`, { code: "23505" });
  await rejects(desk.sql`select public.upsert_shadow_account(${desk.account}, ${desk.account})`, {
    code: "23505",
  });
});

shadowTest("nor is the shadow of another account", {}, async (desk, shadow) => {
  const other = await Desk.open({}, desk.sql);
  await rejects(desk.sql`select public.upsert_shadow_account(${other.account}, ${shadow})`, {
    code: "23505",
  });
  for (const rpc of ["remove_shadow_account", "catch_up_shadow_account"]) {
    await rejects(desk.sql.unsafe(`select public.${rpc}($1, $2)`, [other.account, shadow]), {
      code: "PT404",
    });
  }
});

deskTest("an account has ten shadows at most", {}, async (desk) => {
  for (let nr = 0; nr < 10; nr++) await shadowOf(desk);
  await rejects(shadowOf(desk), { code: "PT409" });
  await desk.buy("1", "100");
  deepEqual((await shadowsOf(desk.sql, desk.account)).map(({ behind }) => behind), Array(10).fill("0"));
});

for (const size_factor of ["0", "-1", "1001", "0.0000001", "NaN", "Infinity"]) {
  deskTest(`a size_factor of ${size_factor} is refused`, {}, async (desk) => {
    await rejects(shadowOf(desk, { size_factor }), { code: "PT400" });
    deepEqual(await shadowsOf(desk.sql, desk.account), []);
  });
}

shadowTest("a setting that there is not is refused, and changes nothing", {}, async (desk, shadow) => {
  await rejects(shadowOf(desk, { settings: { fees: 1 }, size_factor: "2" }, shadow), { code: "22023" });
  equal((await shadowsOf(desk.sql, desk.account))[0]?.size_factor, "1");
  await rejects(shadowOf(desk, { initial_cash: "5" }, shadow), { code: "PT409" });
});

shadowTest("the list says what differs from the account, and nothing else", {
  settings: { leverage: 3, fee_bps: 1 },
  shadow: { settings: { leverage: 5 }, size_factor: "2" },
}, async (desk, shadow) => {
  await shadowOf(desk, { settings: { slippage_bps: "1.5" } }, shadow);
  const [listed] = await shadowsOf(desk.sql, desk.account);
  deepEqual([listed?.shadow, listed?.size_factor, listed?.differs], [shadow, "2", {
    leverage: "5",
    slippage_bps: "1.5",
  }]);
});

shadowTest(
  "a shadow that is removed keeps its books, and is an account like any other",
  {},
  async (desk, shadow) => {
    await desk.buy("1", "100");
    await asService(desk.sql, (tx) => tx`select public.remove_shadow_account(${desk.account}, ${shadow})`);
    await desk.buy("1", "100");
    deepEqual(await fillsOf(desk.sql, shadow), ["buy 1 @ 100"]);
    deepEqual(await shadowsOf(desk.sql, desk.account), []);
    const [direct] = await book(desk.sql, [{ account: shadow, symbol: "ACME", ...one() }]);
    equal(direct?.status, "filled");
    const roles = await desk
      .sql`select distinct role from trading.accounts where name in (${desk.account}, ${shadow})`;
    deepEqual(roles.map(({ role }) => role), ["plain"]);
  },
);

// Proof ----------------------------------------------------------------------------------------------

for (const whose of ["shadow", "account"] as const) {
  shadowTest(`a replay of the ${whose} equals it, whatever the shadow was changed to meanwhile`, {
    shadow: { size_factor: "2", settings: { fee_bps: 3 } },
  }, async (desk, shadow) => {
    const resting = await desk.send(one({ order_type: "limit", limit_price: "90" }));
    await desk.buy("2", "100", { stop_loss: { percent: "5" } });
    await shadowOf(desk, { size_factor: "0.5", settings: { slippage_bps: 10 } }, shadow);
    await desk.send({ action: "cancel", order_id: resting.orders[0]?.id });
    await desk.buy("2", "101");
    await desk.mark("94");
    const original = whose === "shadow" ? shadow : desk.account;
    const copy = unique("replay");
    await asService(desk.sql, (tx) => tx`select public.replay_account(${original}, ${copy})`);
    deepEqual(await storedRows(desk.sql, copy), await storedRows(desk.sql, original));
  });
}
