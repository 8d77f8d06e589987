/** Messages as brokers' interfaces, bridges and scripts send them: what is clear is read, and what may mean two things is not. */

import assert from "node:assert/strict";
import { alertOf, buy, ignoredOf, problemsOf, read } from "./reading.ts";

const kraken = { type: "sell", volume: "1.25", pair: "XBTUSD" };
const ibkr = { symbol: "AAPL", action: "SELL", totalQuantity: 100, auxPrice: 0 };
const binance = { symbol: "BTCUSDT", side: "SELL", stopPrice: "70000", closePosition: "true" };
const coin = { symbol: "BTCUSDT", side: "buy", price: 64_000 };

const MEANT: [what: string, messages: unknown[], meant: Record<string, unknown>][] = [
  ["the currency of a price says nothing more", [
    buy({ price: "$1234.5" }),
    buy({ price: "1234.50 USD" }),
    buy({ price: undefined, entry: "€ 1,234.50" }),
    buy({ price: undefined, close: "USDT 1234.5" }),
  ], { price: "1234.5", quantity: "1", quantity_type: "units" }],
  ["a comma parts thousands where it can be nothing else", [
    buy({ quantity: "1,234,567", price: "1,234.50" }),
    buy({ quantity: "1,234,567.0", price: "1,234.5" }),
  ], { quantity: "1234567", price: "1234.5" }],
  ["a size says what it counts behind its number", [
    buy({ quantity: "100 USD" }),
    buy({ quantity: "100usdt" }),
    buy({ quantity: undefined, usd_amount: "$100" }),
    buy({ quantity: undefined, notional: "100 USDT" }),
    buy({ quantity: "100 USD", quantity_type: "notional" }),
  ], { quantity: "100", quantity_type: "notional" }],
  ["a size in units may say so, or name the coin of its symbol", [
    { ...coin, qty: "0.5 BTC" },
    { ...coin, symbol: "BINANCE:BTC/USDT", qty: "0.5 btc" },
    { ...coin, qty: "0.5 units" },
    { ...coin, amount: "0.5", currency: "BTC" },
  ], { quantity: "0.5", quantity_type: "units" }],
  ["percent is a word for its sign", [
    { symbol: "A", action: "close", qty: "50 percent" },
    { symbol: "A", action: "close", qty: "50pct" },
  ], { quantity: "50", quantity_type: "percent_of_position" }],
  ["a close of all closes all", [
    { symbol: "A", action: "close", side: "long", size: "all" },
    { symbol: "A", action: "close_long", qty: "MAX" },
  ], { action: "close", quantity: null, target: { side: "long", quantity: null } }],
  ["Kraken's stop-loss is a stop at its price", [{
    ...kraken,
    ordertype: "stop-loss",
    price: "37500",
    leverage: "2:1",
  }], {
    symbol: "XBTUSD",
    action: "sell",
    quantity: "1.25",
    order_type: "stop",
    stop_price: "37500",
    price: null,
  }],
  ["Kraken's stop-loss-limit has its limit in price2", [
    { ...kraken, ordertype: "stop-loss-limit", price: "37500", price2: "37400" },
  ], { order_type: "stop_limit", stop_price: "37500", limit_price: "37400", price: null }],
  ["a take profit as an order is a limit at its level", [
    { ...kraken, ordertype: "take-profit", price: "70000" },
    {
      symbol: "XBTUSD",
      side: "SELL",
      type: "TAKE_PROFIT_MARKET",
      qty: "1.25",
      stopPrice: "70000",
      reduceOnly: false,
    },
    { symbol: "XBTUSD", action: "SELL", orderType: "MIT", totalQuantity: "1.25", auxPrice: "70000" },
  ], {
    action: "sell",
    quantity: "1.25",
    order_type: "limit",
    limit_price: "70000",
    stop_price: null,
    price: null,
  }],
  ["IBKR's limit order", [{ ...ibkr, orderType: "LMT", lmtPrice: 150.25 }], {
    action: "sell",
    quantity: "100",
    order_type: "limit",
    limit_price: "150.25",
  }],
  ["IBKR's stop order", [
    { ...ibkr, orderType: "STP", auxPrice: 140 },
    { symbol: "AAPL", side: "SELL", orderType: "STP", quantity: 100, price: 140, transmit: true },
  ], { quantity: "100", order_type: "stop", stop_price: "140" }],
  ["IBKR's stop-limit order", [
    { ...ibkr, orderType: "STP LMT", auxPrice: 140, lmtPrice: 139 },
    { symbol: "AAPL", side: "SELL", orderType: "STOP_LIMIT", quantity: 100, auxPrice: 140, price: 139 },
  ], { quantity: "100", order_type: "stop_limit", stop_price: "140", limit_price: "139" }],
  ["IBKR's market order", [
    { ...ibkr, orderType: "MKT" },
  ], { quantity: "100", order_type: "market" }],
  ["IBKR's trailing order", [{ ...ibkr, orderType: "TRAIL", trailingPercent: 2 }], {
    order_type: "trailing_stop",
    trail_percent: "2",
  }],
  ["IBKR's short sale opens a short position", [{ ...ibkr, action: "SSHORT", orderType: "MKT" }], {
    action: "sell",
    target: { side: "short", quantity: null },
  }],
  ["IBKR's order in cash", [{ symbol: "AAPL", side: "BUY", cashQty: 500, orderType: "MKT" }], {
    quantity: "500",
    quantity_type: "notional",
  }],
  ["a sell that closes the position, as Binance has it, closes a long one", [
    { ...binance, type: "TAKE_PROFIT_MARKET" },
  ], {
    action: "close",
    order_type: "limit",
    limit_price: "70000",
    quantity: null,
    target: { side: "long", quantity: null },
  }],
  ["a buy that closes the position, as Binance has it, closes a short one", [
    { ...binance, side: "BUY", type: "STOP_MARKET" },
    { ...binance, side: "BUY", type: "STOP_MARKET", positionSide: "SHORT" },
    { ...binance, side: "BUY", type: "STOP_MARKET", positionSide: "BOTH" },
  ], { action: "close", order_type: "stop", stop_price: "70000", target: { side: "short", quantity: null } }],
  ["a close of a side's position that has an order's type is no order of Binance", [
    { ...binance, side: "long", type: "STOP_MARKET" },
  ], { action: "close", order_type: "stop", target: { side: "long", quantity: null } }],
  ["the types of orders have their word behind them with some", [
    { symbol: "A", side: "buy", qty: 1, order_type: "limit_order", limit_price: 9 },
    { symbol: "A", dir: "BUY", qty: 1, order_type: "LIMIT", limit_price: 9 },
  ], { action: "buy", order_type: "limit", limit_price: "9" }],
  ["how long an order rests may be its expiry, or in an object", [
    buy({ expiry: "DAY" }),
    buy({ TimeInForce: { Duration: "DAY" } }),
  ], { time_in_force: "day" }],
  ["TradingRouter's names", ["token=a,n_signal=closelong, n_symbol=EURUSD,n_qty=2"], {
    symbol: "EURUSD",
    action: "close",
    quantity: "2",
    target: { side: "long", quantity: null },
  }],
  ["a percent of less than a tenth is one under our own name, and with its sign", [
    buy({ stop_loss: { percent: 0.02 } }),
    buy({ sl: "0.02%" }),
  ], { stop_loss: { type: "stop", percent: "0.02" } }],
  ["so little of equity is meant where the type says so", [
    { symbol: "A", action: "buy", price: 1, quantity: 0.3, quantity_type: "percent_of_equity" },
    { ticker: "A", action: "buy", price: 1, quantity: 0.3, quantityType: "percent_of_equity" },
  ], { quantity: "0.3", quantity_type: "percent_of_equity" }],
  ["1 percent of equity is 1 percent", [{ symbol: "A", action: "buy", price: 1, qty_percent: 1 }], {
    quantity: "1",
    quantity_type: "percent_of_equity",
  }],
  ["a price may name the currency that its pair is quoted in", [
    { ...coin, qty: 1, price: "64000 USDT" },
    { ...coin, symbol: "BINANCE:BTCUSDT.P", qty: 1, price: "64,000.0 usd" },
    { ...coin, symbol: "BTC/USDT:USDT", qty: 1, price: "$64,000.00" },
  ], { price: "64000", quantity: "1" }],
  ["the coin of a pair as ccxt writes it", [
    { ...coin, symbol: "BTC/USDT:USDT", amount: "0.5", currency: "BTC" },
    { ...coin, symbol: "BTC-USDT-SWAP", qty: "0.5 BTC" },
    { ...coin, symbol: "BTC-PERP", qty: "0.5 btc" },
  ], { quantity: "0.5", quantity_type: "units" }],
  ["the exits of a close are of no use, whatever they mean", [
    { symbol: "NQ1!", action: "close", price: 21_000, tp: 100, sl: 50 },
    { symbol: "NQ1!", action: "exit", price: 21_000, sl_percent: 0.02, tp_percent: 0.05 },
    { symbol: "NQ1!", data: "close", quantity: 0, price: 21_000, tp: 100 },
    { platform_name: "binance", ticker: "NQ1!", order_action: "flat", stop_loss: 50, take_profit: 100 },
    { platform_name: "binance", ticker: "NQ1!", order_action: "close", take_profit: 100 },
  ], { action: "close", quantity: null, take_profit: null, stop_loss: null }],
  ["those of an order that leaves the position neither", [
    buy({ action: "sell", market_position: "flat", price: 21_000, tp: 100 }),
    buy({ action: "sell", position_size: 0, price: 21_000, sl_percent: 0.02 }),
  ], { action: "sell", quantity: "1", target: { side: "flat", quantity: "0" } }],
  ["to flatten beside what opens nothing", [
    buy({ action: "sell", reduce_only: true, flatten: true }),
    buy({ action: "sell", market_position: "flat", flatten: true }),
    buy({ action: "sell", position_size: "0", close_all: true }),
    buy({ action: "sell_to_close", close_all: "yes" }),
    buy({ quantity: 0, flatten: true }),
  ], { action: "close", quantity: null }],
  ["a flag that is not set flattens nothing", [
    buy({ flatten: false }),
    buy({ close_all: "false", closePosition: "false", is_close: 0 }),
    buy({ flatten: "", reduce_only: "" }),
  ], { action: "buy", quantity: "1" }],
  ["percents that the sender's documents leave no doubt of: PickMyTrade's", [
    { symbol: "NQ1!", data: "buy", quantity: 1, price: 21_000, percentage_sl: 0.05, percentage_tp: 0 },
  ], { stop_loss: { type: "stop", percent: "0.05" }, take_profit: null }],
  ["and TV-Hub's", [
    { pair: "BTCUSDT", isBuy: true, unitsType: "percent", unitsPercent: 0.5 },
  ], { quantity: "0.5", quantity_type: "percent_of_equity" }],
  ["netting is how positions are held here", [buy({ order_action: "buy", trade_type: "netting" })], {
    action: "buy",
  }],
];
for (const [what, messages, meant] of MEANT) {
  Deno.test(`of brokers and bridges: ${what}`, () => {
    for (const message of messages) {
      const alert: Record<string, unknown> = alertOf(message);
      for (const [field, value] of Object.entries(meant)) {
        assert.deepEqual(alert[field], value, `${field} of ${JSON.stringify(message)}`);
      }
    }
  });
}

