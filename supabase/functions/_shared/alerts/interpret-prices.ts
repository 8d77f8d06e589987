import type { Problem } from "../http/errors.ts";
import { compareDecimals } from "../validators/decimal.ts";
import { tickerOf } from "../validators/names.ts";
import { actionIn, at, decimalOf, move, take, textOf } from "./edit-fields.ts";
import type { FieldName, Fields } from "./field-names.ts";
import { plainName, words } from "./message.ts";

/** Names of a price that is the market's, whatever the order's own price is. */
const MARKET_PRICES = new Set(
  words("signalprice marketprice close barclose lastprice last ltp currentprice"),
);

/** The price of an order that takes the message's where it has none of its own. */
const OWN_PRICES = new Map<unknown, FieldName>([
  ["limit", "limit_price"],
  ["stop_limit", "limit_price"],
  ["stop", "stop_price"],
]);

/** A limit order with a price and no limit price is a limit at that price; a stop order likewise. */
export function placePrices(fields: Fields): Problem[] {
  const type = fields.get("order_type");
  const isStop = type?.value === "stop" || type?.value === "stop_limit";
  const problems = move(fields, "stop", isStop ? "stop_price" : "stop_loss.stop_price");
  const target = take(fields, "target_price");
  if (target !== undefined) {
    const message =
      "is a number, which is a price: send it as take_profit, or the position wanted as position_size";
    problems.push(at("target", target, message));
  }
  // A market order that waits for a better price, as a take profit does, is a limit order there on paper.
  if (type?.value === "if_touched") {
    fields.set("order_type", { ...type, value: "limit" });
    const isLimited = fields.has("limit_price") && !fields.has("stop_price");
    problems.push(...move(fields, isLimited ? "price" : "stop_price", "limit_price"));
  }
  const own = OWN_PRICES.get(fields.get("order_type")?.value);
  if (own === undefined || fields.has(own)) return problems;
  const price = fields.get("price");
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

/** Names of a price that is not used, as it is another than the one of the order. */
export function unusedPrice(fields: Fields): string[] {
  const own = take(fields, "order_price");
  if (own === undefined) return [];
  const value = decimalOf(own);
  return value === "0" || value === decimalOf(fields.get("price")) ? [] : [own.source];
}

/** Whether the position is left: what would have been its exits are of no use then, whatever they mean. */
export const isLeft = (fields: Fields): boolean =>
  fields.get("action")?.value === "close" || fields.get("target.side")?.value === "flat";

type IsDoubtful = (level: string, price: string, fields: Fields) => boolean;

/** What is hardly what its name says, beside the message's own price. */
const DOUBTS: readonly [name: FieldName, isDoubtful: IsDoubtful, message: string][] = [
  // Alpaca's `trail_price` is a distance, others' is a price.
  [
    "trail_amount",
    (distance, price) => Number(price) > 0 && Number(distance) > Number(price) / 2,
    "is near the price, and would be a distance: send that as trail_amount, or activation_price",
  ],
  // Points are sent so.
  [
    "take_profit.limit_price",
    (level, price, fields) =>
      Number(price) > 0 && !isLeft(fields) &&
      (Number(level) < Number(price) / 10 || Number(level) > Number(price) * 10),
    "is far from the price, and may be a distance: send take_profit.amount or take_profit.percent",
  ],
  // As an entry it would fill at once and leave no stop. Who sends so without the order's type means the exit.
  [
    "stop_price",
    (level, price, fields) =>
      !fields.has("order_type") &&
      (actionIn(fields) === "buy" && compareDecimals(level, price) <= 0 ||
        actionIn(fields) === "sell" && compareDecimals(level, price) >= 0),
    'lies behind the price: send it as stop_loss, or with "order_type": "stop" or "stop_limit"',
  ],
];

export function refuseDoubts(fields: Fields): Problem[] {
  return DOUBTS.flatMap(([name, isDoubtful, message]) => {
    const field = fields.get(name);
    if (field === undefined) return [];
    const [level, price] = [decimalOf(field), decimalOf(fields.get("price"))];
    if (level === null || price === null) return [];
    return isDoubtful(level, price, fields) ? [at(name, field, message)] : [];
  });
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

const PRICES = ["price", "limit_price", "stop_price", "open", "high", "low", "close"] as const;

/** The code of a price of 0 or below: the instrument may allow it. */
export const NONPOSITIVE = "invalid_price";

/**
 * Prices of 0 and below, but for the symbols that they are `allowed` for. A close at 0 is left to the booking: an option may
 * expire worthless, and whether this is a contract the instrument's terms tell.
 */
export function refuseNonpositive(fields: Fields, allowed: readonly string[]): Problem[] {
  const problems = PRICES.flatMap((name) => {
    const field = fields.get(name);
    const value = decimalOf(field);
    if (field === undefined || value === null || value !== "0" && !value.startsWith("-")) return [];
    const isLeft = name === "price" && value === "0";
    if (isLeft && fields.get("action")?.value === "close") return [];
    const message = `must be more than 0${isLeft ? ": leave it out of a market order" : ""}`;
    return [{ ...at(name, field, message), code: NONPOSITIVE }];
  });
  if (problems.length === 0) return [];
  const symbol = textOf(fields.get("symbol")).toUpperCase();
  const names = [symbol, tickerOf(symbol), `${textOf(fields.get("exchange")).toUpperCase()}:${symbol}`];
  return allowed.some((name) => names.includes(name)) ? [] : problems;
}
