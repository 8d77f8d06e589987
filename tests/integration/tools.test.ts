import assert from "node:assert/strict";
import { toolNameSchema } from "../../supabase/functions/_shared/validators.ts";
import { post } from "../support/alerts.ts";
import { ask, sleep, useTool } from "../support/functions.ts";
import { asService, newAccount, stack, unique } from "../support/stack.ts";
import { holdsOnce } from "../support/noise.ts";

/** The cache's bound, in milliseconds. */
const BOUND = 1_000;

const buy = (account: string, more: Record<string, unknown> = {}) => ({
  account,
  symbol: "ACME",
  side: "buy",
  quantity: "10",
  price: "100",
  ...more,
});

async function summary(account: string) {
  const { data, error } = await asService().rpc("portfolio_summary", { account });
  assert.equal(error, null);
  return data as Record<string, unknown>;
}

async function positions(account: string): Promise<string[]> {
  const { data } = await asService().rpc("list_positions", { account });
  return (data ?? []).map(({ strategy, symbol, quantity }) => `${strategy}/${symbol} ${quantity}`);
}

Deno.test("every tool is listed, with what it is for and the JSON Schema of what it takes", async () => {
  const { status, body } = await ask("/tools");
  assert.equal(status, 200);
  assert.deepEqual(body.tools.map(({ name }: { name: string }) => name), toolNameSchema.options);
  for (const { description, input_schema } of body.tools) {
    assert.match(description, /^[A-Z].*\.$/s);
    assert.equal(input_schema.type, "object");
    assert.equal(input_schema.additionalProperties, false);
  }
});

Deno.test("an order is placed as an alert would be, and one that is repeated with its id is placed once", async () => {
  const account = await newAccount();
  const id = unique("order");
  const first = await useTool("place_order", buy(account, { id }));
  assert.equal(first.status, 200, first.text);
  assert.deepEqual([first.body.tool, first.body.account], ["place_order", account]);
  assert.deepEqual([first.body.result.status, first.body.result.position.quantity], ["filled", "10"]);
  const again = await useTool("place_order", buy(account, { id }));
  assert.deepEqual([again.status, again.body.result.duplicate], [200, true]);
  assert.deepEqual(await positions(account), ["/ACME 10"]);
  const other = await useTool("place_order", buy(account, { id, quantity: "11" }));
  assert.deepEqual([other.status, other.body.error.code], [422, "id_conflict"]);
});