const algoway = { platform_name: "binance", ticker: "BTCUSDT.P", order_contracts: "0.1" };

const REFUSED: [what: string, messages: unknown[], path: string, says: RegExp][] = [
  [
    "a comma that may be a decimal's",
    [
      buy({ price: "1,234" }),
      buy({ price: "1.234,5" }),
      buy({ price: "1,23.4" }),
    ],
    "price",
    /comma/,
  ],
  [
    "several prices in one, which are no thousands",
    [
      buy({ price: "100,105,110" }),
      buy({ price: "1,234,567" }),
    ],
    "price",
    /comma/,
  ],
  [
    "several targets in one",
    [
      buy({ price: undefined, tp: "190,195,200" }),
      buy({ price: undefined, action: "sell", take_profit: "1,234,567" }),
    ],
    "take_profit.limit_price",
    /comma/,
  ],
  ["several stops in one", [buy({ sl: "190,195,200" })], "stop_loss.stop_price", /comma/],
  [
    "a price in another currency than its pair's",
    [
      { ...coin, qty: 1, price: "60000 EUR" },
      { ...coin, qty: 1, price: "€60,000.00" },
      { ...coin, symbol: "KRAKEN:BTC/EUR", qty: 1, price: undefined, entry: "60000 USD" },
      { ...coin, symbol: "EURUSD", qty: 1, price: "1.08 EUR" },
    ],
    "price",
    /another currency/,
  ],
  ["a price that is no number, nor a currency", [{ ...coin, qty: 1, price: "NaN" }], "price", /empty/],
  [
    "a size in a coin that only begins its symbol's",
    [
      { ...coin, symbol: "ETHWUSDT", qty: "5 ETH" },
      { ...coin, symbol: "BTCDOMUSDT", qty: "5 BTC" },
      { ...coin, symbol: "1000PEPEUSDT", qty: "5 PEPE" },
    ],
    "quantity",
    /not a number/,
  ],
  [
    "a close of a position whose side the order adds to, as Binance has it",
    [
      { ...binance, type: "STOP_MARKET", positionSide: "SHORT" },
      { ...binance, type: "TAKE_PROFIT_MARKET", side: "BUY", positionSide: "LONG" },
    ],
    "position_side",
    /two values/,
  ],
  [
    "a size beside Binance's close of all",
    [
      { ...binance, type: "STOP_MARKET", quantity: 1 },
    ],
    "quantity",
    /closes all/,
  ],
  [
    "a size with a sign, which does not say in whose money",
    [
      buy({ quantity: "$100" }),
      buy({ quantity: "100€" }),
    ],
    "quantity",
    /currency sign/,
  ],
  [
    "a size in another coin, or in a unit that nobody knows",
    [
      { ...coin, qty: "100 EUR" },
      { ...coin, symbol: "BTCEUR", qty: "100 USD" },
      { ...coin, qty: "2 bags" },
      { ...coin, qty: "100 USDT", quantity_type: "units" },
    ],
    "quantity",
    /not a number/,
  ],
  [
    "an exit with a currency, which may be a distance",
    [buy({ tp: "$50" })],
    "take_profit.limit_price",
    /currency sign/,
  ],
  [
    "a price that is a distance by its sign",
    [
      buy({ type: "limit", price: "+5" }),
      { ...kraken, ordertype: "trailing-stop", price: "+5%" },
    ],
    "price",
    /distance by its sign/,
  ],
  [
    "Kraken's size in money, and its order that only rests",
    [
      { ...kraken, type: "buy", ordertype: "market", oflags: "viqc" },
      { ...kraken, ordertype: "limit", price: 9, oflags: "fciq,post" },
    ],
    "oflags",
    /quote_quantity/,
  ],
  [
    "Kraken's take-profit-limit",
    [
      { ...kraken, ordertype: "take-profit-limit", price: "70000", price2: "69900" },
    ],
    "order_type",
    /"take-profit-limit" is not an order type/,
  ],
  [
    "two prices of an order that waits for one",
    [
      { ...ibkr, orderType: "MIT", auxPrice: 140, lmtPrice: 141 },
    ],
    "limit_price",
    /sent twice/,
  ],
  [
    "a leverage beside money, which it may multiply",
    [
      { ...coin, quote_amount: 100, leverage: 10 },
      { ...coin, notional: 50, leverage: "10x" },
      { ...coin, qty_percent: 50, leverage: 5 },
      { ...coin, quantity: "100 USDT", leverage: "2:1" },
    ],
    "leverage",
    /size of the whole position/,
  ],
  [
    "a currency beside an amount, which it may count",
    [{ ...coin, amount: 100, currency: "USDT" }],
    "currency",
    /quote_quantity/,
  ],
  [
    "to flatten beside an order: before it or in its place",
    [
      buy({ flatten: true }),
      buy({ flatten: true, close_side: "short" }),
      buy({ action: "sell", close_all: "yes" }),
    ],
    "action",
    /as an alert of its own/,
  ],
  [
    "a percent of equity of less than 1",
    [
      { symbol: "A", action: "buy", price: 1, quantity_percent: 0.3 },
      { symbol: "A", action: "buy", price: 1, quantity: 0.3, quantity_type: "percent" },
    ],
    "quantity",
    /send 30 for 30/,
  ],
  [
    "a stop loss in percent that may be a part of 1",
    [
      buy({ sl_percent: 0.02 }),
      buy({ stopLossPct: "0.05" }),
    ],
    "stop_loss.percent",
    /part of 1/,
  ],
  [
    "a take profit in percent that may be a part of 1",
    [buy({ tp_percent: 0.05 })],
    "take_profit.percent",
    /part of 1/,
  ],
  [
    "a risk that may be a part of 1",
    [
      { symbol: "A", action: "buy", price: 10, sl: 9, risk_percent: 0.01 },
    ],
    "quantity",
    /part of 1/,
  ],
  [
    "a take profit that is hardly a price",
    [
      buy({ action: "sell", price: 21_000, tp: 100 }),
      buy({ price: 1.08, tp: 300 }),
    ],
    "take_profit.limit_price",
    /take_profit\.amount/,
  ],
  [
    "AlgoWay's take profit in points",
    [
      { ...algoway, order_action: "sell", take_profit: "100" },
      { ...algoway, order_action: "buy", take_profit: 100 },
      { ...algoway, order_action: "sell", take_profit: 100, stop_loss: 50 },
    ],
    "take_profit",
    /tp_price/,
  ],
  [
    "AlgoWay's stop loss in points",
    [{ ...algoway, order_action: "buy", stop_loss: 50 }],
    "stop_loss",
    /sl_price/,
  ],
  [
    "an underlying beside its option",
    [
      buy({ symbol: "NIFTY", tradingsymbol: "NIFTY2461224200CE" }),
      buy({ symbol: "AAPL", ticker: "AAPL240901C00150000" }),
    ],
    "symbol",
    /two values/,
  ],
  [
    "what only closes among other instructions",
    [
      { symbol: "A", side: "Sell", orderQty: 1, execInst: "Close,LastPrice" },
      { symbol: "A", side: "Sell", orderQty: 1, execInst: "ParticipateDoNotInitiate" },
    ],
    "execInst",
    /reduce_only/,
  ],
  [
    "an order that is not sent on",
    [{ ...ibkr, transmit: false }],
    "transmit",
    /unsent/,
  ],
  [
    "an order that hangs on another",
    [{ ...ibkr, parentId: 7 }, { ...ibkr, ocaGroup: "x", parent_id: 8 }],
    "parentId",
    /alert of its own/,
  ],
];
for (const [what, messages, path, says] of REFUSED) {
  Deno.test(`of brokers and bridges is refused ${what}`, () => {
    for (const message of messages) {
      const problems = problemsOf(message);
      const isSaid = problems.some((each) =>
        [each.path, each.source].some((name) =>
          name?.replaceAll("_", "").toLowerCase() === path.replaceAll("_", "").toLowerCase()
        ) &&
        says.test(each.message)
      );
      assert.ok(isSaid, JSON.stringify({ message, problems }));
    }
  });
}

