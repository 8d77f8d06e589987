import assert from "node:assert/strict";
import { post } from "../support/alerts.ts";
import { asService, newAccount, unique } from "../support/stack.ts";

const open = async (account: string): Promise<string[]> => {
  const { data, error } = await asService().rpc("list_orders", { account, only_status: "open" });
  assert.equal(error, null);
  return (data ?? []).map(({ leg, quantity, stop_price, limit_price }) =>
    `${leg} ${quantity} @ ${stop_price ?? limit_price}`
  ).sort();
};

const entry = { symbol: "ACME", action: "buy", quantity: 10, price: 100, sl: 95 };
const numbered = { ...entry, tp1: 110, tp1_percent: 50, tp2: 120, tp2_percent: "30%", tp3: 130 };

Deno.test("numbered take profits rest beside one stop loss, as a dry run says before", async () => {
  const account = await newAccount();
  const query = `?account=${account}`;
  const dry = await post(numbered, { query: `${query}&dry_run=1` });
  const { alert, would } = dry.body as unknown as {
    alert: { take_profits: unknown };
    would: { orders: { quantity: string }[] };
  };
  assert.deepEqual(alert.take_profits, [
    { limit_price: "110", close_percent: "50" },
    { limit_price: "120", close_percent: "30" },
    { limit_price: "130" },
  ]);
  assert.deepEqual(would.orders.map(({ quantity }) => quantity), ["10", "10", "5", "3", "2"]);

  const booked = await post({ ...numbered, id: unique("tp") }, { query });
  assert.equal(booked.status, 200, JSON.stringify(booked.body));
  assert.deepEqual(await open(account), [
    ...["stop_loss 10 @ 95", "take_profit 2 @ 130", "take_profit 3 @ 120", "take_profit 5 @ 110"],
  ]);
  const bar = await post({ symbol: "ACME", action: "mark", open: 109, high: 121, low: 94, close: 94 }, {
    query,
  });
  assert.deepEqual(bar.body.fills.map(({ quantity, price }) => `${quantity} @ ${price}`), [
    ...["5 @ 110", "3 @ 120", "2 @ 95"],
  ]);
  assert.deepEqual(await open(account), []);
});

Deno.test("take profits of more than the order are refused, with the one that is too much", async () => {
  const query = `?account=${await newAccount()}`;
  const { status, body } = await post({ ...numbered, tp2_percent: 51 }, { query });
  assert.deepEqual([status, body.error?.code], [400, "invalid_bracket"]);
  assert.equal(body.error?.details?.[0]?.path, "take_profits[1]");
});
