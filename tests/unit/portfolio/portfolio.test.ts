import assert from "node:assert/strict";
import { HttpError, unavailable } from "../../../supabase/functions/_shared/http/errors.ts";
import { createCache } from "../../../supabase/functions/_shared/cache/cache.ts";
import { createLog } from "../../../supabase/functions/_shared/observability/log.ts";
import { later } from "../../../supabase/functions/_shared/time/later.ts";
import { answerKey, voidAnswers } from "../../../supabase/functions/_shared/portfolio/cache-keys.ts";
import { keys, portfolio } from "./harness.ts";

const summary = { account: "default", cash: "98097.5", version: 2 };

Deno.test("the account itself comes from portfolio_summary, then from memory", async () => {
  const { get, calls } = portfolio(() => summary);
  const [first, second] = [await get(""), await get("")];
  assert.deepEqual(first.body, summary);
  assert.deepEqual(second.body, summary);
  assert.deepEqual([first.headers.get("x-cache"), second.headers.get("x-cache")], ["db", "l1"]);
  assert.match(first.headers.get("server-timing") ?? "", /^db;dur=[\d.]+, cache;desc="db";dur=[\d.]+$/);
  assert.match(second.headers.get("server-timing") ?? "", /^cache;desc="l1";dur=[\d.]+$/);
  assert.deepEqual(calls, [["portfolio_summary", { account: "default" }]]);
});

for (
  const [path, rpc, args] of [
    ["/positions?limit=5&after_symbol=AAPL&after_strategy=x", "list_positions", {
      limit: 5,
      after_symbol: "AAPL",
      after_strategy: "x",
    }],
    ["/orders?status=open&symbol=aapl&strategy=x&limit=10&before=99", "list_orders", {
      only_status: "open",
      only_symbol: "AAPL",
      only_strategy: "x",
      limit: 10,
      before: "99",
    }],
    ["/fills?before=9223372036854775807", "list_fills", { before: "9223372036854775807" }],
    ["/trades?epoch=2", "list_trades", { in_epoch: 2 }],
    ["/alerts?status=rejected", "list_alerts", { only_status: "rejected" }],
    ["/equity?bucket=15%20minutes&from=2026-01-01T00:00:00Z", "equity_curve", {
      bucket: "15 minutes",
      from_time: "2026-01-01T00:00:00Z",
    }],
    ["/performance?strategy=x&to=1767225600", "performance", {
      only_strategy: "x",
      to_time: "2026-01-01T00:00:00Z",
    }],
  ] as const
) {
  Deno.test(`${path} asks ${rpc} with its arguments`, async () => {
    const { get, calls } = portfolio(() => []);
    const { status, body } = await get(path);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(calls, [[rpc, { account: "default", ...args }]]);
  });
}

Deno.test("the order of parameters, and ones that a resource does not take, make no new question", async () => {
  const { get, calls } = portfolio(() => []);
  for (const query of ["?limit=5&symbol=A", "?symbol=a&limit=5", "?limit=5&symbol=A&bucket=day&_=1"]) {
    await get(`/orders${query}`);
  }
  assert.equal(calls.length, 1);
});

Deno.test("accounts, symbols and strategies that look alike have answers of their own", () => {
  const questions = [
    answerKey("a:b", "orders", {}),
    answerKey("a", "b:orders", {}),
    answerKey("a%3Ab", "orders", {}),
    answerKey("a", "orders", { only_symbol: "X:Y" }),
    answerKey("a", "orders", { only_symbol: "X%3AY" }),
    answerKey("a", "orders", { only_strategy: "X:Y" }),
    answerKey("a", "orders", {}),
  ];
  assert.equal(new Set(questions).size, questions.length);
});

Deno.test("the longest question that may be asked is answered, and is not to be read in the cache", async () => {
  const strategy = "界".repeat(64);
  const symbol = `${":".repeat(63)}1`;
  const { get, cache } = portfolio(() => []);
  const query = `strategy=${encodeURIComponent(strategy)}&symbol=${symbol}&limit=1000&before=${
    "9".repeat(19)
  }`;
  assert.equal((await get(`/alerts?${query}&status=${"a".repeat(32)}`)).status, 200);
  assert.equal(cache.getStats().misses, 1);
  assert.ok(!answerKey("a", "alerts", { only_strategy: strategy }).includes("界"));
  assert.ok(answerKey("a", "alerts", { only_strategy: strategy }).length < 200);
});

Deno.test("an account that there is not is 404, and asked for again after a second", async () => {
  const { get, calls } = portfolio(() => null);
  for (let turn = 0; turn < 3; turn++) {
    const { status, body } = await get("?account=nobody");
    assert.deepEqual([status, body.error.code], [404, "no_account"]);
  }
  assert.equal(calls.length, 1);
});

const position = (strategy: string, quantity: string) => ({ strategy, symbol: "BRK/B", quantity });

Deno.test("a position is found by its symbol, in small letters and with a slash too", async () => {
  const { get, calls } = portfolio(() => [position("", "3")]);
  assert.equal((await get("/positions/brk/b")).body.quantity, "3");
  assert.equal((await get("/positions/BRK%2FB")).body.quantity, "3");
  assert.deepEqual(calls, [["list_positions", { account: "default", limit: 1_000, only_symbol: "BRK/B" }]]);
});

Deno.test("of several strategies' positions, the unnamed one's is meant, or the one that is named", async () => {
  const { get } = portfolio(() => [position("", "3"), position("x", "4")]);
  assert.equal((await get("/positions/BRK/B")).body.quantity, "3");
  assert.equal((await get("/positions/BRK/B?strategy=x")).body.quantity, "4");
  assert.equal((await get("/positions/BRK/B?strategy=y")).body.error.code, "no_position");
});

