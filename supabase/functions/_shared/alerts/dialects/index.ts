import { SEND } from "../advice.ts";
import type { FieldName } from "../field-names.ts";
import { knownName, plainPath } from "../name-index.ts";
import { fits } from "../fits.ts";
import { type Message, plainName, type Value } from "../message.ts";
import { type Dialect, dialect } from "./dialect.ts";

const KRAKEN = "pair ordertype volume type=buy|sell";
const PENDING = "type=order_type_buy_limit|order_type_buy_stop|order_type_sell_limit|order_type_sell_stop";
const NO_TEST = ["test", SEND.dryRun] as const;

const own = dialect("own", () => true);

/** The dialects in the order in which they are asked: the most telling marks first, and `own`, which takes all, last. */
export const DIALECTS: readonly Dialect[] = [
  // 3Commas signal bots (help.3commas.io, "Signal bot: JSON file", strategy and custom type): the position after the order
  // stands under `strategy_info`, the size under `order`. `trigger_price` is the market's price. `max_lag` is the oldest
  // signal to follow, in seconds.
  dialect("three-commas", "tvinstrument", [["price", "trigger_price"]]),
  // HyperTrade: the ticker stands under `general`; the position's size under `market` has no sign, its side stands beside it.
  dialect("hyper-trade", "general{} market{}", [["target.quantity", "market.position_size"]]),
  // The nested template that TradingView users share: the strategy's placeholders under `strategy`, the bar's under `bar`.
  // The market position and its size are those after the order, so the target is known.
  dialect("strategy", "strategy{}", [["symbol", "ticker symbol"], ["price", "order_price order.price"]]),
  // Zignaly's signals of an entry: `positionSize` is money. Others' `position_size` is TradingView's, beside an `action`.
  dialect("zignaly", "type=entry|buy signalid pair !action !marketposition", [
    ["quote_quantity", "position_size"],
  ]),
  // TrendFi: a flag for each of four orders, of which `sell` and `cover` leave the whole position.
  dialect("trendfi", "buy sell short cover", [
    ["action", "sell", "flag", "exit_long"],
    ["action", "cover", "flag", "exit_short"],
  ]),
  // AlgoWay (docs.algoway.trade, "JSON Schema"): `stop_loss` and `take_profit` are distances in points, which are no prices;
  // `sl_price` and `tp_price` are. A buy with both is left to the booking, which finds both on one side of the price.
  // In a close they have no use.
  dialect("algoway-close", "platformname orderaction=flat|close|closelong|closeshort"),
  dialect("algoway-bracket", "platformname orderaction=buy|long stoploss takeprofit"),
  dialect("algoway", "platformname orderaction", [], [
    ["stop_loss", "send sl_price: stop_loss is a distance in points there"],
    ["take_profit", "send tp_price: take_profit is a distance in points there"],
  ]),
  // Kraken's orders (docs.kraken.com, "AddOrder"): `price` is the trigger of a stop-loss and of a take-profit, and `price2`
  // the limit of one that has a limit.
  dialect("kraken-limit", `${KRAKEN} ordertype=stop-loss-limit|take-profit-limit`, [
    ["stop_price", "price"],
    ["limit_price", "price2"],
  ]),
  dialect("kraken", KRAKEN, [
    ["order_type", "order_type", "a stop loss", "stop"],
    ["order_type", "order_type", "if touched", "mit"],
    ["order_type", "order_type", "order type"],
  ]),
  // Binance's conditional orders that close a position: of the side that theirs takes from, which must be the one that they
  // name, and all of it (developers.binance.com, "New Order": `closePosition` cannot be sent with `quantity`).
  dialect("binance-close", "closeposition=true type=stop_market|take_profit_market side=buy|sell !action", [
    ["close_side", "position_side pos_side", "side"],
    ["position_side", "position_side pos_side", "text"],
    ["close_side", "side", "sell", "long"],
    ["close_side", "side", "buy", "short"],
  ], [["quantity qty size amount", "send reduceOnly in place of closePosition, which closes all"]]),
  // TradingRouter for NinjaTrader (tradingrouter.com, "Syntax for NinjaTrader"): all names but the token's begin with `n_`.
  dialect("trading-router", "nsignal", [["action", "n_signal"], ["symbol", "n_symbol"], [
    "quantity",
    "n_qty",
  ]]),
  // Bybit's spot orders: a market buy counts in the quote currency, unless `marketUnit` says otherwise.
  dialect("bybit-spot", "category=spot ordertype=market side=buy !marketunit", [], [
    ["qty", "send quote_quantity, or marketUnit baseCoin where it counts units"],
  ]),
  // The position wanted after the alert, flat in the message: `position_size` with its sign, or `market_position` and
  // `market_position_size`, as TradingView's placeholders of these names have them.
  dialect("target-size", "positionsize|marketposition", [], [NO_TEST]),
  // TradersPost signals (docs.traderspost.io, "Signal Message Reference"): `ticker`, `action`, `sentiment`, sizes by
  // `quantityType`, exits as `takeProfit` and `stopLoss`, which are our names in camel case. `signalPrice` is the market
  // price, which a limit or stop order takes that has no price of its own; `price` is its older name. With `test` nothing is traded.
  dialect("traderspost", "ticker", [
    ["symbol", "ticker"],
    ["target.side", "sentiment"],
    ["price", "signal_price"],
  ], [NO_TEST]),
  // OctoBot's TradingView mode: lines of `SIGNAL`, `SYMBOL`, …, whose `STOP_PRICE` is where the position is left, except of a
  // stop order, which it enters. Several take profits (`TAKE_PROFIT_PRICE`, `TAKE_PROFIT_PRICE_1`, …) share the order evenly.
  dialect("octobot", "signal symbol !action", [["stop", "stop_price"]], [], true),
  // thibaultyou's tradingview-alerts-processor: `stub` names an account, and `size` is in dollars.
  dialect("alerts-processor", "stub", [["quote_quantity", "size"]]),
  // Towerflow: `size` is money in an order that opens, and units in one that closes: which it is, it knows.
  dialect("towerflow", "dilution", [], [["size", "send quantity, or quote_quantity where it is money"]]),
  // Bitget's hedge mode: beside `tradeSide` `close`, `side` is the side of the position, as `buy` for a long one.
  dialect("bitget", "tradeside side", [
    ["action", "trade_side", "close"],
    ["action", "side trade_side"],
    ["position_side", "side", "buy", "long"],
    ["position_side", "side", "sell", "short"],
    ["position_side", "side", "side"],
  ]),
  // MetaTrader's pending orders: the price that they open at.
  dialect("metatrader-pending", PENDING, [["price", "price open_price"]]),
  // CrossTrade: `command` says more than `action`, which beside a `CLOSEPOSITION` says only how. It has commands that do more
  // than one thing, or one to a template (`FLATTENEVERYTHING`, `CANCELPLACE`, `CLOSESTRATEGY`): beside them an `action` is no
  // order. Where no position wanted stands beside it, `strategy` is the template of a NinjaTrader ATM, which sets the exits.
  dialect(
    "cross-trade",
    (message) => {
      const command = message.get("command") ?? "";
      const isOrder = fits(command, "action") && !fits(command, "close") && !fits(command, "reverse");
      return command !== "" && message.has("instrument") && !isOrder;
    },
    [["action", "command", "close"], ["reverse", "command", "reverse"]],
    [
      ["strategy", "an ATM's exits are not known here: send take_profit and stop_loss"],
      ["command", SEND.each, "not place"],
    ],
  ),
  own,
];

export function dialectOf(message: Message): Dialect {
  const plain = new Map<string, Value>();
  for (const [name, value] of message) plain.set(plainName(name), value);
  return DIALECTS.find((each) => each.recognizes(plain)) ?? own;
}

/** The canonical field that a sender's path means, in whatever dialect knows it, and that sender's name for it. */
export function canonicalName(path: string): { field: FieldName; source: string } | undefined {
  const plain = plainPath(path);
  for (const { names } of DIALECTS) {
    const place = names.places.get(knownName(plain, names) ?? "")?.[0];
    if (place !== undefined) return { field: place.field, source: path.includes(".") ? path : place.source };
  }
  return undefined;
}
