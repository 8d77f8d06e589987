/** Sources of live marks: what the operator may set, what is due to whom, and who sees what. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import { book, openAccount } from "../support/engine.ts";
import { undone } from "../support/shared-connection.ts";
import { asAnon, asService, asUser, unique } from "../support/stack.ts";

type Row = Record<string, unknown>;

/** A test in a transaction that is undone: sources concern every account. */
function markSql(name: string, body: (tx: Sql) => Promise<void>): void {
  Deno.test(name, () =>
    undone(async (tx) => {
      await tx`set local role service_role`;
      await body(tx as unknown as Sql);
    }));
}
const upsert = async (tx: Sql, source: string, settings: unknown) =>
  (await tx`select public.upsert_mark_source(${source}, ${JSON.stringify(settings)}::text::jsonb) as s`)[0]
    ?.s as Row;
const refused = (tx: Sql, source: string, settings: unknown, code: string, hint: RegExp) =>
  rejects(
    (tx as unknown as { savepoint: (body: (sql: Sql) => Promise<unknown>) => Promise<unknown> })
      .savepoint((sql) => upsert(sql, source, settings)),
    (error: { code: string; hint: string; message: string }) => {
      equal(error.code, code, `${error.message} ${error.hint}`);
      match(error.hint, hint);
      ok(!/hunter2/.test(error.message + error.hint), "a refusal repeats no key");
      return true;
    },
  );

markSql("the sources that are there are off until the operator says so", async (tx) => {
  // Those that no other test has touched.
  const untouched = await tx`
    select s.name, s.enabled from trading.mark_sources s where s.updated_at = (select min(updated_at) from trading.mark_sources)`;
  ok(untouched.length > 0);
  for (const { name, enabled } of untouched) equal(enabled, false, name);
  equal((await upsert(tx, "mine", { kind: "kraken" })).enabled, false);
});

markSql("what is not named stays, and no answer shows a key", async (tx) => {
  const headers = { "APCA-API-KEY-ID": "id", "APCA-API-SECRET-KEY": "hunter2" };
  await upsert(tx, "alpaca", { headers });
  const source = await upsert(tx, "alpaca", { enabled: true, symbols: { spy: null, "AMEX:IWM": "IWM" } });
  deepEqual(source.headers, ["APCA-API-KEY-ID", "APCA-API-SECRET-KEY"]);
  deepEqual([source.enabled, source.kind, source.max_jump_percent], [true, "alpaca", "20"]);
  deepEqual(source.symbols, { SPY: null, "AMEX:IWM": "IWM" });
  const url = "https://bars.acme.com/{symbol}?token=hunter2";
  const paths = { time: "t", open: "o", high: "h", low: "l", close: "c" };
  const own = await upsert(tx, "mine", { kind: "http", url, paths });
  equal(own.host, "bars.acme.com");
  const [row] = await tx`select public.list_mark_sources() as sources`;
  ok(!JSON.stringify(row?.sources).includes("hunter2"));
});

markSql("what makes no sense is refused with a hint", async (tx) => {
  await refused(tx, "mine", { kind: "http", key: "hunter2" }, "22023", /Known: kind, enabled/);
  await refused(tx, "mine", {}, "23502", /wrong type/);
  await refused(tx, "mine", { kind: "nyse" }, "23514", /binance_futures/);
  await refused(tx, "Mine!", { kind: "kraken" }, "23514", /small letter/);
  await refused(tx, "mine", { kind: "http", url: "https://x.com/hunter2" }, "23514", /url, and paths/);
  await refused(tx, "kraken", { url: "https://me:hunter2@x.com" }, "23514", /user name/);
  await refused(tx, "kraken", { headers: { Host: "hunter2" } }, "23514", /headers/);
  await refused(tx, "kraken", { headers: { "x-key": "hunter2\r\nHost: y" } }, "23514", /headers/);
  await refused(tx, "kraken", { headers: ["hunter2"] }, "23514", /headers/);
  await refused(tx, "kraken", { max_jump_percent: "0" }, "23514", /above 0/);
  await refused(tx, "kraken", { max_jump_percent: "NaN" }, "23514", /above 0/);
  await refused(tx, "kraken", { exchanges: ["kraken,x"] }, "23514", /exchanges/);
  await refused(tx, "kraken", { enabled: "hunter2" }, "22P02", /wrong type/);
  await refused(tx, "kraken", { symbols: { "a;b": null } }, "23514", /symbols/);
  await upsert(tx, "kraken", { symbols: { BTCUSD: null } });
  await refused(tx, "coinbase", { symbols: { BTCUSD: null } }, "23505", /Another source/);
});

