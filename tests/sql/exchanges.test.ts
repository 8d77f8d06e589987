import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { type Desk, deskTest, fills, newSymbol } from "../support/desk.ts";
import { openAccount } from "../support/engine.ts";
import { storedRows } from "../support/ledger.ts";
import { said } from "../support/order-cases.ts";
import { unique } from "../support/stack.ts";

const tsx = { exchange: "TSX" };
const nyse = { exchange: "NYSE" };

/** The last price of the symbol and the exchange that is kept with it. */
async function kept(desk: Desk): Promise<unknown> {
  const [row] = await desk.sql`
    select m.price::text, m.exchange from trading.marks m join trading.accounts a on a.id = m.account_id
    where a.name = ${desk.account} and m.symbol = ${desk.symbol}`;
  return row;
}

deskTest(
  "an alert of another exchange than the one that is held is refused, and marks nothing",
  {},
  async (desk) => {
    await desk.buy("1", "100", { ...tsx, stop_loss: { stop_price: "90" } });
    for (
      const alert of [
        { action: "buy", quantity: "1", price: "80" },
        { action: "close", price: "80" },
        { action: null, target: { side: "short", quantity: "1" }, price: "80" },
        { action: "mark", price: "80" },
        { action: "cancel", price: "80" },
      ]
    ) {
      const answer = await desk.send({ ...alert, ...nyse });
      equal(said(answer), "rejected: exchange_conflict");
      match(answer.message ?? "", /is known here under TSX, and this is NYSE/);
      equal(answer.position.quantity, "1");
      equal(answer.equity, "100000");
    }
    deepEqual(await kept(desk), { price: "100", exchange: "TSX" });
    deepEqual(await desk.resting(), ["sell stop_loss 1 @ 90"]);
  },
);

deskTest("the exchange of the last mark counts, too, also in one batch", {}, async (desk) => {
  const answers = await desk.batch([
    { action: "mark", price: "100", ...tsx },
    { action: "buy", quantity: "1", price: "50", ...nyse },
    { action: "buy", quantity: "1", ...tsx },
  ]);
  deepEqual(answers.map(said), ["ignored", "rejected: exchange_conflict", "filled: buy 1 @ 100"]);
});

deskTest(
  "an alert without an exchange conflicts with nothing, and leaves the one that is kept",
  {},
  async (desk) => {
    await desk.mark("100");
    await desk.buy("1", "101", tsx);
    equal(said(await desk.close("102")), "filled: sell 1 @ 102");
    deepEqual(await kept(desk), { price: "102", exchange: "TSX" });
    equal(said(await desk.buy("1", "1", nyse)), "rejected: exchange_conflict");
  },
);

deskTest(
  "orders that rest or wait without a mark keep their exchange, and so does what they become",
  {},
  async (desk) => {
    for (
      const order of [{ order_type: "limit", limit_price: "90" }, { order_type: "market" }]
    ) {
      const symbol = newSymbol();
      const send = (alert: Record<string, unknown>) => desk.send({ symbol, ...alert });
      equal(said(await send({ action: "buy", quantity: "1", ...order, ...tsx })), "accepted");
      equal(said(await send({ action: "mark", price: "80", ...nyse })), "rejected: exchange_conflict");
      equal(said(await send({ action: "buy", quantity: "1", ...nyse })), "rejected: exchange_conflict");
      await send({ action: "mark", price: "80" });
      equal(said(await send({ action: "close", price: "1", ...nyse })), "rejected: exchange_conflict");
      equal((await send({ action: "close", price: "80", ...tsx })).status, "filled");
    }
  },
);

deskTest("an order that is gone keeps nothing of a symbol that was never marked", {}, async (desk) => {
  await desk.send({ action: "buy", quantity: "1", ...tsx });
  await desk.send({ action: "cancel", ...tsx });
  equal(said(await desk.buy("1", "100", nyse)), "filled: buy 1 @ 100");
});

deskTest(
  "a halt halts, and a cancel by id cancels, whatever exchange they name; their price marks nothing",
  {},
  async (desk) => {
    const { orders: [order] } = await desk.buy("1", "100", {
      order_type: "limit",
      limit_price: "90",
      ...tsx,
    });
    await desk.buy("1", "100", tsx);
    equal(
      (await desk.send({ action: "cancel", order_id: order?.id, price: "80", ...nyse })).status,
      "canceled",
    );
    equal((await desk.send({ action: "halt", price: "80", ...nyse })).status, "accepted");
    deepEqual(await kept(desk), { price: "100", exchange: "TSX" });
  },
);