Deno.test("a symbol that two named strategies hold must say which", async () => {
  const { get } = portfolio(() => [position("x", "3"), position("y", "4")]);
  const { status, body } = await get("/positions/BRK/B");
  assert.deepEqual([status, body.error.code], [400, "ambiguous_position"]);
});

Deno.test("a symbol that was never traded is 404", async () => {
  const { get } = portfolio(() => []);
  const { status, body } = await get("/positions/NONE");
  assert.deepEqual([status, body.error.code], [404, "no_position"]);
});

for (
  const [query, path] of [
    ["?limit=0", "query.limit"],
    ["?limit=1001", "query.limit"],
    ["?limit=ten", "query.limit"],
    ["?before=-1", "query.before"],
    ["?before=1e5", "query.before"],
    ["?account=%00", "query.account"],
    ["?symbol=%3Cscript%3E", "query.symbol"],
    ["?from=yesterday", "query.from"],
    ["?epoch=1.5", "query.epoch"],
  ]
) {
  Deno.test(`/orders${query} is 400 with the path ${path}, and asks nobody`, async () => {
    const { get, calls } = portfolio(() => []);
    const { status, body } = await get(`/orders${query}`);
    assert.equal(status, 400);
    assert.deepEqual(body.error.details.map((detail: { path: string }) => detail.path), [path]);
    assert.equal(calls.length, 0);
  });
}

Deno.test("a resource that there is not is 404 and names those there are", async () => {
  const { get } = portfolio(() => []);
  for (const path of ["/what", "/__proto__", "/constructor"]) {
    const { status, body } = await get(path);
    assert.equal(status, 404);
    assert.match(body.error.message, /positions, orders/);
  }
});

Deno.test("without a key, with a wrong one, or one without the scope read, nothing is told", async () => {
  const { get, calls } = portfolio(() => summary);
  assert.equal((await get("", { key: null })).status, 401);
  assert.equal((await get("", { key: "sa_wrong" })).status, 401);
  assert.equal((await get("", { key: keys.trader })).status, 403);
  assert.equal(calls.length, 0);
});

Deno.test("a key of one account reads that account, by default too, and no other", async () => {
  const { get, calls } = portfolio(() => summary);
  assert.equal((await get("", { key: keys.bound })).status, 200);
  assert.deepEqual(calls, [["portfolio_summary", { account: "mine" }]]);
  assert.equal((await get("?account=default", { key: keys.bound })).status, 403);
});

Deno.test("a reader that has the answer is told so", async () => {
  const { get } = portfolio(() => summary);
  const etag = (await get("")).headers.get("etag") ?? "";
  const again = await get("", { headers: { "if-none-match": etag } });
  assert.deepEqual([again.status, again.body], [304, null]);
});

Deno.test("a query that the database refuses is 400 each time", async () => {
  const { get, calls } = portfolio(() => Promise.reject(new HttpError(400, "invalid_query", "no bucket zz")));
  for (let turn = 0; turn < 2; turn++) assert.equal((await get("/equity?bucket=zz")).status, 400);
  assert.equal(calls.length, 2);
});

Deno.test("with the database away an answer of late is served and marked, without one it is 503", async () => {
  let now = 0;
  let away = false;
  const { get } = portfolio(() => away ? Promise.reject(unavailable()) : summary, {
    now: () => now,
    random: () => 0,
  });
  await get("");
  away = true;
  now += 20_000;
  const late = await get("");
  assert.deepEqual([late.status, late.headers.get("x-cache-stale")], [200, "1"]);
  const none = await get("/orders");
  assert.deepEqual([none.status, none.headers.get("retry-after")], [503, "1"]);
  now += 30_000;
  assert.equal((await get("")).status, 503);
});

Deno.test("an answer says how many seconds ago it was read from the database", async () => {
  const real = Date.now;
  const { get } = portfolio(() => [{ symbol: "A", strategy: "" }]);
  try {
    for (const path of ["", "/positions/A"]) {
      assert.equal((await get(path)).headers.get("age"), "0");
      Date.now = () => real() + 12_900;
      assert.equal((await get(path)).headers.get("age"), "12");
      Date.now = real;
    }
  } finally {
    Date.now = real;
  }
});

Deno.test("an alert's account is read anew at once, and no other account", async () => {
  const { get, calls, cache } = portfolio(() => summary);
  await get("?account=a:b");
  await get("?account=a");
  voidAnswers(cache, () => {})(["a:b"]);
  await get("?account=a:b");
  await get("?account=a");
  assert.deepEqual(calls.map(([, { account }]) => account), ["a:b", "a", "a:b"]);
});

Deno.test("a change that Redis did not take is in the log, without the account", async () => {
  const lines: string[] = [];
  const log = createLog("info", {}, (line) => lines.push(line));
  for (const send of [() => Promise.reject(new TypeError("no route")), null]) {
    const cache = createCache({ send, later: (milliseconds, run) => later(milliseconds / 100, run) });
    voidAnswers(cache, log)(["secretive"]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    cache.close();
  }
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /"warn".*Redis was not told of a change yet/);
  assert.doesNotMatch(lines.join(), /secretive/);
});

Deno.test("the log line tells the layer, and neither key nor account", async () => {
  const { get, lines } = portfolio(() => summary);
  await get("?account=secretive&key=" + keys.reader, { key: null });
  assert.match(lines[0] ?? "", /"cache":"db"/);
  assert.doesNotMatch(lines.join(), /secretive|sa_reader/);
});
