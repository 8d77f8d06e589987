import assert from "node:assert/strict";
import { alertOf } from "./reading.ts";

/** Kinds of saying something that several senders share: the messages, and what all of them mean. */
const KINDS: [kind: string, messages: unknown[], meant: Record<string, unknown>][] = [
  ["side and type of the order may stand in one word", [
    { symbol: "A", order_type: "buy_limit", lot: 1, price: 9 },
    { symbol: "A", action: "BUYLIMIT", lots: 1, price: 9 },
    { symbol: "A", type: "ORDER_TYPE_BUY_LIMIT", volume: 1, price: 9 },
    { symbol: "A", action: "buy", type: "Buy Limit", qty: 1, price: 9 },
    "signal=limit_buy,symbol=A,qty=1,limit_price=9",
  ], { action: "buy", order_type: "limit", limit_price: "9", quantity: "1", target: null }],
  ["a stop in one word with its side is a stop order", [
    { symbol: "A", order_type: "sell_stop", lot: 1, price: 9 },
    { symbol: "A", cmd: "ORDER_TYPE_SELL_STOP", lots: 1, stop_price: 9 },
  ], { action: "sell", order_type: "stop", stop_price: "9" }],
  ["a long in one word with its type never ends short", [
    "signal=limit_long,symbol=A,qty=1,limit_price=9",
    { symbol: "A", side: "LONG_LIMIT", qty: 1, price: 9 },
  ], { action: "buy", order_type: "limit", limit_price: "9", target: { side: "long", quantity: null } }],
  ["the type of a position is its side", [
    { symbol: "A", type: "POSITION_TYPE_SELL", volume: 1, price: 9 },
    { symbol: "A", order_type: "ORDER_TYPE_SELL", volume: 1, price: 9 },
  ], { action: "sell", order_type: "market", quantity: "1", price: "9" }],
  ["the type of an order has many names", [
    { symbol: "A", action: "buy", qty: 1, prctyp: "LMT", price: 9 },
    { symbol: "A", action: "buy", qty: 1, ordtyp: "LIMIT", price: 9 },
    { symbol: "A", action: "buy", qty: 1, orderStyle: "limit", price: 9 },
    { symbol: "A", action: "buy", qty: 1, entry_type: "limit", price: 9 },
    { symbol: "A", side: "buy", qty: 1, order: "limit", price: 9 },
    { tsym: "A", trantype: "B", qty: 1, prctyp: "LMT", prc: 9, ret: "DAY" },
  ], { action: "buy", order_type: "limit", limit_price: "9", price: null }],
  ["STOPLOSS_LIMIT and SL are stops with a limit", [
    { symbol: "A", action: "buy", qty: 1, ordertype: "STOPLOSS_LIMIT", price: 9, triggerprice: 8 },
    { symbol: "A", action: "buy", qty: 1, prctyp: "SL", prc: 9, trgprc: 8 },
  ], { order_type: "stop_limit", limit_price: "9", stop_price: "8" }],
  ["a duration that is a time in force is one", [
    { symbol: "A", action: "buy", qty: 1, price: 9, duration: "IOC" },
    { symbol: "A", action: "buy", qty: 1, price: 9, ret: "IOC" },
  ], { time_in_force: "ioc" }],
  ["a list of one order is that order", [
    { orders: [{ symbol: "A", side: "buy", quantity: 1, orderType: "MKT" }] },
    { command: "PLACE_ORDERS", orders: [{ symbol: "A", tradeType: "BUY", quantity: 1, variety: "REGULAR" }] },
  ], { symbol: "A", action: "buy", quantity: "1", order_type: "market" }],
  ["an instrument may be an object", [
    { instrument: { ticker: "A" }, order: { action: "buy", quantity: 1 } },
    { instrument: { symbol: "A", type: "spot" }, action: "buy", qty: 1 },
  ], { symbol: "A", action: "buy", quantity: "1" }],
  ["an alert may be the order in words", [
    { alert: "Limit Long", ticker: "A", qty: 1, limit_price: 9 },
    { signal: "limit_long", ticker: "A", amt: 1, typ: "limit", price: 9 },
  ], { action: "buy", order_type: "limit", limit_price: "9", target: { side: "long", quantity: null } }],
  ["a stop-limit in words with its side is one", [
    { alert: "STOPLIMIT Short", ticker: "A", qty: 1, stop_price: 9, limit_price: 8 },
    { action: "sell_stop_limit", symbol: "A", qty: 1, stopPx: 9, price: 8 },
  ], { action: "sell", order_type: "stop_limit", stop_price: "9", limit_price: "8" }],
  ["all of a position is closed in many words", [
    { alert: "Market Close", ticker: "A" },
    { command: "closelongshort", symbol: "A" },
    { symbol: "A", close: "all" },
    { order_type: "FLAT", trade_pair: "A" },
  ], { symbol: "A", action: "close", quantity: null, target: null }],
  ["a flag may be the order", [
    { symbol: "A", isClose: true, closeLong: true },
    { ticker: "A", type: "crypto", buy: false, sell: true, short: false, cover: false },
  ], { action: "close", target: { side: "long", quantity: null } }],
  ["a flag of a side is that side", [
    { symbol: "A", buy: true, sell: false, qty: 1 },
    { symbol: "A", type: "stock", buy: "yes", size: 1 },
  ], { action: "buy", quantity: "1", order_type: "market" }],
  ["an exchange's order is read by its own names", [
    { product_id: "BTC-USD", side: "BUY", quote_size: "50" },
    { product_id: "BTC-USD", side: "BUY", order_configuration: { market_market_ioc: { quote_size: "50" } } },
  ], { symbol: "BTC-USD", action: "buy", quantity: "50", quantity_type: "notional" }],
  ["a pending order of MetaTrader opens at its open price", [
    { symbol: "A", type: "ORDER_TYPE_BUY_STOP", volume: 1, openPrice: 9 },
    { symbol: "A", type: "ORDER_TYPE_BUY_STOP", volume: 1, price: 9 },
  ], { action: "buy", order_type: "stop", stop_price: "9", price: null }],
  ["the one leg of a list is the order", [
    {
      orderType: "MARKET",
      orderLegCollection: [{
        instruction: "Buy",
        quantity: 1,
        instrument: { symbol: "A", assetType: "EQUITY" },
      }],
    },
    { symbol: { value: "A", id: "A 1" }, quantity: 1, orderType: "Market", direction: "Buy" },
  ], { symbol: "A", action: "buy", quantity: "1", order_type: "market" }],
  ["one symbol in two spellings is one", [
    { symbol: "BTC-USDC", ticker: "BTCUSDC", action: "buy", qty: 1, pair: "BTC/USDC" },
    { ticker: "BTCUSDC", symbol: "COINBASE:BTCUSDC", action: "buy", qty: 1 },
  ], { symbol: "BTCUSDC", action: "buy" }],
  ["a market that is a pair is the symbol", [
    { market: "BTC-USDC", order: "buy", size: 1 },
    { market: "btc-usdc", side: "buy", qty: 1 },
  ], { symbol: "BTC-USDC", action: "buy", quantity: "1" }],
  ["a part of the position is closed by its percentage", [
    { symbol: "A", action: "close", side: "long", close_percentage: 25 },
    { symbol: "A", action: "reduce", side: "long", position_percentage: 25 },
    { symbol: "A", side: "CloseLong", amount: "%25" },
    { symbol: "A", action: "exit_long", size: "25%" },
    { symbol: "A", action: "PARTIAL_LONG", size: "25%" },
    { symbol: "A", action: "reduce_long", size: "25%" },
  ], {
    action: "close",
    quantity: "25",
    quantity_type: "percent_of_position",
    target: { side: "long", quantity: null },
  }],
  ["increase and scale_in are entries to a side", [
    { symbol: "A", action: "increase", side: "short", qty: 2 },
    { symbol: "A", action: "scale_in", sentiment: "short", qty: 2 },
  ], { action: "sell", quantity: "2", target: { side: "short", quantity: null } }],
  ["an @ before a size says units", [
    { symbol: "A", side: "OpenLong", amount: "@0.006" },
    "side=buy;symbol=A;amount=@ 0.006",
  ], { quantity: "0.006", quantity_type: "units" }],
  ["a stop loss is a loss with or without its sign", [
    { symbol: "A", action: "buy", qty: 1, price: 9, stopLossPercentage: "-3" },
    { symbol: "A", action: "buy", qty: 1, price: 9, sl: "-3%" },
    { symbol: "A", action: "buy", qty: 1, price: 9, stopLoss: { stop_percentage: 3 } },
    "SIGNAL=BUY\nSYMBOL=A\nVOLUME=1\nPRICE=9\nSTOP_PRICE=-3%",
  ], { action: "buy", stop_loss: { type: "stop", percent: "3" } }],
  ["a close of 0, or by a flag, closes all", [
    { symbol: "A", data: "close", quantity: "0" },
    { contract: "A", size: 0, price: "0", close: true },
    { symbol: "A", action: "close_at_market_price" },
    { symbol: "A", command: "SquareOffPosition" },
  ], { action: "close", quantity: null, price: null, target: null }],
  ["an exit that another field says is no order to open", [
    { symbol: "A", side: "sell", quantity: 1, intent: "exit" },
    "command=CLOSEPOSITION;instrument=A;action=SELL;quantity=1;",
  ], { action: "close", quantity: "1" }],
  ["an order that is an exit never opens", [
    { symbol: "A", action: "sell", quantity: 1, is_exit: true },
    { symbol: "A", side: "SELL", qty: 1, exitOnly: "yes" },
  ], { action: "sell", quantity: "1", target: { side: "long", quantity: null } }],
  ["Bitget's close of a long is a close of a long", [
    { symbol: "A", size: "1", side: "buy", tradeSide: "close", orderType: "market" },
    { symbol: "A", size: "1", side: "Buy", tradeSide: "CLOSE", productType: "USDT-FUTURES" },
  ], { action: "close", quantity: "1", target: { side: "long", quantity: null } }],
  ["Bitget's opening is its side", [
    { symbol: "A", size: "1", side: "sell", tradeSide: "open" },
    { symbol: "A", size: "1", side: "sell", tradeSide: "OPEN", productType: "USDT-FUTURES" },
  ], { action: "sell", quantity: "1", target: null }],
  ["all orders are canceled under several names", [
    "command=CANCELALLORDERS;instrument=A;",
    { symbol: "A", action: "cancel_orders" },
    { symbol: "A", action: "cancelAll" },
  ], { symbol: "A", action: "cancel" }],
  ["CrossTrade's reversal is a position wanted", [
    "command=REVERSEPOSITION;instrument=A;action=SELL;qty=2;",
    "command=REVERSE;instrument=A;action=SELL;qty=2;",
  ], { action: "sell", quantity: null, target: { side: "short", quantity: "2" } }],
  ["OctoBot's STOP_PRICE of a stop order is its own", [
    "SIGNAL=BUY\nSYMBOL=A\nVOLUME=1\nORDER_TYPE=STOP\nSTOP_PRICE=12",
    "SIGNAL=BUY;SYMBOL=A;VOLUME=1;ORDER_TYPE=stop_market;STOP_PRICE=12",
  ], { order_type: "stop", stop_price: "12", stop_loss: null }],
  ["line ends that came as two characters end lines", [
    "SYMBOL = A;\\nSIGNAL = sell;\\nVOLUME = 2;\\n",
    "symbol=A\\naction=sell\\nqty=2",
  ], { symbol: "A", action: "sell", quantity: "2" }],
  ["a comma within brackets ends no pair", [
    "params:(84, close, (1, 2)),order_action:buy,contracts:2,ticker:A",
    "order_action=buy,contracts=2,ticker=A,name=RSI (14, close)",
  ], { symbol: "A", action: "buy", quantity: "2" }],
  ["money is money for those who count in it", [
    { stub: "dev", symbol: "A", direction: "long", size: "11" },
    { key: "k", type: "entry", side: "long", pair: "a", positionSize: "11", signalId: "1" },
  ], { action: "buy", quantity: "11", quantity_type: "notional", target: { side: "long", quantity: null } }],
  ["a percentage says nothing where the position wanted is known", [
    { ticker: "A", action: "buy", order_size: "100%", position_size: "2" },
    { ticker: "A", action: "buy", qty: "10%", market_position: "long", market_position_size: 2 },
  ], { quantity: null, target: { side: "long", quantity: "2" } }],
  ["targets that are prices are exits", [
    { symbol: "A", action: "buy", qty: 1, profitTarget: 12, stopLossTarget: 8 },
    {
      symbol: "A",
      type: "market",
      side: "buy",
      amount: 1,
      params: { stopLoss: { triggerPrice: 8 }, takeProfit: { triggerPrice: 12 } },
    },
  ], { take_profit: { limit_price: "12" }, stop_loss: { type: "stop", stop_price: "8" } }],
  ["figures of a report are no order", [
    {
      symbol: "A",
      type: "exit",
      direction: "Long",
      amount: 1,
      profit_amount: 10,
      profit_ratio: 0.1,
      exit_reason: "roi",
    },
    { symbol: "A", action: "exit", side: "long", size: 1, exitPrice: 20, trigger_time: "2026-01-01" },
    { symbol: "A", action: "close", side: "long", qty: 1, cancel_orders: true },
  ], { action: "close", quantity: "1", target: { side: "long", quantity: null } }],
  ["an option's own symbol may be called an option", [
    { symbol: "AAPL240901C00150000", action: "buy", quantity: 1, class: "option" },
    { symbol: "AAPL240901C00150000", action: "buy", quantity: 1, sec_type: "OPT" },
  ], { symbol: "AAPL240901C00150000", action: "buy", quantity: "1" }],
];
for (const [kind, messages, meant] of KINDS) {
  Deno.test(`in every spelling ${kind}`, () => {
    for (const message of messages) {
      const alert: Record<string, unknown> = alertOf(message);
      for (const [field, value] of Object.entries(meant)) {
        assert.deepEqual(alert[field], value, `${field} of ${JSON.stringify(message)}`);
      }
    }
  });
}