deskTest("other accounts, other symbols and a new epoch begin without an exchange", {}, async (desk) => {
  await desk.buy("1", "100", tsx);
  const other = await openAccount(desk.sql);
  equal(said(await desk.buy("1", "100", { ...nyse, account: other })), "filled: buy 1 @ 100");
  equal(said(await desk.buy("1", "100", { ...nyse, symbol: "OTHER" })), "filled: buy 1 @ 100");
  await desk.sql`select public.reset_account(${desk.account})`;
  equal(said(await desk.buy("1", "100", nyse)), "filled: buy 1 @ 100");
});

const withExchange = { settings: { leverage: null, symbols: "with_exchange" } };

deskTest(
  "with_exchange keeps the exchange in the symbol, so that both are traded",
  withExchange,
  async (desk) => {
    const at = { symbol: "SHOP" };
    await desk.buy("1", "100", { ...at, ...tsx, stop_loss: { stop_price: "90" } });
    const other = await desk.buy("2", "70", { ...at, ...nyse });
    equal(other.symbol, "NYSE:SHOP");
    equal(fills(await desk.mark("80", { ...at, ...nyse })), "");
    equal(
      said(await desk.send({ action: "close", price: "71", ...at })),
      "ignored",
      "no exchange: another symbol",
    );
    equal(
      said(await desk.send({ action: "close", price: "71", symbol: "NYSE:SHOP" })),
      "filled: sell 2 @ 71",
    );
    equal(fills(await desk.mark("89", { ...at, ...tsx })), "sell 1 @ 89");
    const rows = await desk.sql`select symbol from public.list_positions(${desk.account})`;
    deepEqual(rows.map(({ symbol }) => symbol), ["NYSE:SHOP", "TSX:SHOP"]);
  },
);

deskTest(
  "with_exchange leaves a symbol that has a colon, and takes aliases of either name",
  withExchange,
  async (desk) => {
    const [alias, whole] = [unique("A").toUpperCase(), unique("B").toUpperCase()];
    await desk.sql`select public.upsert_instrument(${whole}, aliases => ${[`NYSE:${alias}`]})`;
    const symbol = async (alert: Record<string, unknown>) => (await desk.buy("1", "100", alert)).symbol;
    equal(await symbol({ symbol: "XYZ:NVDA", ...nyse }), "XYZ:NVDA");
    equal(await symbol({ symbol: alias, ...nyse }), whole);
    equal(await symbol({ symbol: alias, ...tsx }), `TSX:${alias}`);
    equal(await symbol({ symbol: "PLAIN" }), "PLAIN");
  },
);

deskTest(
  "with_exchange is the account's own, and its locks have the same name",
  withExchange,
  async (desk) => {
    const plain = await openAccount(desk.sql);
    const held = await desk.sql.begin(async (tx) => {
      const alerts = [desk.account, plain].map((account) => ({
        account,
        symbol: "SHOP",
        action: "mark",
        price: "1",
        hash: "a".repeat(32),
        ...tsx,
      }));
      await tx`select public.process_alerts(${JSON.stringify(alerts)}::text::jsonb)`;
      const names = [`${desk.account}:TSX:SHOP`, `${plain}:SHOP`, `${desk.account}:SHOP`];
      const rows = await tx`
      select exists (
        select from pg_locks l where l.locktype = 'advisory' and l.pid = pg_backend_pid()
          and (l.classid::bigint << 32 | l.objid::bigint) = trading.lock_id('trade:' || n.name)) as held
      from unnest(${names}::text[]) with ordinality n (name, nr) order by n.nr`;
      return rows.map(({ held }) => held);
    });
    deepEqual(held, [true, true, false]);
  },
);

deskTest("a name that would be too long with its exchange is no symbol", withExchange, async (desk) => {
  await rejects(desk.buy("1", "1", { symbol: "X".repeat(60), ...nyse }), /too long with its exchange/);
});

deskTest("a replay names symbols as they were named then", withExchange, async (desk) => {
  await desk.buy("1", "100", { symbol: "SHOP", ...tsx });
  await desk.set({ symbols: "plain" });
  await desk.buy("2", "100", { symbol: "SHOP", ...nyse });
  await desk.buy("3", "100", { symbol: "SHOP", ...tsx });
  const copy = unique("copy");
  await desk.sql`select public.replay_account(${desk.account}, ${copy})`;
  deepEqual(await storedRows(desk.sql, copy), await storedRows(desk.sql, desk.account));
});
