import assert from "node:assert/strict";
import { type Answer, post } from "../support/alerts.ts";
import { newSymbol } from "../support/desk.ts";
import { Rational } from "../support/rational.ts";
import { asService, connect, newAccount, unique } from "../support/stack.ts";

const service = asService();

/** Runs all jobs, so many at a time; their results in order. */
async function inParallel<T>(jobs: (() => Promise<T>)[], senders: number): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: senders }, async () => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index];
      if (job !== undefined) results[index] = await job();
    }
  }));
  return results;
}

async function summary(account: string): Promise<Record<string, string>> {
  const { data, error } = await service.rpc("portfolio_summary", { account });
  if (error !== null) throw new Error(error.message);
  return data as unknown as Record<string, string>;
}

async function differences(account: string): Promise<unknown> {
  const { data, error } = await service.rpc("verify_account", { account });
  if (error !== null) throw new Error(error.message);
  return data;
}

/** How many alerts, orders and fills an account has. */
async function booked(account: string): Promise<string> {
  const sql = connect(1);
  try {
    const [row] = await sql`
      select (select count(*) from trading.alerts x where x.account_id = a.id) as alerts,
        (select count(*) from trading.orders x where x.account_id = a.id) as orders,
        (select count(*) from trading.fills x where x.account_id = a.id) as fills
      from trading.accounts a where a.name = ${account}`;
    return `${row?.alerts} alerts, ${row?.orders} orders, ${row?.fills} fills`;
  } finally {
    await sql.end();
  }
}

const withoutRequest = ({ duplicate: _, request_id: __, ...rest }: Answer) => rest;

for (
  const [kind, identity] of [
    ["with an id", { id: unique("once") }],
    ["with a time", { time: new Date().toISOString() }],
    ["with neither, within the window", {}],
  ] as const
) {
  Deno.test(`the same alert ${kind}, 50 times by 8 senders, is booked once and answered 50 times alike`, async () => {
    const account = await newAccount();
    const alert = { account, symbol: "ONCE", action: "buy", quantity: "3", price: "10.5", ...identity };
    const answers = await inParallel(Array.from({ length: 50 }, () => () => post(alert)), 8);
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const bodies = answers.map(({ body }) => body);
    assert.equal(bodies.filter(({ duplicate }) => !duplicate).length, 1);
    assert.equal(new Set(bodies.map((body) => JSON.stringify(withoutRequest(body)))).size, 1);
    assert.equal(new Set(bodies.map(({ request_id }) => request_id)).size, 50);
    assert.equal(await booked(account), "1 alerts, 1 orders, 1 fills");
    assert.equal((await summary(account)).cash, "99968.5");
  });
}

Deno.test("1,000 different alerts on one symbol by 16 senders end in the exact quantity and cash", async () => {
  const account = await newAccount({ initial_cash: "1000000" });
  const symbol = newSymbol();
  let quantity = Rational.zero;
  let cash = Rational.of("1000000");
  const jobs = Array.from({ length: 1_000 }, (_, number) => {
    const side = number % 3 === 0 ? "sell" : "buy";
    const size = Rational.of(`${1 + number % 7}.${number % 10}1`);
    const price = Rational.of(`${90 + number % 21}.${10 + number % 89}`);
    const fee = Rational.of(`0.0${number % 9}`);
    const signed = side === "buy" ? size : size.negated();
    quantity = quantity.plus(signed);
    cash = cash.minus(signed.times(price)).minus(fee);
    return () =>
      post({
        account,
        symbol,
        id: `alert ${number}`,
        action: side,
        quantity: size.exact(),
        price: price.exact(),
        fee: fee.exact(),
      });
  });
  const answers = await inParallel(jobs, 16);
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.ok(answers.every(({ body }) => body.status === "filled" && !body.duplicate));
  assert.equal(new Set(answers.map(({ body }) => body.alert_id)).size, 1_000);

  const { data: positions } = await service.rpc("list_positions", { account });
  assert.deepEqual(positions?.map((each) => each.quantity), [quantity.exact()]);
  const total = await summary(account);
  assert.equal(total.cash, cash.exact());
  assert.equal(await booked(account), "1000 alerts, 1000 orders, 1000 fills");
  assert.ok(identityHolds(total), JSON.stringify(total));
  assert.deepEqual(await differences(account), []);
});

/** Whether equity - deposits = realized - fees + unrealized, of which two are shown rounded to 18 decimals. */
function identityHolds(
  { equity, deposits, realized_pnl, fees, unrealized_pnl }: Record<string, string>,
): boolean {
  const of = (text = "") => Rational.of(text);
  const gap = of(equity).minus(of(deposits)).minus(of(realized_pnl)).plus(of(fees)).minus(of(unrealized_pnl));
  return !gap.abs().exceeds(Rational.of("0.000000000000000001"));
}

