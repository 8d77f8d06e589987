import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Desk, deskTest, newSymbol } from "../support/desk.ts";
import { canonical } from "../support/engine.ts";
import { connect, unique } from "../support/stack.ts";

const summary = async (desk: Desk) => {
  const [row] = await desk
    .sql`select cash, equity, deposits, net_pnl, epoch, open_positions from public.portfolio_summary(${desk.account})`;
  return row;
};

deskTest("an account begins with 100,000 US dollars when nothing else is said", {}, async (desk) => {
  const account = unique("acct");
  const [row] = await desk.sql`select public.create_account(${account}) as made`;
  deepEqual(row?.made, { account, cash: "100000", currency: "USD" });
});

for (
  const [what, name, cash, reason] of [
    ["a name that is taken", "default", "1", /duplicate key/],
    ["a name that starts with a space", " a", "1", /name_is_printable/],
    ["a name that ends with a space", "a ", "1", /name_is_printable/],
    ["a negative opening deposit", unique("bad"), "-1", /initial_cash must be between/],
    ["an opening deposit that is no number", unique("bad"), "NaN", /initial_cash must be between/],
    ["an endless opening deposit", unique("bad"), "Infinity", /initial_cash must be between/],
    [
      "an opening deposit of more than 18 decimals",
      unique("bad"),
      "1.0000000000000000001",
      /at most 18 decimals/,
    ],
  ] as const
) {
  deskTest(`create_account refuses ${what}`, {}, async (desk) => {
    await rejects(desk.sql`select public.create_account(${name}, ${cash}::text::numeric)`, reason);
  });
}

deskTest("deposits, withdrawals and adjustments are no profit", {}, async (desk) => {
  await desk.buy("10", "100");
  await desk.mark("101");
  await desk.sql`select public.deposit(${desk.account}, 250.5)`;
  await desk.sql`select public.withdraw(${desk.account}, 50)`;
  await desk.sql`select public.adjust_cash(${desk.account}, -0.5, 'a correction')`;
  deepEqual(await summary(desk), {
    cash: "99200",
    equity: "100210",
    deposits: "100200",
    net_pnl: "10",
    epoch: 1,
    open_positions: 1,
  });
});

for (const amount of ["0", "-1", "NaN", "Infinity", "1e18", "0.0000000000000000001"]) {
  deskTest(`a deposit of ${amount} is refused`, {}, async (desk) => {
    await rejects(
      desk.sql`select public.deposit(${desk.account}, ${amount}::text::numeric)`,
      /amount must be above 0/,
    );
  });
}

deskTest("a reset begins anew and keeps what came before readable by its epoch", {}, async (desk) => {
  await desk.buy("10", "100", { id: "once" });
  await desk.send({ action: "sell", quantity: "10", order_type: "limit", limit_price: "200", price: "100" });
  await desk.sql`select public.reset_account(${desk.account})`;
  deepEqual(await summary(desk), {
    cash: "100000",
    equity: "100000",
    deposits: "100000",
    net_pnl: "0",
    epoch: 2,
    open_positions: 0,
  });
  equal((await desk.sql`select * from public.list_fills(${desk.account})`).length, 0);
  equal((await desk.sql`select * from public.list_fills(${desk.account}, in_epoch => 1)`).length, 1);
  deepEqual(await desk.resting(), []);
  // The ids of the old epoch may be used again.
  equal((await desk.buy("1", "100", { id: "once" })).status, "filled");
});

deskTest(
  "a reset of an account that began with nothing begins with nothing, whatever was paid in later",
  { cash: "0" },
  async (desk) => {
    await desk.sql`select public.adjust_cash(${desk.account}, -5, 'a fee')`;
    await desk.sql`select public.deposit(${desk.account}, 500)`;
    await desk.sql`select public.reset_account(${desk.account})`;
    equal((await summary(desk))?.cash, "0");
  },
);

deskTest("a reset may begin with other cash", {}, async (desk) => {
  await desk.sql`select public.reset_account(${desk.account}, 5000)`;
  equal((await summary(desk))?.cash, "5000");
});

deskTest("settings change by their keys and keep the others", {}, async (desk) => {
  await desk.set({ fee_bps: 5 });
  const [row] = await desk
    .sql`select public.update_account_settings(${desk.account}, '{"allow_short": false}') as settings`;
  equal(row?.settings.fee_bps, "5");
  equal(row?.settings.allow_short, false);
});

for (
  const [settings, reason] of [
    ['{"leverag": 2}', /unknown setting leverag/],
    ['{"leverage": 0}', /leverage_is_positive/],
    ['{"leverage": "much"}', /invalid input syntax for type numeric/],
    ['{"time_zone": "Mars/Olympus"}', /time zone/],
    ['{"dedupe_window": 4}', /dedupe_window/],
    ["[]", /settings must be a JSON object/],
  ] as const
) {
  deskTest(`settings of ${settings} are refused and change nothing`, {}, async (desk) => {
    await rejects(
      desk.sql`select public.update_account_settings(${desk.account}, ${settings}::text::jsonb)`,
      reason,
    );
    equal(
      (await desk.sql`select public.update_account_settings(${desk.account}, '{}') as s`)[0]?.s.leverage,
      null,
    );
  });
}

deskTest("what is done to an account is recorded", {}, async (desk) => {
  await desk.sql`select public.deposit(${desk.account}, 1)`;
  await desk.sql`select public.halt_account(${desk.account}, 'lunch')`;
  await desk.sql`select public.resume_account(${desk.account})`;
  const rows = await desk.sql`
    select e.kind from trading.account_events e join trading.accounts a on a.id = e.account_id
    where a.name = ${desk.account} order by e.id`;
  deepEqual(rows.map(({ kind }) => kind), ["created", "settings", "deposit", "halted", "resumed"]);
});

deskTest("the multiplier of an instrument that is held cannot change under the position", {
  instrument: { multiplier: "50" },
}, async (desk) => {
  await desk.buy("1", "5000");
  await rejects(desk.sql`select public.upsert_instrument(${desk.symbol}, 20)`, /is held/);
  await desk.close("5001");
  await desk.sql`select public.upsert_instrument(${desk.symbol}, 20)`;
});

deskTest(
  "a multiplier does not change under a booking that is under way",
  { instrument: {} },
  async (desk) => {
    const other = connect(1);
    try {
      let change: Promise<unknown> = Promise.resolve();
      await desk.sql.begin(async (tx) => {
        const alert = {
          account: desk.account,
          symbol: desk.symbol,
          action: "buy",
          quantity: "1",
          price: "100",
        };
        await tx`select public.process_alerts(${JSON.stringify([canonical(alert)])}::text::jsonb)`;
        change = other`select public.upsert_instrument(${desk.symbol}, 50)`.catch((error) => error);
        await new Promise((resolve) => setTimeout(resolve, 200));
      });
      equal((await change as { code?: string }).code, "PT409");
    } finally {
      await other.end();
    }
  },
);

deskTest(
  "a symbol that is held, or has resting orders, cannot become an alias",
  { instrument: {} },
  async (desk) => {
    const rename = () =>
      desk.sql`select public.upsert_instrument(${newSymbol()}, aliases => ${[desk.symbol.toLowerCase()]})`;
    await desk.buy("1", "100");
    await rejects(rename(), { code: "PT409", hint: /as an alias no alert would reach them/ });
    await desk.close("101");
    await desk.buy("1", "101", { order_type: "limit", limit_price: "90" });
    await rejects(rename(), { code: "PT409" });
    await desk.send({ action: "cancel" });
    await rename();
  },
);