Deno.test("a leverage that changes no size is listed: of units, of 1 or none, of a risk, of a position, beside one wanted", () => {
  for (
    const message of [
      { ...coin, qty: 1, leverage: 10 },
      { ...coin, quote_amount: 100, leverage: "1x" },
      { ...coin, quote_amount: 100, leverage: "1.0" },
      { ...coin, quote_amount: 100, leverage: "1.0x" },
      { ...coin, quote_amount: 100, leverage: 0 },
      { ...coin, quote_amount: 100, leverage: "isolated" },
      { ...coin, quote_amount: 100, leverage: 5, position_size: 1 },
      { ...coin, side: "sell", quote_amount: 100, leverage: 5, market_position: "flat" },
      { ...coin, risk_percent: 1, sl: 60_000, leverage: 10 },
      { symbol: "BTCUSDT", action: "close", qty: "50%", leverage: 10 },
      { ...coin, stake_amount: 100, leverage: 2 },
    ]
  ) assert.deepEqual(ignoredOf(message), ["leverage"], JSON.stringify(message));
});

Deno.test("an owner may accept a leverage beside money: the size is then what the message says", () => {
  const settingsOf = () => ({
    unknown_fields: "ignore" as const,
    default_quantity: null,
    default_quantity_type: "units",
    nonpositive_symbols: [],
  });
  const result = read({ ...coin, quote_amount: 100, leverage: 10 }, { settingsOf });
  assert.ok(result.ok);
  assert.deepEqual([result.alerts[0]?.alert.quantity, result.alerts[0]?.ignored], ["100", ["leverage"]]);
});

Deno.test("a buy of AlgoWay with both exits in points is left to the booking, which finds both on one side of the price", () => {
  const alert = alertOf({ ...algoway, order_action: "buy", stop_loss: 150, take_profit: 300 });
  assert.deepEqual([alert.stop_loss?.stop_price, alert.take_profit?.limit_price], ["150", "300"]);
});

Deno.test("a size under collateral, cost or sz takes no default size", () => {
  const settingsOf = () => ({
    unknown_fields: "refuse" as const,
    default_quantity: "3",
    default_quantity_type: "units",
    nonpositive_symbols: [],
  });
  for (const name of ["collateral", "cost", "sz"]) {
    const problems = problemsOf({ symbol: "A", action: "buy", [name]: 7 }, { settingsOf });
    assert.deepEqual(problems.map(({ path }) => path), [name]);
  }
});
