import { compareDecimals } from "../validators/decimal.ts";
import type { Problem } from "../http/errors.ts";
import { at, decimalOf, isTrue, move, take } from "./edit-fields.ts";
import type { Field, FieldName, Fields } from "./field-names.ts";
import { plainText } from "./fits.ts";
import { plainName } from "./message.ts";
import { ACTION_WORDS } from "./words.ts";

/** Where senders write 0 for none. */
const ZERO_IS_NONE: ReadonlySet<FieldName> = new Set([
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
  "position_percent",
  "risk_percent",
  "risk_notional",
  "volume",
]);

/** Takes away what says none by 0. */
export function dropZeros(fields: Fields): void {
  for (const [name, field] of fields) {
    if (!ZERO_IS_NONE.has(name)) continue;
    // In our own objects (`take_profit.percent`) a 0 would be a mistake: who wants none leaves it out.
    if (decimalOf(field) === "0" && !field.source.includes(".")) fields.delete(name);
  }
  // The position wanted says how much: OpenAlgo's smart order closes with a quantity of 0.
  const isTarget = fields.has("position_size") || fields.has("target.quantity");
  if (isTarget && decimalOf(fields.get("quantity")) === "0") fields.delete("quantity");
  // Who says the type of the order, or that it closes, writes 0 for the price that it does not take.
  if (
    (fields.has("order_type") || isTrue(fields.get("close_position"))) &&
    decimalOf(fields.get("price")) === "0"
  ) {
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

const EXIT_PRICES = ["take_profit.limit_price", "stop_loss.stop_price", "stop"] as const;

/** An exit with a plus, as `"tp": "+40"`, is a distance where a number alone is a price. */
export function refuseSignedExits(fields: Fields): Problem[] {
  const problems: Problem[] = [];
  for (const name of EXIT_PRICES) {
    const field = fields.get(name);
    if (field === undefined || !textOf(field).startsWith("+")) continue;
    const path = name === "take_profit.limit_price" ? "take_profit.amount" : "stop_loss.amount";
    problems.push(at(path, field, `is a distance by its sign: send ${path}, or the price without a sign`));
  }
  return problems;
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

const BAR_FIELDS = ["open", "high", "low", "close", "interval"] as const;

/** Fields that say how much. */
const SIZE_FIELDS: readonly FieldName[] = [
  "quantity",
  "quote_quantity",
  "percent_quantity",
  "position_percent",
  "risk_percent",
  "risk_notional",
  "target.quantity",
  "position_size",
];

/** Fields that are a size, and what they count. */
const SIZES = [
  ["quote_quantity", "notional"],
  ["percent_quantity", "percent"],
  ["position_percent", "percent_of_position"],
  ["risk_percent", "risk_percent"],
  ["risk_notional", "risk_notional"],
] as const;

/**
 * One quantity and what it counts, of the ways to say so; two that differ are a problem. A volume that is neither goes to `unused`.
 */
export function interpretSize(fields: Fields, unused: string[]): Problem[] {
  const problems: Problem[] = [];
  const volume = take(fields, "volume");
  // `{{volume}}` comes with the bar that it is of, or with the interval of the chart.
  const isBars = BAR_FIELDS.some((name) => fields.has(name));
  // A bar has a volume, too: only where nothing else says how much is it the order's.
  if (volume !== undefined && !isBars) {
    if (SIZE_FIELDS.some((name) => fields.has(name))) unused.push(volume.source);
    else fields.set("quantity", volume);
  }
  for (const [name, type] of SIZES) {
    const field = take(fields, name);
    if (field === undefined) continue;
    // The position wanted says how much: a risk beside it says another thing.
    const isTarget = fields.has("position_size") || fields.has("target.quantity");
    if (fields.has("quantity") || isTarget && type.startsWith("risk")) {
      problems.push(at("quantity", field, "is sent beside another size: only one can be meant"));
    } else if (name === "position_percent" && isFraction(field)) {
      problems.push(
        at("quantity", field, "is a percentage of at most 1: send 50 for a half of the position"),
      );
    } else {
      fields.set("quantity", field);
      // A percentage in a field of money is none of it.
      if (!isPercentText(field)) fields.set("quantity_type", { value: type, source: field.source });
    }
  }
  readSizeText(fields);
  return problems;
}

const isFraction = (field: Field): boolean => /^0*(\.\d+|1)(\.0*)?$/.test(decimalOf(field) ?? "");

const textOf = (field: Field | undefined): string =>
  typeof field?.value === "string" ? field.value.trim() : "";
export const isPercentText = (field: Field | undefined): boolean => /^%|%$/.test(textOf(field));

/** A size with its sign: `%50` is `50%`, `@2` is 2 units, and the minus of a sell's size says no more than the sell. */
function readSizeText(fields: Fields): void {
  const size = fields.get("quantity");
  if (size === undefined) return;
  const text = textOf(size);
  const rest = text.slice(1).trim();
  const action = plainText(fields.get("action")?.value ?? "");
  if (text.startsWith("-") && ACTION_WORDS.get(action)?.action === "sell") {
    fields.set("quantity", { ...size, value: rest });
  }
  if (text.startsWith("@") && !fields.has("quantity_type")) fields.set("quantity", { ...size, value: rest });
  if (text.startsWith("%")) fields.set("quantity", { ...size, value: `${rest}%` });
}

/**
 * A percentage without a word of what it is of: of the position where that is reduced, else of equity. `"50%"` alone says so
 * in a close only: of a purchase nobody can tell.
 */
export function resolvePercent(fields: Fields): void {
  const size = fields.get("quantity");
  const isClose = fields.get("action")?.value === "close";
  if (isClose && size !== undefined && isPercentText(size) && !fields.has("quantity_type")) {
    fields.set("quantity", { ...size, value: textOf(size).slice(0, -1) });
    fields.set("quantity_type", { ...size, value: "percent" });
  }
  const type = fields.get("quantity_type");
  if (type?.value !== "percent") return;
  const reduces = isClose || isTrue(fields.get("reduce_only"));
  fields.set("quantity_type", { ...type, value: reduces ? "percent_of_position" : "percent_of_equity" });
}
