import assert from "node:assert/strict";
import { csvOf, HEADERS } from "../support/backtests.ts";
import { figures, numbers, rows } from "../support/compared.ts";
import { type Alert, book, openAccount } from "../support/engine.ts";
import { useTool } from "../support/functions.ts";
import { asAnon, asService, asUser, newAccount, stack, unique } from "../support/stack.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

/** Buys 2 at 100, sells them at 110; sells 1 at 110 at noon, and buys it back at 105. */
const SMALL = csvOf([
  HEADERS,
  ["1", "Exit long", "2025-04-01 10:00", "out", "110", "2", "", "20", "", "20"],
  ["1", "Entry long", "2025-04-01 09:00", "in", "100", "2", "", "20", "", "20"],
  ["2", "Exit short", "2025-04-01 13:00", "cover", "105", "1", "", "5", "", "25"],
  ["2", "Entry short", "2025-04-01 12:00", "short", "110", "1", "", "5", "", "25"],
]);
const at = (time: string) => `2025-04-01T${time}:00Z`;

/** The small backtest, and an account with these alerts. */
async function beside(alerts: Alert[], settings: Record<string, unknown> = {}) {
  const baseline = unique("small");
  await useTool("import_backtest", { account: baseline, symbol: "ACME", file: SMALL });
  return await onSharedConnection(async (sql) => {
    const account = await openAccount(sql, { leverage: null, ...settings });
    await book(sql, alerts.map((alert) => ({ account, symbol: "ACME", received_at: alert.time, ...alert })));
    return { account, baseline };
  });
}
const ALL: Alert[] = [
  { action: "buy", quantity: "2", price: "100", time: at("09:00") },
  { action: "sell", quantity: "2", price: "110", time: at("10:00") },
  { action: "sell", quantity: "1", price: "110", time: at("12:00") },
  { action: "buy", quantity: "1", price: "105", time: at("13:00") },
];
const [first = {}, second = {}, third = {}, fourth = {}] = ALL;
const COSTS = ["drift", "price_cost", "fee_cost", "other_cost"] as const;
const costs = async (both: { account: string; baseline: string }) => {
  const found = await figures(both);
  return COSTS.map((name) => found[name]);
};

Deno.test("an account that did what the baseline did has no drift, and cost nothing", async () => {
  const both = await beside(ALL);
  const found = await figures(both);
  assert.deepEqual([found.matched, found.match_rate, found.profit, found.baseline_profit], [
    4,
    "100",
    "25",
    "25",
  ]);
  assert.deepEqual(await costs(both), ["0", "0", "0", "0"]);
});

Deno.test("beside itself an account matches in all", async () => {
  const { account } = await beside(ALL);
  const { data } = await asService().rpc("compare_accounts", { account });
  assert.deepEqual([data?.orders, data?.match_rate, data?.drift], [4, "100", "0"]);
});

Deno.test("what worse prices cost, what fees cost and what was missed add up to the drift", async () => {
  const prices = [{ ...first, price: "101" }, { ...second, price: "109.5" }, third, fourth];
  assert.deepEqual(await costs(await beside(prices)), ["-3", "3", "0", "0"]);
  assert.deepEqual(await costs(await beside(ALL, { fee_per_trade: "0.5" })), ["-2", "0", "2", "0"]);
  assert.deepEqual(await costs(await beside([first, second])), ["-5", "0", "0", "5"]);
  const better = [{ ...first, price: "99" }, second, third, fourth];
  assert.deepEqual(await costs(await beside(better)), ["2", "-2", "0", "0"]);
});