/** An account that holds and rests something under an exchange of its own. */
async function desk(tx: Sql, settings = {}) {
  const place = unique("EX").replace(/\W/g, "").toUpperCase().slice(0, 20);
  await tx`set local role postgres`;
  const account = await openAccount(tx, { leverage: null, ...settings });
  await tx`set local role service_role`;
  await upsert(tx, "kraken", { enabled: true, exchanges: [place] });
  const send = (alerts: Row[]) =>
    book(
      tx as unknown as Sql & { begin: never },
      alerts.map((alert) => ({ account, exchange: place, ...alert })),
    );
  const claim = async (at: string | null = null) => {
    const [row] = await tx`select public.claim_marks(coalesce(${at}::text::timestamptz, now())) as claim`;
    const claimed = row?.claim as { lease: string; symbols: Row[]; sources: Row[] };
    // The sources are everybody's: other tests hold symbols of theirs.
    const isOwn = ({ accounts }: Row) => (accounts as Row[]).some((each) => each.account === account);
    return { ...claimed, symbols: claimed.symbols.filter(isOwn) };
  };
  return { account, place, send, claim };
}

/** `book` begins a transaction of its own: in one that is there it is a part of it. */
const nested = (tx: Sql): Sql =>
  new Proxy(tx, {
    get: (target, name) =>
      name === "begin" ? (body: (sql: Sql) => unknown) => body(target) : Reflect.get(target, name),
  });

markSql("due is what is held, or has resting orders: once a minute, to one caller", async (tx) => {
  const { send, claim, account } = await desk(nested(tx));
  await send([
    { symbol: "HELD", action: "buy", quantity: "1", price: "10" },
    { symbol: "FLAT", action: "buy", quantity: "1", price: "10" },
    { symbol: "FLAT", action: "close", price: "10" },
    { symbol: "SEEN", action: "mark", price: "10" },
    { symbol: "RESTS", action: "buy", quantity: "1", order_type: "limit", limit_price: "9" },
    { symbol: "ELSE", exchange: "NOWHERE", action: "buy", quantity: "1", price: "10" },
  ]);
  const first = await claim();
  deepEqual(first.symbols.map(({ symbol }) => symbol), ["HELD", "RESTS"]);
  deepEqual((first.symbols[0]?.accounts as Row[])[0]?.account, account);
  deepEqual((await claim()).symbols, [], "it is leased");
  const [recorded] = await tx`
    select public.record_marks(${first.lease}::uuid, now(), '[{"symbol":"HELD","exchange":"x"}]') as count`;
  equal(recorded?.count, 0, "another exchange's");
  deepEqual((await claim()).symbols.length, 2, "what was not recorded is free again");
});

markSql("what was looked at is due a minute later, and who waited longest comes first", async (tx) => {
  const { send, claim, place } = await desk(nested(tx));
  await send(["A", "B"].map((symbol) => ({ symbol, action: "buy", quantity: "1", price: "10" })));
  const { lease } = await claim("2026-01-01T10:00:05Z");
  const results = JSON.stringify([{ symbol: "A", exchange: place, source: "kraken", price: "11" }]);
  await tx`select public.record_marks(${lease}::uuid, '2026-01-01T10:00:05Z', ${results}::text::jsonb)`;
  deepEqual((await claim("2026-01-01T10:00:59Z")).symbols.map(({ symbol }) => symbol), ["B"]);
  deepEqual((await claim("2026-01-01T10:02:00Z")).symbols.map(({ symbol }) => symbol), ["B", "A"]);
});

