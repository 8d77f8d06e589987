import assert from "node:assert/strict";
import { alertOf, pathsOf, read } from "./reading.ts";

type Message = Record<string, unknown>;
const base = { symbol: "A", action: "buy", quantity: 1 };

Deno.test("a cancel is of one order by order_id, or of all: what else seems to choose orders is refused", () => {
  const paths = (fields: Message) => pathsOf({ symbol: "A", action: "cancel", ...fields });
  for (const name of ["client_order_id", "order_tag", "clientOrderId"]) {
    assert.deepEqual(paths({ [name]: "A1" }), ["id"]);
  }
  for (const side of ["buy", "sell", "long", "short"]) {
    assert.deepEqual(paths({ side }), ["target.side"]);
    assert.deepEqual(paths({ direction: side }), ["target.side"]);
  }
  assert.deepEqual(paths({ position_side: "long" }), ["target.side"]);
  assert.deepEqual(paths({ side: "sell", type: "limit" }), ["order_type", "target.side"]);
  assert.deepEqual(paths({ order_type: "stop" }), ["order_type"]);
  assert.deepEqual(paths({ limit_price: 90 }), ["limit_price"]);
  assert.deepEqual(paths({ quantity: 1 }), ["quantity"]);
  assert.deepEqual(paths({ reduce_only: true }), ["action"]);
});

Deno.test("a cancel may have what chooses no orders, and any label where it says all in so many words", () => {
  const read = (fields: Message) => alertOf({ symbol: "A", action: "cancel", ...fields });
  assert.equal(read({ price: 9, time: "2026-11-24T00:00:00Z", alert_id: "x", quantity: 0 }).action, "cancel");
  assert.equal(read({ id: "17" }).id, "17");
  assert.equal(read({ order_type: "market", reduce_only: false, limit_price: 0, tp: 0 }).action, "cancel");
  assert.equal(read({ order_id: "17", side: "buy", quantity: 1, id: "Long" }).order_id, "17");
  assert.equal(read({ symbol: "*", id: "clean up" }).id, "clean up");
  assert.equal(read({ action: "cancel_orders", quantity: 1, id: "x" }).action, "cancel");
});

Deno.test("a limit is at the order's own price, not at the market's beside it, and of two it is refused", () => {
  const limit = (fields: Message) => alertOf({ ...base, type: "limit", ...fields });
  for (const market of ["signal_price", "close", "last", "ltp", "current_price"]) {
    for (const own of ["entry", "entry_price", "order_price", "prc", "rat"]) {
      assert.equal(limit({ [market]: 105, [own]: 100 }).limit_price, "100", `${market} ${own}`);
      assert.equal(alertOf({ ...base, type: "stop", [market]: 100, [own]: 105 }).stop_price, "105");
    }
    assert.equal(limit({ [market]: 105 }).limit_price, "105");
  }
  for (const own of ["entry", "entryPrice", "order_price"]) {
    assert.deepEqual(pathsOf({ ...base, type: "limit", price: 105, [own]: 100 }), ["limit_price"]);
    assert.deepEqual(pathsOf({ ...base, type: "limit", price: 105, close: 105, [own]: 100 }), [
      "limit_price",
    ]);
    assert.equal(limit({ price: "100.0", [own]: 100 }).limit_price, "100");
    assert.equal(limit({ price: 105, limit_price: 99, [own]: 100 }).limit_price, "99");
  }
  const market = read({ ...base, price: 100, entry_price: 95 });
  assert.ok(market.ok);
  assert.deepEqual([market.alerts[0]?.alert.price, market.alerts[0]?.ignored], ["100", ["entry_price"]]);
});

Deno.test("two flags, types, stops or trails that differ are refused, of whatever names", () => {
  const twice: [Message, string][] = [
    [{ close_position: "false", close_all: "true" }, "action"],
    [{ reverse: false, flip: true }, "action"],
    [{ reverse: false, mode: "reverse" }, "action"],
    [{ reduce_only: true, close_only: false }, "action"],
    [{ stop: 95, stop_loss: 90 }, "stop_loss.stop_price"],
    [{ order_type: "stop", stop: 105, stop_price: 106 }, "stop_price"],
    [{ trail_percent: 2, callback_rate: 3 }, "trail_percent"],
    [{ trail_amount: 2, trail_price: 3 }, "trail_amount"],
    [{ quantity_type: "percent_of_equity", qty_type: "fixed" }, "quantity_type"],
  ];
  for (const [fields, path] of twice) {
    assert.deepEqual(
      [...new Set(pathsOf({ ...base, price: 100, ...fields }))],
      [path],
      JSON.stringify(fields),
    );
  }
  assert.equal(alertOf({ ...base, stop: 95, stop_loss: "95.0" }).stop_loss?.stop_price, "95");
  assert.equal(alertOf({ ...base, reverse: true, mode: "reverse" }).target?.side, "long");
  assert.equal(alertOf({ ...base, quantity_type: "units", qty_type: "fixed" }).quantity_type, "units");
});

