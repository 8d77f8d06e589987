import type { Problem } from "../http/errors.ts";
import { at, decimalOf, isTrue, move, take } from "./edit-fields.ts";
import type { FieldName } from "./field-names.ts";
import type { Fields } from "./fields.ts";
import { plainName } from "./message.ts";

/** Where senders write 0 for none. */
const ZERO_IS_NONE: readonly FieldName[] = [
  "take_profit.percent",
  "take_profit.amount",
  "take_profit.limit_price",
  "stop_loss.percent",
  "stop_loss.amount",
  "stop_loss.stop_price",
  "stop_loss.limit_price",
  "stop_loss.trail_amount",
  "stop_loss.trail_percent",
  "trail_amount",
  "trail_percent",
  "limit_price",
  "stop_price",
  "stop",
  "quote_quantity",
  "percent_quantity",
  "volume",
];

/** Takes away what says none by 0. */
export function dropZeros(fields: Fields): void {
  for (const name of ZERO_IS_NONE) {
    const field = fields.get(name);
    // In our own objects (`take_profit.percent`) a 0 would be a mistake: who wants none leaves it out.
    if (decimalOf(field) === "0" && !field?.source.includes(".")) fields.delete(name);
  }
  // The position wanted says how much: OpenAlgo's smart order closes with a quantity of 0.
  const isTarget = fields.has("position_size") || fields.has("target.quantity");
  if (isTarget && decimalOf(fields.get("quantity")) === "0") fields.delete("quantity");
  // Who says the type of the order writes 0 for the price that it does not take.
  if (fields.has("order_type") && decimalOf(fields.get("price")) === "0") {
    fields.delete("price");
  }
}

/** Names of a price that is the market's, whatever the order's own price is. */
const MARKET_PRICES = new Set([
  "signalprice",
  "marketprice",
  "close",
  "barclose",
  "lastprice",
  "last",
  "ltp",
  "currentprice",
]);

/** A limit order with a price and no limit price is a limit at that price; a stop order likewise. */
export function placePrices(fields: Fields): Problem[] {
  const type = fields.get("order_type")?.value;
  const stop = fields.get("stop");
  if (stop !== undefined) {
    move(fields, "stop", type === "stop" || type === "stop_limit" ? "stop_price" : "stop_loss.stop_price");
  }
  const target = take(fields, "target_price");
  const problems = target === undefined ? [] : [
    at(
      "target",
      target,
      "is a number, which is a price: send it as take_profit, or the position wanted as position_size",
    ),
  ];
  const price = fields.get("price");
  const own: FieldName | null = (type === "limit" || type === "stop_limit") && !fields.has("limit_price")
    ? "limit_price"
    : type === "stop" && !fields.has("stop_price")
    ? "stop_price"
    : null;
  if (price === undefined || own === null) return problems;
  fields.set(own, price);
  if (!MARKET_PRICES.has(plainName(price.source).replaceAll(".", ""))) fields.delete("price");
  return problems;
}

const BAR_FIELDS = ["open", "high", "low", "close", "interval"] as const;

/** One quantity and what it counts, of the ways to say so; two that differ are a problem. */
export function interpretSize(fields: Fields): Problem[] {
  const problems: Problem[] = [];
  const volume = take(fields, "volume");
  // `{{volume}}` comes with the bar that it is of, or with the interval of the chart.
  const isBars = BAR_FIELDS.some((name) => fields.has(name));
  const hasSize = [
    "quantity",
    "quote_quantity",
    "percent_quantity",
    "target.quantity",
    "position_size",
  ] as const;
  // A bar has a volume, too: only where nothing else says how much is it the order's.
  if (volume !== undefined && !isBars && !hasSize.some((name) => fields.has(name))) {
    fields.set("quantity", volume);
  }
  for (const [name, type] of [["quote_quantity", "notional"], ["percent_quantity", "percent"]] as const) {
    const field = take(fields, name);
    if (field === undefined) continue;
    if (fields.has("quantity")) {
      problems.push(at("quantity", field, "is sent beside another size: only one can be meant"));
    } else {
      fields.set("quantity", field);
      fields.set("quantity_type", { value: type, source: field.source });
    }
  }
  return problems;
}

/**
 * A percentage without a word of what it is of: of the position where that is reduced, else of equity. `"50%"` alone says so
 * in a close only: of a purchase nobody can tell.
 */
export function resolvePercent(fields: Fields): void {
  const size = fields.get("quantity");
  const isClose = fields.get("action")?.value === "close";
  if (
    isClose && typeof size?.value === "string" && size.value.trim().endsWith("%") &&
    !fields.has("quantity_type")
  ) {
    fields.set("quantity", { ...size, value: size.value.trim().slice(0, -1) });
    fields.set("quantity_type", { ...size, value: "percent" });
  }
  const type = fields.get("quantity_type");
  if (type?.value !== "percent") return;
  const reduces = isClose || isTrue(fields.get("reduce_only"));
  fields.set("quantity_type", { ...type, value: reduces ? "percent_of_position" : "percent_of_equity" });
}
