import { has } from "../message.ts";
import type { Dialect } from "./dialect.ts";
import { beforeOurs } from "./own.ts";

/**
 * The position wanted after the alert, flat in the message: `position_size` with its sign, or `market_position` and
 * `market_position_size`, as TradingView's placeholders of these names have them.
 */
export const targetSize: Dialect = {
  name: "target-size",
  recognizes: (message) => has(message, "position_size") || has(message, "market_position"),
  ...beforeOurs({}),
};