Deno.test("twenty calls with one id at the same time place one order", async () => {
  const account = await newAccount();
  const order = buy(account, { id: unique("order") });
  const answers = await Promise.all(Array.from({ length: 20 }, () => useTool("place_order", order)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.equal(answers.filter(({ body }) => !body.result.duplicate).length, 1);
  assert.deepEqual(await positions(account), ["/ACME 10"]);
});

Deno.test("without an id every call is a new order", async () => {
  const account = await newAccount();
  await useTool("place_order", buy(account));
  await useTool("place_order", buy(account));
  assert.deepEqual(await positions(account), ["/ACME 20"]);
});

Deno.test("a refused order says why and changes nothing", async () => {
  const account = await newAccount({ settings: {} });
  const { status, body } = await useTool("place_order", buy(account, { quantity: "1000000" }));
  assert.deepEqual([status, body.error.code], [422, "insufficient_funds"]);
  assert.deepEqual(await positions(account), []);
});

Deno.test("an order that makes no sense is a 400 with the path of each problem", async () => {
  const account = await newAccount();
  const { status, body } = await useTool("place_order", buy(account, { order_type: "limit" }));
  assert.deepEqual([status, body.error.details[0].path], [400, "limit_price"]);
  const typo = await useTool("place_order", buy(account, { quantty: "1" }));
  assert.deepEqual([typo.status, typo.body.error.code], [400, "invalid_arguments"]);
});

Deno.test("a position is closed in part and whole, and never opened the other way", async () => {
  const account = await newAccount();
  await useTool("place_order", buy(account));
  await useTool("close_position", { account, symbol: "ACME", quantity: "4", price: "101" });
  assert.deepEqual(await positions(account), ["/ACME 6"]);
  for (let times = 0; times < 2; times++) {
    assert.equal((await useTool("close_position", { account, symbol: "ACME" })).status, 200);
  }
  assert.deepEqual(await positions(account), ["/ACME 0"]);
});

Deno.test("resting orders are canceled one by one, by symbol, and all", async () => {
  const account = await newAccount();
  const rest = async (symbol: string): Promise<string> => {
    const limit = { order_type: "limit", limit_price: "90", price: "100", symbol };
    return (await useTool("place_order", buy(account, limit))).body.result.orders[0].id;
  };
  const open = async () => {
    const { data } = await asService().rpc("list_orders", { account, only_status: "open" });
    return (data ?? []).map(({ id }) => String(id)).sort();
  };
  const [first, second, third] = [await rest("ACME"), await rest("ACME"), await rest("OTHER")];
  assert.equal((await useTool("cancel_orders", { account, order_id: first })).status, 200);
  assert.deepEqual(await open(), [second, third].sort());
  await useTool("cancel_orders", { account, symbol: "ACME" });
  assert.deepEqual(await open(), [third]);
  await rest("ACME");
  await useTool("cancel_orders", { account });
  assert.deepEqual(await open(), []);
});

Deno.test("exits are moved, and one of several take profits by its order", async () => {
  const account = await newAccount();
  const take_profits = [{ limit_price: "110", close_percent: "50" }, { limit_price: "120" }];
  const placed = await useTool(
    "place_order",
    buy(account, { take_profits, stop_loss: { stop_price: "95" } }),
  );
  const [, , , last] = placed.body.result.orders;
  const move = (more: Record<string, unknown>) => useTool("modify", { account, symbol: "ACME", ...more });
  assert.equal(
    (await move({ stop_loss: { stop_price: "98" }, price: "101" })).body.result.status,
    "accepted",
  );
  const any = await move({ take_profit: { limit_price: "130" } });
  assert.deepEqual([any.status, any.body.error.code], [422, "ambiguous_order"]);
  await move({ take_profit: { limit_price: "130" }, order_id: last.id });
  const { data } = await asService().rpc("list_orders", { account, only_status: "open" });
  assert.deepEqual(
    (data ?? []).map(({ quantity, stop_price, limit_price }) => `${quantity} ${stop_price ?? limit_price}`)
      .sort(),
    ["10 98", "5 110", "5 130"],
  );
  assert.equal((await move({})).status, 400);
});

Deno.test("a result is recorded for its symbol and strategy, and what is none is refused", async () => {
  const account = await newAccount();
  const record = (more: Record<string, unknown>) => useTool("record_cash", { account, ...more });
  const dividend = await record({
    kind: "dividend",
    amount: "12.500000000000000001",
    symbol: "ACME",
    strategy: "s",
  });
  assert.equal(dividend.status, 200, dividend.text);
  assert.equal((await summary(account)).income, "12.500000000000000001");
  assert.equal((await record({ kind: "deposit", amount: "1" })).body.error.details[0].path, "kind");
  assert.equal((await record({ kind: "fee" })).body.error.details[0].path, "amount");
  const none = await record({ kind: "fee", amount: 0 });
  assert.deepEqual([none.status, /12.5/.test(none.body.error.details[0].message)], [400, true]);
});

Deno.test("a split is booked in every account that knows the instrument", async () => {
  const account = await newAccount();
  const symbol = unique("SPLIT").toUpperCase();
  await useTool("place_order", buy(account, { symbol }));
  const { body } = await useTool("split", { symbol, new_units: "4" });
  assert.deepEqual([body.result.accounts, body.account], [[account], undefined]);
  assert.deepEqual(await positions(account), [`/${symbol} 40`]);
  const none = await useTool("split", { symbol, new_units: "1000000" });
  assert.deepEqual([none.status, /new_units 4/.test(none.body.error.details[0].message)], [400, true]);
});

Deno.test("close_all closes what every strategy holds, takes away what rests, and asks for confirmation first", async () => {
  const account = await newAccount();
  await useTool("place_order", buy(account));
  await useTool("place_order", buy(account, { strategy: "trend", symbol: "OTHER", side: "sell" }));
  await useTool("place_order", buy(account, { order_type: "limit", limit_price: "90" }));
  for (const confirm of [undefined, "yes", "default"]) {
    assert.equal((await useTool("close_all", { account, confirm })).status, 400);
  }
  assert.deepEqual(await positions(account), ["/ACME 10", "trend/OTHER -10"]);

  const { status, body } = await useTool("close_all", { account, confirm: account, id: "end of day" });
  assert.equal(status, 400, JSON.stringify(body));
  const done = await useTool("close_all", { account, confirm: account, id: "end-of-day" });
  assert.equal(done.status, 200, done.text);
  assert.equal(done.body.result.canceled.orders.length, 1);
  assert.deepEqual(done.body.result.closed.map(({ status }: { status: string }) => status), [
    "filled",
    "filled",
  ]);
  assert.deepEqual(await positions(account), ["/ACME 0", "trend/OTHER 0"]);
});

Deno.test("an account is created, configured, halted, resumed and verified", async () => {
  const account = unique("acct");
  const created = await useTool("create_account", {
    account,
    initial_cash: "2500.000000000000000001",
    settings: { leverage: "2" },
  });
  assert.deepEqual([created.status, created.body.result.cash], [200, "2500.000000000000000001"]);
  const twice = await useTool("create_account", { account });
  assert.deepEqual([twice.status, twice.body.error.code], [422, "name_taken"]);

  const settings = await useTool("update_settings", { account, settings: { fee_bps: "5" } });
  assert.deepEqual([settings.body.result.fee_bps, settings.body.result.leverage], ["5", "2"]);
  const unknown = await useTool("update_settings", { account, settings: { fee: 5 } });
  assert.equal(unknown.status, 400);
  assert.match(unknown.body.error.details[0].message, /fee_bps/);

  await useTool("halt", { account, reason: "lunch" });
  const halted = await useTool("place_order", buy(account));
  assert.deepEqual([halted.status, halted.body.error.code], [422, "account_halted"]);
  await useTool("resume", { account });
  assert.equal((await useTool("place_order", buy(account, { quantity: "1" }))).status, 200);
  assert.deepEqual((await useTool("verify_account", { account })).body.result, []);
});

Deno.test("an instrument's terms are written, and the multiplier of one that is held stays", async () => {
  const account = await newAccount();
  const symbol = unique("FUT").toUpperCase();
  const { body } = await useTool("upsert_instrument", { symbol, multiplier: "50" });
  assert.deepEqual([body.result.multiplier, body.account], ["50", undefined]);
  await useTool("place_order", buy(account, { symbol }));
  const changed = await useTool("upsert_instrument", { symbol, multiplier: "20" });
  assert.deepEqual([changed.status, changed.body.error.code], [422, "conflict"]);
});

Deno.test("an instrument's currency is written, and lacks a rate until its pair is marked", async () => {
  const account = await newAccount();
  const symbol = unique("FUT").toUpperCase();
  const { body } = await useTool("upsert_instrument", { symbol, quote_currency: "JPY" });
  assert.equal(body.result.quote_currency, "JPY");
  const refused = await useTool("place_order", buy(account, { symbol }));
  assert.deepEqual([refused.status, refused.body.error.code], [422, "no_rate"]);
  const wrong = await useTool("upsert_instrument", { symbol, quote_currency: "yen" });
  assert.deepEqual([wrong.status, wrong.body.error.code], [400, "invalid_arguments"]);
});

Deno.test("terms and other names that are written with an exchange hold for alerts, which are booked without", async () => {
  const account = await newAccount();
  const [symbol, other] = [unique("FUT").toUpperCase(), unique("ALIAS").toUpperCase()];
  const terms = { symbol: `CME_MINI:${symbol}`, multiplier: "50", aliases: [`CME:${other}`] };
  assert.equal((await useTool("upsert_instrument", terms)).body.result.symbol, symbol);
  for (
    const [written, price] of [[`CME_MINI:${symbol}`, "100"], [symbol, "101"], [`CME_MINI:${other}`, "102"]]
  ) {
    const sent = await post({ account, symbol: written, action: "buy", quantity: 1, price, id: written });
    assert.equal(sent.status, 200, JSON.stringify(sent.body));
  }
  await post({ account, symbol, action: "mark", price: "103", id: "m" });
  const { body } = await ask(`/portfolio/positions/CME_MINI:${symbol}?account=${account}`);
  assert.deepEqual([body.symbol, body.quantity, body.unrealized_pnl], [symbol, "3", "300"]);
});

Deno.test("a reset wants the account's name twice", async () => {
  const account = await newAccount();
  await useTool("place_order", buy(account));
  for (const confirm of [undefined, "default", "yes"]) {
    assert.equal((await useTool("reset_account", { account, confirm })).status, 400);
  }
  assert.equal((await summary(account)).epoch, 1);
});

Deno.test({
  name: "a reset shows within the bound in every isolate that had the account in its memory",
  // Without Redis an isolate learns of another's changes only when its own values run out of time.
  ignore: stack.redis_url === null,
  async fn() {
    await holdsOnce(async () => {
      const account = await newAccount();
      await useTool("place_order", buy(account));
      // At the same time: both isolates are asked.
      const readAll = () =>
        Promise.all(Array.from({ length: 12 }, () => ask(`/portfolio?account=${account}`)));
      await readAll();
      const before = await readAll();
      assert.deepEqual(new Set(before.map(({ headers }) => headers.get("x-cache"))), new Set(["l1"]));
      assert.deepEqual(new Set(before.map(({ body }) => body.epoch)), new Set([1]));

      const reset = await useTool("reset_account", { account, confirm: account, initial_cash: "500" });
      assert.deepEqual([reset.status, reset.body.result.cash], [200, "500"]);
      await sleep(BOUND);
      const after = await readAll();
      assert.deepEqual(new Set(after.map(({ body }) => `${body.epoch} ${body.cash}`)), new Set(["2 500"]));
    });
  },
});

Deno.test("a tool changes nothing for who may only trade or read, or sends no key or a GET", async () => {
  const account = await newAccount();
  for (const key of [null, "sa_nobody"]) {
    assert.equal((await useTool("halt", { account }, key)).status, 401);
    assert.equal((await ask("/tools", { key })).status, 401);
  }
  assert.equal((await ask("/tools/halt")).status, 405);
  assert.equal((await ask("/tools", { method: "POST", body: {} })).status, 405);
  assert.equal((await useTool("format_disk", {})).status, 404);
  assert.equal((await useTool("halt", "{")).status, 400);
  assert.equal((await useTool("halt", { account: unique("nobody") })).body.error.code, "no_account");
  const { status } = await post({ account, symbol: "ACME", action: "buy", quantity: "1", price: "1" });
  assert.equal(status, 200);
});