Deno.test("a pair has both prices, both times and both profits, and a missed order its name", async () => {
  const both = await beside([{ ...first, price: "101", received_at: at("09:02") }, second, fourth]);
  const [bought, sold, short, cover] = (await rows(both)).toReversed();
  assert.deepEqual(
    [bought?.status, bought?.signal, bought?.seconds, bought?.price_drift, bought?.cost],
    ["late", "in", "120", "1", "2"],
  );
  assert.deepEqual([sold?.status, sold?.baseline_profit, sold?.profit, sold?.profit_drift], [
    "matched",
    "20",
    "18",
    "-2",
  ]);
  assert.deepEqual([short?.status, short?.signal, short?.number, short?.alert_id], [
    "missed",
    "short",
    3,
    null,
  ]);
  assert.deepEqual([cover?.status, cover?.signal], ["matched", "cover"]);
});

Deno.test("an alert that came and was refused is no missed one: its code says why", async () => {
  const both = await beside([first, second, third, fourth], { allow_short: false });
  assert.deepEqual(
    (await rows({ ...both, only_status: "refused" })).map(({ signal, code }) => [signal, code]),
    [
      ["short", "short_not_allowed"],
    ],
  );
  const { refused, missed } = await figures(both);
  assert.deepEqual([refused, missed], [1, 0]);
});

Deno.test("an exit that rested in the account is matched where it was filled", async () => {
  const both = await beside([
    { ...first, take_profit: { limit_price: "110" } },
    { action: "mark", price: "110", time: at("10:00") },
    third,
    fourth,
  ]);
  assert.equal((await figures(both)).matched, 4);
  assert.deepEqual((await rows(both)).filter(({ signal }) => signal === "out").map(({ price }) => price), [
    "110",
  ]);
});

Deno.test("an account on the alerts' own clock is late by the times that its alerts carry", async () => {
  const both = await beside([first, { ...second, time: at("10:10") }, third, fourth], { clock: "alert" });
  assert.deepEqual((await rows({ ...both, only_status: "late" })).map(({ seconds }) => seconds), ["600"]);
});

Deno.test("what is later than match_seconds is missed and extra", async () => {
  const both = await beside([first, { ...second, time: at("10:10") }, third, fourth]);
  assert.deepEqual(await numbers({ ...both }, "missed"), []);
  const narrow = await figures({ ...both, match_seconds: 300 });
  assert.deepEqual([narrow.matched, narrow.missed, narrow.extra], [3, 1, 1]);
});

Deno.test("a range, a strategy and a symbol narrow what is compared", async () => {
  const both = await beside([...ALL, {
    action: "buy",
    quantity: "1",
    price: "5",
    symbol: "OTHER",
    time: at("11:00"),
  }]);
  assert.equal((await figures(both)).extra, 0, "another symbol is none of the baseline's");
  const later = await figures({ ...both, from_time: at("12:00"), to_time: at("13:00") });
  assert.deepEqual([later.orders, later.alerts, later.matched], [1, 1, 1]);
  const none = await figures({ ...both, only_strategy: "another" });
  assert.deepEqual([none.matched, none.missed], [0, 4]);
  assert.equal((await figures({ ...both, only_symbol: "OTHER" })).orders, 0);
});

Deno.test("of several strategies in one symbol each baseline is compared with the alerts of its own", async () => {
  await onSharedConnection(async (sql) => {
    const account = await openAccount(sql, { leverage: null });
    // The alerts of two strategies that do the same at the same times; the second one misses its short.
    const alerts = ["crossing", "breakout"].flatMap((strategy): Alert[] =>
      ALL.filter((alert) => strategy === "crossing" || alert !== third).map((alert) => ({
        ...alert,
        strategy,
      }))
    );
    await book(sql, alerts.map((alert) => ({ account, symbol: "ACME", received_at: alert.time, ...alert })));
    const beside = async (strategy: string) => {
      const baseline = unique("named");
      await useTool("import_backtest", { account: baseline, symbol: "ACME", strategy, file: SMALL });
      const { matched, missed, extra } = await figures({ account, baseline });
      const { data } = await asService().rpc("compare_curve", { account, baseline });
      return [matched, missed, extra, data?.at(-1)?.profit];
    };
    assert.deepEqual(await beside("crossing"), [4, 0, 0, "25"]);
    assert.deepEqual(await beside("breakout"), [3, 1, 0, "20"]);
    assert.deepEqual((await beside("another")).slice(0, 3), [4, 0, 3]);
    assert.deepEqual((await figures({ account, baseline: account })).matched, 7);
  });
});

