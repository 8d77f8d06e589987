import type { FieldName } from "../field-names.ts";
import { knownName, plainPath } from "../fields.ts";
import { has, isMessage, type Message, valueOf } from "../message.ts";
import { type Dialect, dialect } from "./dialect.ts";

/**
 * 3Commas signal bots (help.3commas.io, "Signal bot: JSON file", strategy and custom type): the position after the order
 * stands under `strategy_info`, the size under `order`. `trigger_price` is the market's price. `max_lag` is the oldest
 * signal to follow, in seconds.
 */
const threeCommas = dialect("three-commas", (message) => has(message, "tv_instrument"), [
  { field: "price", names: ["trigger_price"] },
]);

/** HyperTrade: the ticker stands under `general`; the position's size under `market` has no sign, its side stands beside it. */
const hyperTrade = dialect(
  "hyper-trade",
  (message) => isMessage(valueOf(message, "general")) && isMessage(valueOf(message, "market")),
  [{ field: "target.quantity", names: ["market.position_size"] }],
);

/**
 * The nested template that TradingView users share: the strategy's placeholders under `strategy`, the bar's under `bar`.
 * The market position and its size are those after the order, so the target is known.
 */
const strategy = dialect("strategy", (message) => isMessage(valueOf(message, "strategy")), [
  { field: "symbol", names: ["ticker", "symbol"] },
  { field: "price", names: ["order_price", "order.price"] },
]);

/**
 * The position wanted after the alert, flat in the message: `position_size` with its sign, or `market_position` and
 * `market_position_size`, as TradingView's placeholders of these names have them.
 */
const targetSize = dialect(
  "target-size",
  (message) => has(message, "position_size") || has(message, "market_position"),
);

/**
 * TradersPost signals (docs.traderspost.io, "Signal Message Reference"): `ticker`, `action`, `sentiment`, sizes by
 * `quantityType`, exits as `takeProfit` and `stopLoss`, which are our names in camel case. `signalPrice` is the market
 * price, which a limit or stop order takes that has no price of its own; `price` is its older name.
 */
const traderspost = dialect("traderspost", (message) => has(message, "ticker"), [
  { field: "symbol", names: ["ticker"] },
  { field: "target.side", names: ["sentiment"] },
  { field: "price", names: ["signal_price"] },
]);

/** OctoBot's TradingView mode: lines of `SIGNAL`, `SYMBOL`, …, whose `STOP_PRICE` is where the position is left. */
const octoBot = dialect(
  "octobot",
  (message) => has(message, "signal") && has(message, "symbol") && !has(message, "action"),
  [{ field: "stop_loss.stop_price", names: ["stop_price"] }],
);

/** Reads whatever no other dialect claims. */
const own = dialect("own", () => true);

/** The dialects in the order in which they are asked: the most telling marks first, and `own`, which takes all, last. */
export const DIALECTS: readonly Dialect[] = [
  threeCommas,
  hyperTrade,
  strategy,
  targetSize,
  traderspost,
  octoBot,
  own,
];

/** The dialect that reads this message. */
export function dialectOf(message: Message): Dialect {
  return DIALECTS.find((each) => each.recognizes(message)) ?? own;
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