markSql("an exchange whose symbols are many, and wait long, leaves room for those of another", async (tx) => {
  const { send, claim, place } = await desk(nested(tx));
  await upsert(tx, "kraken", { exchanges: [place, `${place}2`] });
  const order = { action: "buy", quantity: "1", price: "10" };
  await send(["A", "B", "C", "D"].map((symbol) => ({ ...order, symbol })));
  await send(["Y", "Z"].map((symbol) => ({ ...order, symbol, exchange: `${place}2` })));
  await claim("2026-01-01T10:00:05Z");
  await tx`update trading.live_marks set lease = null, leased_until = null, checked_at = '2026-01-01T10:00:05Z' where exchange = ${`${place}2`}`;
  const [row] = await tx`select public.claim_marks('2026-01-01T10:02:05Z', at_most => 3) as claim`;
  const { symbols } = row?.claim as { symbols: Row[] };
  deepEqual(symbols.map(({ symbol }) => symbol), ["A", "B", "Y"]);
});

markSql("whose lease is over records nothing", async (tx) => {
  const { send, claim, place } = await desk(nested(tx));
  await send([{ symbol: "A", action: "buy", quantity: "1", price: "10" }]);
  const late = await claim("2026-01-01T10:00:05Z");
  const { lease } = await claim("2026-01-01T10:01:05Z");
  const record = async (by: string) => {
    const results = JSON.stringify([{ symbol: "A", exchange: place, source: "kraken", problem: "timeout" }]);
    const [row] = await tx`select public.record_marks(${by}::uuid, now(), ${results}::text::jsonb) as count`;
    return row?.count;
  };
  equal(await record(late.lease), 0);
  equal(await record(lease), 1);
});

markSql(
  "history that is played back is left alone, and an account that follows the present is not",
  async (tx) => {
    const { send, claim } = await desk(nested(tx), { clock: "alert" });
    const buy = (symbol: string, time: string) => ({
      symbol,
      action: "buy",
      quantity: "1",
      price: "10",
      time,
    });
    await send([buy("OLD", "2026-01-05T10:00:00Z"), buy("NEW", "2026-01-09T10:00:00Z")]);
    deepEqual((await claim("2026-01-09T10:01:05Z")).symbols.map(({ symbol }) => symbol), ["NEW"]);
  },
);

markSql(
  "the operator's choice for a symbol is told, that for its exchange before that for all",
  async (tx) => {
    const { send, claim, place } = await desk(nested(tx));
    await upsert(tx, "kraken", { symbols: { A: "XA" } });
    await upsert(tx, "mine", {
      kind: "http",
      enabled: true,
      url: "https://bars.acme.com/",
      paths: { time: "t", open: "o", high: "h", low: "l", close: "c" },
      symbols: { [`${place}:B`]: "XB", B: "YB" },
    });
    await send(["A", "B", "C"].map((symbol) => ({ symbol, action: "buy", quantity: "1", price: "10" })));
    deepEqual((await claim()).symbols.map(({ symbol, source, name }) => [symbol, source, name]), [
      ["A", "kraken", "XA"],
      ["B", "mine", "XB"],
      ["C", null, null],
    ]);
  },
);

Deno.test("only the service may set, claim or record", async () => {
  const calls: [string, Row][] = [
    ["upsert_mark_source", { source: "kraken", settings: { enabled: true } }],
    ["delete_mark_source", { source: "kraken" }],
    ["list_mark_sources", {}],
    ["claim_marks", {}],
    ["record_marks", { lease: crypto.randomUUID(), at: "2026-01-01T00:00:00Z", results: [] }],
  ];
  for (const [name, args] of calls) {
    for (const client of [asUser(), asAnon()]) {
      const { error } = await client.rpc(name as never, args as never);
      equal(error?.code, "42501", name);
    }
  }
  equal((await asService().rpc("delete_mark_source", { source: "no_such" } as never)).error?.code, "PT404");
});
