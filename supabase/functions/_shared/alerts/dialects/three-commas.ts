import { has } from "../message.ts";
import type { Dialect } from "./dialect.ts";
import { beforeOurs } from "./own.ts";

/**
 * 3Commas signal bots (help.3commas.io, "Signal bot: JSON file", strategy and custom type): `tv_instrument`, the
 * position after the order under `strategy_info`, the size under `order`. `max_lag` is the oldest signal to follow,
 * in seconds.
 */
export const threeCommas: Dialect = {
  name: "three-commas",
  recognizes: (message) => has(message, "tv_instrument"),
  ...beforeOurs({
    symbol: ["tv_instrument"],
    exchange: ["tv_exchange"],
    "target.side": ["strategy_info.market_position"],
    "target.quantity": ["strategy_info.market_position_size"],
    quantity: ["order.amount"],
    quantity_type: ["order.currency_type"],
    order_type: ["order.order_type"],
    price: ["trigger_price"],
    time: ["timestamp"],
    max_age: ["max_lag"],
  }),
};
