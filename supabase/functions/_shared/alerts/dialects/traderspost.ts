import { has, plainName } from "../message.ts";
import type { Dialect } from "./dialect.ts";
import { beforeOurs } from "./own.ts";

/**
 * TradersPost signals (docs.traderspost.io, "Signal Message Reference"): `ticker`, `action`, `sentiment`, sizes by
 * `quantityType`, exits as `takeProfit` and `stopLoss`, which are our names in camel case. `signalPrice` is the market
 * price; `price` is its older name.
 */
export const traderspost: Dialect = {
  name: "traderspost",
  recognizes: (message) => has(message, "ticker"),
  ...beforeOurs({ symbol: ["ticker"], "target.side": ["sentiment"], price: ["signalPrice"] }),
  complete(fields) {
    // Documented there: without its own price, a limit or stop order takes the market price.
    const type = fields.get("order_type")?.value;
    const price = fields.get("price");
    if (price !== undefined) {
      if ((type === "limit" || type === "stop_limit") && !fields.has("limit_price")) {
        fields.set("limit_price", price);
      }
      if ((type === "stop" || type === "stop_limit") && !fields.has("stop_price")) {
        fields.set("stop_price", price);
      }
    }
    // `add` grows a position; which way, only the sentiment says.
    const action = fields.get("action");
    const side = fields.get("target.side")?.value;
    if (typeof action?.value !== "string" || plainName(action.value.trim()) !== "add") return;
    if (side === "long") fields.set("action", { ...action, value: "buy" });
    if (side === "short") fields.set("action", { ...action, value: "sell" });
  },
};