Deno.test("an alert just inside a range that is of an order just before it is no extra one", async () => {
  const both = await beside(
    ALL.map((alert) => ({ ...alert, time: String(alert.time).replace(":00Z", ":09Z") })),
  );
  const later = await figures({ ...both, from_time: "2025-04-01T12:00:05Z" });
  assert.deepEqual([later.orders, later.matched, later.extra], [1, 1, 0]);
});

Deno.test("of an alert that was refused and one that was booked, the order's is the one that was booked", async () => {
  // The first is too large for the account, and is sent again a minute later, as it should have been.
  const [tooMuch, again] = [{ ...first, quantity: "5" }, { ...first, time: at("09:01") }];
  const both = await beside([tooMuch, again, second, third, fourth], { max_position: "250" });
  assert.deepEqual((await rows({ ...both, only_status: "refused" })).length, 0);
  assert.deepEqual((await rows({ ...both, only_status: "extra" })).map(({ code }) => code), ["risk_limit"]);
});

Deno.test("the curve has what both have made, bucket by bucket", async () => {
  const both = await beside([{ ...first, price: "101" }, second]);
  const { data, error } = await asService().rpc("compare_curve", { ...both, bucket: "hour" });
  assert.equal(error, null);
  assert.deepEqual(data?.map(({ profit, baseline_profit }) => [profit, baseline_profit]), [
    ["0", "0"],
    ["18", "20"],
    ["18", "20"],
    ["18", "25"],
  ]);
});

Deno.test("pages of pairs leave none out and name none twice", async () => {
  const both = await beside(ALL);
  const page = await rows({ ...both, limit: 3 });
  const rest = await rows({ ...both, limit: 3, before: Number(page.at(-1)?.id) });
  assert.deepEqual([...page, ...rest].map(({ number }) => number), [4, 3, 2, 1]);
});

Deno.test("who is signed in compares their own accounts only; nobody else any", async () => {
  const both = await beside(ALL);
  const owned = await newAccount({ owner_id: JSON.parse(atob(stack.user_jwt.split(".")[1] ?? "")).sub });
  for (
    const pairing of [both, { account: owned, baseline: both.baseline }, {
      account: both.account,
      baseline: owned,
    }]
  ) {
    for (const rpc of ["compare_accounts", "compare_orders", "compare_curve"] as const) {
      assert.equal((await asUser().rpc(rpc, pairing)).error?.code, "PT404");
      assert.notEqual((await asAnon().rpc(rpc, pairing)).error, null);
    }
  }
  assert.equal((await asUser().rpc("compare_accounts", { account: owned, baseline: owned })).error, null);
  assert.equal((await asUser().rpc("compare_orders", { account: owned, baseline: owned })).error, null);
  assert.equal((await asUser().rpc("compare_curve", { account: owned, baseline: owned })).error, null);
});

Deno.test("what makes no sense is refused in words", async () => {
  const both = await beside([]);
  for (
    const [wrong, message] of [
      [{ baseline: "nowhere" }, /no account nowhere/],
      [{ from_time: at("10:00"), to_time: at("09:00") }, /from_time must be before/],
      [{ match_seconds: 0 }, /match_seconds must be/],
    ] as const
  ) {
    const { error } = await asService().rpc("compare_accounts", { ...both, ...wrong });
    assert.match(error?.message ?? "", message);
  }
});

Deno.test("the tool answers figures, pairs and the curve", async () => {
  const both = await beside([first, second]);
  const { status, body, text } = await useTool("compare_accounts", { ...both, status: "missed" });
  assert.equal(status, 200, text);
  assert.deepEqual(body.result.orders.map(({ signal }: { signal: string }) => signal), ["cover", "short"]);
  assert.equal(body.result.figures.match_rate, "50");
  assert.ok(body.result.curve.length > 0);
});
