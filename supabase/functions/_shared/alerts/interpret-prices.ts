import type { Problem } from "../http/errors.ts";
import { compareDecimals } from "../validators/decimal.ts";
import { at, decimalOf, move, take, textOf } from "./edit-fields.ts";
import type { FieldName, Fields } from "./field-names.ts";
import { plainName, words } from "./message.ts";

/** Names of a price that is the market's, whatever the order's own price is. */
const MARKET_PRICES = new Set(
  words("signalprice marketprice close barclose lastprice last ltp currentprice"),
);

/** A limit order with a price and no limit price is a limit at that price; a stop order likewise. */
export function placePrices(fields: Fields): Problem[] {
  const type = fields.get("order_type")?.value;
  const problems = move(
    fields,
    "stop",
    type === "stop" || type === "stop_limit" ? "stop_price" : "stop_loss.stop_price",
  );
  const target = take(fields, "target_price");
  if (target !== undefined) {
    problems.push(
      at(
        "target",
        target,
        "is a number, which is a price: send it as take_profit, or the position wanted as position_size",
      ),
    );
  }
  if (type === "if_touched") return [...problems, ...placeTouched(fields)];
  const price = fields.get("price");
  const own: FieldName | null = (type === "limit" || type === "stop_limit") && !fields.has("limit_price")
    ? "limit_price"
    : type === "stop" && !fields.has("stop_price")
    ? "stop_price"
    : null;
  if (own === null) return problems;
  const isMarkets = price !== undefined && MARKET_PRICES.has(plainName(price.source).replaceAll(".", ""));
  const telling = take(fields, "order_price") ?? price;
  if (telling === undefined) return problems;
  if (price !== undefined && !isMarkets && decimalOf(price) !== decimalOf(telling)) {
    problems.push(at(own, telling, "is another price than price: send the order's own as " + own));
  }
  fields.set(own, telling);
  if (!isMarkets) fields.delete("price");
  return problems;
}

/**
 * A market order that waits for a better price than the market's, as a take profit does: on paper a limit order there. Its
 * level is the stop's, or the price alone.
 */
function placeTouched(fields: Fields): Problem[] {
  const type = fields.get("order_type");
  const level = take(fields, "stop_price") ?? take(fields, "price");
  if (type === undefined) return [];
  fields.set("order_type", { ...type, value: "limit" });
  if (level === undefined) return [];
  const limit = fields.get("limit_price");
  fields.set("limit_price", level);
  return limit === undefined
    ? []
    : [at("limit_price", limit, "is a second price: send order_type limit with one")];
}

/** Names of a price that is not used, as it is another than the one of the order. */
export function unusedPrice(fields: Fields): string[] {
  const own = take(fields, "order_price");
  if (own === undefined) return [];
  const value = decimalOf(own);
  return value === "0" || value === decimalOf(fields.get("price")) ? [] : [own.source];
}

/** A trailing distance of more than half the price is none: Alpaca's `trail_price` is a distance, others' is a price. */
export function refuseTrailPrice(fields: Fields): Problem[] {
  const trail = fields.get("trail_amount");
  if (trail === undefined) return [];
  const [distance, price] = [decimalOf(trail), decimalOf(fields.get("price"))];
  if (distance === null || price === null || Number(price) <= 0) return [];
  if (Number(distance) <= Number(price) / 2) return [];
  const message =
    "is near the price, and would be a distance: send that as trail_amount, or activation_price";
  return [at("trail_amount", trail, message)];
}

/**
 * A number that is likely no price, which the order would fill at: `"close": 1` beside a sell may be a flag, and `"entry": 2`
 * the second of several. Beside a bar it is the bar's.
 */
export function refuseDoubtfulPrice(fields: Fields): Problem[] {
  const price = fields.get("price");
  if (price?.source !== "close" && price?.source !== "entry") return [];
  const value = decimalOf(price);
  if (value === null || !/^\d$/.test(value)) return [];
  const action = fields.get("action")?.value;
  const isBar = fields.has("high") || fields.has("open");
  const isFlag = price.source === "close" && value === "1" && action === "sell" && !isBar;
  const isNumber = price.source === "entry" && (action === "buy" || action === "sell");
  if (!isFlag && !isNumber) return [];
  return [at("price", price, `is ${value}: if that is a price, send it as price, else leave it out`)];
}

/**
 * A stop that the message's own price has passed already, of an order that does not say its type: as an entry it would fill
 * at once and leave no stop. Who sends so means the exit.
 */
export function refusePassedStop(fields: Fields): Problem[] {
  const stop = fields.get("stop_price");
  if (stop === undefined || fields.has("order_type")) return [];
  const [level, price] = [decimalOf(stop), decimalOf(fields.get("price"))];
  if (level === null || price === null) return [];
  const action = fields.get("action")?.value;
  const order = compareDecimals(level, price);
  if (!(action === "buy" && order <= 0 || action === "sell" && order >= 0)) return [];
  const message = 'lies behind the price: send it as stop_loss, or with "order_type": "stop" or "stop_limit"';
  return [at("stop_price", stop, message)];
}

/** Prices, and what a distance in their place is. */
const DISTANCES = [
  ["take_profit.limit_price", "take_profit.amount"],
  ["stop_loss.stop_price", "stop_loss.amount"],
  ["stop", "stop_loss.amount"],
  ["limit_price", "limit_price"],
  ["stop_price", "stop_price"],
  ["price", "price"],
] as const;

/** A price with a plus, as `"tp": "+40"`, is a distance where a number alone is a price. */
export function refuseSigned(fields: Fields): Problem[] {
  return DISTANCES.flatMap(([name, path]) => {
    const field = fields.get(name);
    if (field === undefined || !textOf(field).startsWith("+")) return [];
    const send = name === path ? "" : `${path}, or `;
    return [at(path, field, `is a distance by its sign: send ${send}the price without a sign`)];
  });
}

/** A take profit of more than ten times, or less than a tenth of the message's own price is hardly one: points are sent so. */
export function refuseFarProfit(fields: Fields): Problem[] {
  const profit = fields.get("take_profit.limit_price");
  const [level, price] = [decimalOf(profit), decimalOf(fields.get("price"))].map(Number);
  if (profit === undefined || !level || !price || price < 0) return [];
  if (level >= price / 10 && level <= price * 10) return [];
  const message =
    "is far from the price, and may be a distance: send take_profit.amount or take_profit.percent";
  return [at("take_profit.limit_price", profit, message)];
}
