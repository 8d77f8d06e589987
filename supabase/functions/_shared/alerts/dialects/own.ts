import { FIELD_NAMES, indexNames, type NameIndex, type Names } from "../fields.ts";
import { plainName } from "../message.ts";
import type { Dialect } from "./dialect.ts";

/** Our own names, which are Alpaca's where it has one, and what people write instead. */
export const OWN_NAMES = {
  id: ["id", "alert_id", "signal_id", "client_order_id"],
  account: ["account"],
  strategy: ["strategy", "strategy_name", "strategy_id"],
  symbol: ["symbol", "ticker", "instrument", "pair"],
  exchange: ["exchange"],
  action: ["action", "order_action", "side", "direction"],
  position_side: ["position_side", "side", "direction"],
  "target.side": ["target.side", "target", "sentiment", "market_position"],
  "target.quantity": ["target.quantity", "market_position_size"],
  position_size: ["position_size", "target_size", "target_position"],
  quantity: ["quantity", "qty", "contracts", "order_contracts", "shares", "size"],
  quantity_type: ["quantity_type", "qty_type", "size_type"],
  order_type: ["order_type", "type"],
  price: ["price", "signal_price", "market_price", "order_price", "trigger_price", "close", "bar.close"],
  limit_price: ["limit_price"],
  stop_price: ["stop_price"],
  trail_amount: ["trail_amount", "trail_price"],
  trail_percent: ["trail_percent"],
  "take_profit.percent": ["take_profit.percent", "take_profit_percent", "tp_percent"],
  "take_profit.amount": ["take_profit.amount", "take_profit_amount"],
  "take_profit.limit_price": [
    "take_profit.limit_price",
    "take_profit.price",
    "take_profit",
    "take_profit_price",
    "tp",
  ],
  "stop_loss.type": ["stop_loss.type", "stop_loss_type"],
  "stop_loss.percent": ["stop_loss.percent", "stop_loss_percent", "sl_percent"],
  "stop_loss.amount": ["stop_loss.amount", "stop_loss_amount"],
  "stop_loss.stop_price": ["stop_loss.stop_price", "stop_loss.price", "stop_loss", "stop_loss_price", "sl"],
  "stop_loss.limit_price": ["stop_loss.limit_price"],
  "stop_loss.trail_amount": ["stop_loss.trail_amount", "stop_loss.trail_price"],
  "stop_loss.trail_percent": ["stop_loss.trail_percent"],
  time_in_force: ["time_in_force", "tif"],
  time: ["timenow", "time", "timestamp"],
  max_age: ["max_age", "max_lag"],
  interval: ["interval", "timeframe"],
  fee: ["fee", "commission"],
  comment: ["comment", "order_comment", "message"],
  order_id: ["order_id"],
  open: ["open", "bar.open"],
  high: ["high", "bar.high"],
  low: ["low", "bar.low"],
  close: ["close", "bar.close"],
} as const satisfies Required<Names>;

/**
 * A sender's names, and after them ours: what is added to a sender's message, be it an `id` or the position after
 * the order, is read as it would be anywhere else.
 */
export function beforeOurs(first: Names): { first: Names; names: NameIndex } {
  const all = FIELD_NAMES.map((field) => {
    const theirs = first[field] ?? [];
    const known = new Set(theirs.map(plainName));
    return [field, [...theirs, ...OWN_NAMES[field].filter((name) => !known.has(plainName(name)))]];
  });
  return { first, names: indexNames(Object.fromEntries(all)) };
}

/** Reads whatever no other dialect claims. */
export const own: Dialect = {
  name: "own",
  recognizes: () => true,
  ...beforeOurs({}),
};
