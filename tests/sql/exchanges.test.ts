import { deepEqual, equal, match } from "node:assert/strict";
import { deskTest } from "../support/desk.ts";
import { said } from "../support/order-cases.ts";

const shop = (exchange: string | null, more: Record<string, unknown> = {}) => ({
  symbol: "SHOP",
  exchange,
  ...more,
});

deskTest("an alert of another exchange is refused, and its price marks nothing", {}, async (desk) => {
  await desk.buy("1", "100", shop("NYSE"));
  const refused = await desk.buy("1", "140", shop("TSX"));
  equal(said(refused), "rejected: exchange_conflict");
  match(refused.message ?? "", /NYSE.*TSX/);
  equal(said(await desk.mark("140", shop("TSX"))), "rejected: exchange_conflict");
  equal(said(await desk.close("140", shop("TSX"))), "rejected: exchange_conflict");
  const [kept] = await desk.sql`
    select trading.decimal(m.price) as price, m.exchange from trading.marks m join trading.accounts a on a.id = m.account_id
    where a.name = ${desk.account}`;
  deepEqual({ ...kept }, { price: "100", exchange: "NYSE" });
  equal(said(await desk.close("101", shop("NYSE"))), "filled: sell 1 @ 101");
});

deskTest(
  "an alert that names no exchange conflicts with none, and leaves the one that is known",
  {},
  async (desk) => {
    await desk.buy("1", "100", shop("NYSE"));
    equal(said(await desk.buy("1", "100", shop(null))), "filled: buy 1 @ 100");
    equal(said(await desk.buy("1", "100", shop("TSX"))), "rejected: exchange_conflict");
  },
);

deskTest(
  "another exchange's price fills no order that rests, be it placed without a price",
  {},
  async (desk) => {
    await desk.send(shop("NYSE", { action: "buy", quantity: "1", order_type: "limit", limit_price: "90" }));
    equal(said(await desk.mark("80", shop("TSX"))), "rejected: exchange_conflict");
    deepEqual(await desk.resting(), ["buy limit 1 @ 90"]);
    equal(said(await desk.mark("80", shop("NYSE"))), "filled: buy 1 @ 90");
  },
);

deskTest("in one batch the second exchange is refused like in the next", {}, async (desk) => {
  const buy = { action: "buy", quantity: "1", price: "100" };
  const answers = await desk.batch([shop("NYSE", buy), shop("TSX", buy), shop("NYSE", buy)]);
  deepEqual(answers.map(said), ["filled: buy 1 @ 100", "rejected: exchange_conflict", "filled: buy 1 @ 100"]);
});

deskTest("an account that keeps exchanges holds both as symbols of their own", {
  settings: { leverage: null, symbols: "with_exchange" },
}, async (desk) => {
  equal((await desk.buy("1", "100", shop("NYSE"))).symbol, "NYSE:SHOP");
  equal((await desk.buy("2", "140", shop("TSX"))).symbol, "TSX:SHOP");
  equal((await desk.buy("3", "120", shop(null))).symbol, "SHOP");
  const rows = await desk.sql`
    select p.symbol, trading.decimal(p.quantity) as quantity from trading.positions p join trading.accounts a on a.id = p.account_id
    where a.name = ${desk.account} order by 1`;
  deepEqual(rows.map(({ symbol, quantity }) => `${symbol} ${quantity}`), [
    "NYSE:SHOP 1",
    "SHOP 3",
    "TSX:SHOP 2",
  ]);
});