Deno.test("the same idempotency key with another content is refused, and changes nothing", async () => {
  const account = await newAccount();
  const alert = {
    account,
    symbol: "ONCE",
    action: "buy",
    quantity: "1",
    price: "10",
    idempotency_key: "mine",
  };
  const first = await post(alert);
  const other = await post({ ...alert, quantity: "2" });
  assert.equal(other.status, 422);
  assert.equal(other.body.error?.code, "id_conflict");
  assert.equal(other.body.position.quantity, "1");
  assert.equal(await booked(account), "1 alerts, 1 orders, 1 fills");
  assert.equal((await post(alert)).body.alert_id, first.body.alert_id);
});

Deno.test("the same idempotency key on two accounts is two alerts", async () => {
  const alert = { symbol: "ONCE", action: "buy", quantity: "1", price: "10", idempotency_key: "shared" };
  for (const account of [await newAccount(), await newAccount()]) {
    assert.equal((await post({ ...alert, account })).body.duplicate, false);
  }
});

Deno.test("a message that differs in spaces, field order and key only is the same alert", async () => {
  const account = await newAccount();
  const first = await post(
    `{"account":"${account}","symbol":"ONCE","action":"buy","quantity":1,"price":"10"}`,
  );
  const again = await post(
    `{ "price": 10,  "quantity": "1", "action": "buy",\n "symbol": "ONCE", "account": "${account}", "key": "x" }`,
  );
  assert.equal(again.body.duplicate, true);
  assert.equal(again.body.alert_id, first.body.alert_id);
});

Deno.test("an alert without id and time counts anew after the account's window", async () => {
  const account = await newAccount({ settings: { leverage: null, dedupe_window: 5 } });
  const alert = { account, symbol: "ONCE", action: "buy", quantity: "1", price: "10" };
  const first = await post(alert);
  await new Promise((resolve) => setTimeout(resolve, 5_100));
  const second = await post(alert);
  assert.equal(second.body.duplicate, false);
  assert.notEqual(second.body.alert_id, first.body.alert_id);
  assert.equal(second.body.position.quantity, "2");
});

Deno.test("an array answers in order, and a resend of it answers the same as duplicates", async () => {
  const account = await newAccount();
  const alerts = ["1", "2", "3"].map((quantity) => ({
    ...{ account, symbol: "ONCE", action: "buy", price: "10" },
    ...{ quantity, id: `part ${quantity}` },
  }));
  const first = await post(alerts);
  const again = await post(alerts);
  const read = ({ body }: typeof first) => body as unknown as Answer[];
  assert.deepEqual(read(first).map(({ position }) => position.quantity), ["1", "3", "6"]);
  assert.deepEqual(read(first).map(({ duplicate }) => duplicate), [false, false, false]);
  assert.deepEqual(read(again).map(({ duplicate }) => duplicate), [true, true, true]);
  assert.deepEqual(read(again).map(withoutRequest), read(first).map(withoutRequest));
  assert.equal(await booked(account), "3 alerts, 3 orders, 3 fills");
});

Deno.test("the same alert twice in one array is booked once", async () => {
  const account = await newAccount();
  const alert = { account, symbol: "ONCE", action: "buy", quantity: "1", price: "10" };
  const answers = (await post([alert, alert])).body as unknown as Answer[];
  assert.deepEqual(answers.map(({ duplicate }) => duplicate), [false, true]);
  assert.equal(answers[0]?.alert_id, answers[1]?.alert_id);
});

Deno.test("a resend of a refused alert answers its refusal again, also when it would pass by now", async () => {
  const account = await newAccount({ initial_cash: "100", settings: {} });
  const alert = { account, symbol: "ONCE", action: "buy", quantity: "100", price: "10", id: "too much" };
  const refused = await post(alert);
  assert.equal(refused.status, 422);
  const { error } = await service.rpc("deposit", { account, amount: 1_000_000 });
  assert.equal(error, null);
  const again = await post(alert);
  assert.equal(again.status, 422);
  assert.equal(again.body.duplicate, true);
  assert.deepEqual(again.body.error, refused.body.error);
  assert.equal(again.body.alert_id, refused.body.alert_id);
});

Deno.test("a resend of a dry run is not a duplicate", async () => {
  const account = await newAccount();
  const alert = { account, symbol: "ONCE", action: "buy", quantity: "1", price: "10", id: "first dry" };
  await post(alert, { query: "?dry_run=1" });
  assert.equal((await post(alert)).body.duplicate, false);
});