Deno.test("a size that its name counts in one way and its type in another is refused", () => {
  const order = { symbol: "A", action: "buy", price: 1 };
  const differ: Message[] = [
    { notional: 1000, quantity_type: "units" },
    { usd_amount: 50, quantity_type: "percent" },
    { percent_of_equity: 50, quantity_type: "fixed" },
    { position_percent: 50, quantity_type: "units" },
    { position_percent: 50, quantity_type: "percent_of_equity" },
  ];
  for (const fields of differ) assert.deepEqual(pathsOf({ ...order, ...fields }), ["quantity_type"]);
  const typeOf = (fields: Message) => alertOf({ ...order, ...fields }).quantity_type;
  assert.equal(typeOf({ usd_amount: 50, quantity_type: "cash" }), "notional");
  assert.equal(typeOf({ qty_percent: 50, quantity_type: "percent" }), "percent_of_equity");
  assert.equal(typeOf({ qty_percent: 50, quantity_type: "percent_of_position" }), "percent_of_position");
});

Deno.test("the one order of a list is the order only where none stands outside of it", () => {
  const stop = { type: "stop", price: 180 };
  for (const list of ["orders", "legs", "order_legs"]) {
    assert.ok(pathsOf({ ...base, price: 190, [list]: [stop] }).includes(list));
    assert.ok(pathsOf({ [list]: [stop], ...base, price: 190 }).includes(list));
    assert.ok(pathsOf({ data: { [list]: [stop] }, ...base }).includes(`data.${list}`));
    const { action, stop_price } = alertOf({ data: { [list]: [{ ...base, ...stop }] } });
    assert.deepEqual([action, stop_price], ["buy", "180"]);
    assert.equal(alertOf({ symbol: "A", [list]: [{ side: "sell", qty: 1 }] }).action, "sell");
  }
});

Deno.test("a number that is likely a flag, a count or a price in place of a distance is refused", () => {
  const sell = { symbol: "A", action: "sell", quantity: 1 };
  assert.deepEqual(pathsOf({ ...sell, close: "1" }), ["price"]);
  assert.deepEqual(pathsOf({ ...base, entry: "2" }), ["price"]);
  assert.deepEqual(pathsOf({ ...sell, price: 100, trail_price: 95 }), ["trail_amount"]);
  assert.equal(alertOf({ ...sell, close: "1.5" }).price, "1.5");
  assert.equal(alertOf({ ...sell, open: 1, high: 1, low: 1, close: 1 }).price, "1");
  assert.equal(alertOf({ ...base, entry: "2.5" }).price, "2.5");
  assert.equal(alertOf({ ...base, price: "2" }).price, "2");
  assert.equal(alertOf({ ...sell, price: 100, trail_price: 5 }).trail_amount, "5");
});

Deno.test("a comma in TradingView's text parts thousands, or its number is refused", () => {
  const text = (size: string) =>
    `Name (1, 2): order buy @ ${size} filled on A. New strategy position is ${size}`;
  for (
    const [size, read] of [["1,000.5", "1000.5"], ["12,345,678", "12345678"], ["5", "5"], ["1e3", "1000"]]
  ) {
    assert.equal(alertOf(text(size ?? "")).quantity, read);
  }
  for (const size of ["0,5", "1.000,5", "1,00", "10,0000", "1,000,5"]) {
    assert.deepEqual(pathsOf(text(size)).toSorted(), ["quantity", "target.quantity"], size);
  }
});

Deno.test("line ends that were sent as characters part lines, and those within a comment part none", () => {
  for (const end of ["\\n", "\\r\\n", "\n", "\r\n"]) {
    assert.equal(alertOf(["symbol=A", "action=buy", "quantity=1"].join(end)).quantity, "1");
    const line = `symbol=A; action=buy; quantity=1; comment=one${end}two`;
    assert.equal(alertOf(line).comment, "one two");
    assert.equal(alertOf(`${line}${end}stop_loss=9; price=10`).stop_loss?.stop_price, "9");
  }
  assert.equal(alertOf("symbol=A\naction=buy\nquantity=1\ncomment=stop; go").comment, "stop; go");
});
