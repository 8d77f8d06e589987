import { isMessage, valueOf } from "../message.ts";
import type { Dialect } from "./dialect.ts";
import { beforeOurs } from "./own.ts";

/**
 * The nested template that TradingView users share: the strategy's placeholders under `strategy`, the bar's under
 * `bar`. `market_position` and its size are the position after the order, so the target is known. `order_id` is the
 * label of the entry in Pine ("Long"), the same every time: it is no id of the alert.
 */
export const strategy: Dialect = {
  name: "strategy",
  recognizes: (message) => isMessage(valueOf(message, "strategy")),
  ...beforeOurs({
    strategy: ["strategy_name", "strategy_id", "strategy.name"],
    symbol: ["ticker", "symbol"],
    action: ["strategy.order_action", "strategy.order.action"],
    "target.side": ["strategy.market_position"],
    "target.quantity": ["strategy.market_position_size"],
    position_size: ["strategy.position_size"],
    quantity: ["strategy.order_contracts", "strategy.order.contracts"],
    price: ["strategy.order_price", "strategy.order.price"],
    time: ["timenow", "time", "timestamp", "bar.time"],
    comment: ["strategy.order_comment", "strategy.order.comment"],
  }),
};
