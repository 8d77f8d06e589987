import type { Problem } from "../http/errors.ts";
import { isCoinOf, isInOtherCurrency, PLAIN_NUMBERS } from "./amounts.ts";
import { actionIn, at, decimalOf, isTrue, take, textOf } from "./edit-fields.ts";
import { type Field, type FieldName, type Fields, pathOf } from "./field-names.ts";
import { plainText } from "./fits.ts";
import { plainName, type Value, words } from "./message.ts";
import { addsTo, hasSize, sideIn } from "./position-side.ts";
import { QUANTITY_TYPE_WORDS } from "./words.ts";

/** Where senders write 0 for none. */
const ZERO_IS_NONE: ReadonlySet<string> = new Set(words(`
  limit_price stop_price trail_amount trail_percent stop volume
  take_profit.percent take_profit.amount take_profit.limit_price
  stop_loss.percent stop_loss.amount stop_loss.limit_price stop_loss.stop_price stop_loss.trail_amount stop_loss.trail_percent`));

export function dropZeros(fields: Fields): void {
  for (const [name, field] of fields) {
    if (!ZERO_IS_NONE.has(name)) continue;
    // In our own objects (`take_profit.percent`) a 0 would be a mistake: who wants none leaves it out.
    if (decimalOf(field) === "0" && !field.source.includes(".")) fields.delete(name);
  }
  // The position wanted says how much: OpenAlgo's smart order closes with a quantity of 0.
  const isTarget = hasSize(fields);
  if (isTarget && decimalOf(fields.get("quantity")) === "0") fields.delete("quantity");
  // Who says the type of the order, or that it closes, writes 0 for the price that it does not take.
  if (
    (fields.has("order_type") || isTrue(fields.get("close_position"))) &&
    decimalOf(fields.get("price")) === "0"
  ) {
    fields.delete("price");
  }
}

const BAR_FIELDS = ["open", "high", "low", "close", "interval"] as const;

/** `{{volume}}` comes with the bar that it is of, the interval of the chart, or `{{ticker}}` and a time: a bridge says `symbol`. */
const isOfBar = (fields: Fields): boolean =>
  BAR_FIELDS.some((name) => fields.has(name)) ||
  fields.has("time") && fields.get("symbol")?.source === "ticker";

/** Fields that are a size, and what they count. */
const SIZES = [
  ["quote_quantity", "notional"],
  ["percent_quantity", "percent"],
  ["position_percent", "percent_of_position"],
  ["close_percent", "percent_of_position"],
  ["risk_percent", "risk_percent"],
  ["risk_notional", "risk_notional"],
] as const;

const SIZE_FIELDS = ["quantity", "target.quantity", "position_size", ...SIZES.map(([name]) => name)] as const;

/**
 * One quantity and what it counts, of the ways to say so; two that differ are a problem. A volume that is neither goes to `unused`.
 */
export function interpretSize(fields: Fields, unused: string[]): Problem[] {
  const problems = refuseParts(fields, ["risk_percent"]);
  // A bar has a volume, too, which stays where it is: only where nothing else says how much is another the order's.
  const volume = isOfBar(fields) ? undefined : take(fields, "volume");
  if (volume !== undefined) {
    if (SIZE_FIELDS.some((name) => fields.has(name))) unused.push(volume.source);
    else fields.set("quantity", volume);
  }
  for (const [name, type] of SIZES) {
    const field = take(fields, name);
    if (field === undefined) continue;
    const isZero = decimalOf(field) === "0";
    if (isZero && isClose(fields) && !SIZE_FIELDS.some((each) => fields.has(each))) {
      problems.push(at("quantity", field, "is 0: say how much to close, or leave it out to close all"));
    }
    if (isZero) continue;
    // A percentage that is closed of a position only reduces it.
    if (name === "close_percent") fields.set("reduce_only", { ...field, value: true });
    // The position wanted says how much: a risk beside it says another thing.
    const isTarget = hasSize(fields);
    if (fields.has("quantity") || isTarget && type.startsWith("risk")) {
      problems.push(at("quantity", field, "is sent beside another size: only one can be meant"));
    } else if (type === "percent_of_position" && isFraction(field)) {
      problems.push(fractionOf(field));
    } else {
      fields.set("quantity", field);
      // A percentage in a field of money is none of it.
      const said = fields.get("quantity_type");
      if (said !== undefined && !counts(said, type)) {
        problems.push(
          at("quantity_type", said, `is another than that of the size: leave it out, or send quantity`),
        );
      } else if (!isPercentText(field) && said === undefined) {
        fields.set("quantity_type", { value: type, source: field.source });
      }
    }
  }
  readSizeText(fields);
  return problems;
}

/** Whether a word for what a size counts says what its name says: `percent` leaves open of what. */
const counts = (said: Field, type: string): boolean =>
  said.value === type || type.startsWith("percent") && said.value === "percent" ||
  type === "percent" && /^percent_of_/.test(String(said.value));

const isClose = (fields: Fields): boolean =>
  actionIn(fields) === "close" || isTrue(fields.get("close_position")) || fields.has("close_side");

const fractionOf = (field: Field): Problem =>
  at("quantity", field, "is a percentage of at most 1: send 50 for a half of the position");

/** Names of one sender's percents, whose documents leave no doubt: 0.05 is 0.05 % for PickMyTrade, and for TV-Hub. */
const SURE_PERCENTS: ReadonlySet<string> = new Set(words("percentage_tp percentage_sl units_percent"));

/** Percents that some send as parts of 1, so that 0.02 may be 2: our own names, and a text with its sign, are percents. */
export function refuseParts(fields: Fields, names: readonly FieldName[]): Problem[] {
  const message = "may be a part of 1: send 2 for 2 percent, or a text with the sign, as 0.02%";
  return names.flatMap((name) => {
    const field = fields.get(name);
    const isOther = field !== undefined && /^[^.]*(percent|pct)/.test(field.source) &&
      !SURE_PERCENTS.has(field.source);
    return isOther && /^0\.0/.test(decimalOf(field) ?? "") ? [at(pathOf(name), field, message)] : [];
  });
}

const isFraction = (field: Field): boolean => /^0*(\.\d+|1)(\.0*)?$/.test(decimalOf(field) ?? "");

export const isPercentText = (field: Field | undefined): boolean => /^%|%$/.test(textOf(field));

/** Prices, and what a distance in their place is. */
const DISTANCES = new Map<FieldName, string>([
  ["take_profit.limit_price", "take_profit.amount"],
  ["stop_loss.stop_price", "stop_loss.amount"],
  ["stop", "stop_loss.amount"],
  ["limit_price", "limit_price"],
  ["stop_price", "stop_price"],
  ["price", "price"],
]);

/** Prices that may name their currency. */
const MARKET_OR_ORDER: ReadonlySet<string> = new Set(words("price limit_price stop_price"));

/**
 * Takes from numbers what says nothing more, so that they can be read. A price with a plus, as `"tp": "+40"`, is a distance
 * where a number alone is a price: it is refused.
 */
export function plainNumbers(fields: Fields): Problem[] {
  const problems: Problem[] = [];
  const symbol = textOf(fields.get("symbol"));
  for (const [name, field] of fields) {
    const plain = PLAIN_NUMBERS.get(name);
    if (plain === undefined || typeof field.value !== "string" || !/[^\d.]/.test(field.value)) continue;
    const path = DISTANCES.get(name);
    if (path !== undefined && textOf(field).startsWith("+")) {
      const send = name === path ? "" : `${path}, or `;
      problems.push(at(path, field, `is a distance by its sign: send ${send}the price without a sign`));
    } else if (MARKET_OR_ORDER.has(name) && isInOtherCurrency(field.value, symbol)) {
      problems.push(
        at(name, field, "is in another currency than its symbol: send the price in the symbol's"),
      );
    } else fields.set(name, { ...field, value: plain(field.value.trim()) });
  }
  return problems;
}

/** A size with what it counts behind it: `10 shares`, `100 USDT`, `50 percent`, and the coin of its symbol, as `0.5 BTC`. */
function readUnit(fields: Fields): void {
  const size = fields.get("quantity");
  const [, number, unit = ""] = /^([\d.]+) ?([a-z]+)$/i.exec(textOf(size)) ?? [];
  if (size === undefined || number === undefined) return;
  const word = plainName(unit);
  const type = isCoinOf(textOf(fields.get("symbol")), word) ? "units" : QUANTITY_TYPE_WORDS.get(word);
  const said = fields.get("quantity_type");
  if (type === "percent") fields.set("quantity", { ...size, value: `${number}%` });
  else if (type === "notional" && isInOtherCurrency(textOf(size), textOf(fields.get("symbol")))) return;
  else if (type !== undefined && (said?.value ?? type) === type) {
    fields.set("quantity", { ...size, value: number });
    fields.set("quantity_type", said ?? { ...size, value: type });
  }
}

/** A size with its sign: `%50` is `50%`, `@2` is 2 units, and the minus of a sell's size says no more than the sell. */
function readSizeText(fields: Fields): void {
  const size = fields.get("quantity");
  if (size === undefined) return;
  const text = textOf(size);
  if (!/[^\d.]/.test(text)) return;
  const rest = text.slice(1).trim();
  if (text.startsWith("-") && actionIn(fields) === "sell") fields.set("quantity", { ...size, value: rest });
  if (text.startsWith("@") && !fields.has("quantity_type")) fields.set("quantity", { ...size, value: rest });
  if (text.startsWith("%")) fields.set("quantity", { ...size, value: `${rest}%` });
  if (/^(all|full|max)$/i.test(text) && isClose(fields)) fields.delete("quantity");
  readUnit(fields);
}

/**
 * Whether an unknown field makes another size of the one that was read: a leverage multiplies money with some senders and not
 * with others, but for freqtrade's stake; and beside an amount a currency says what it counts, unless it is the symbol's coin.
 */
export function changesSize(name: string, value: Value, fields: Fields): boolean {
  // The position wanted says how much.
  if (hasSize(fields) || fields.get("target.side")?.value === "flat") return false;
  const size = fields.get("quantity")?.source ?? "";
  const type = textOf(fields.get("quantity_type"));
  if (/^lever(age)?$/.test(name)) {
    return /^(notional|percent_of_equity)$/.test(type) && size !== "stake_amount";
  }
  return name === "currency" && type === "" && /^(order_|trade_)?amount$/.test(size) &&
    !isCoinOf(textOf(fields.get("symbol")), plainText(value));
}

/** Whether the order takes from a position and opens none: a close, what only reduces, a sell that ends long at least. */
function reduces(fields: Fields): boolean {
  const action = fields.get("action")?.value;
  const adds = addsTo(action);
  const side = sideIn(fields.get("target.side"));
  const isClamped = adds !== undefined && side !== undefined && side !== adds &&
    !fields.has("target.quantity");
  return action === "close" || isTrue(fields.get("reduce_only")) || isClamped;
}

/**
 * A percentage without a word of what it is of: of the position where that is reduced, else of equity. `"50%"` alone says so
 * only where it is: of a purchase nobody can tell. Returns what is wrong with it.
 */
export function resolvePercent(fields: Fields): Problem[] {
  const size = fields.get("quantity");
  const sent = fields.get("quantity_type");
  const isText = sent === undefined && isPercentText(size);
  const type = isText ? size : sent?.value === "percent" ? sent : undefined;
  if (type === undefined) return [];
  const ofPosition = reduces(fields);
  if (isText && !ofPosition) return [];
  if (isText) fields.set("quantity", { ...type, value: textOf(size).slice(0, -1) });
  fields.set("quantity_type", { ...type, value: ofPosition ? "percent_of_position" : "percent_of_equity" });
  if (size === undefined || !isFraction(size)) return [];
  if (ofPosition) return [fractionOf(size)];
  // Of equity some send 0.3 for 30 percent, as others do for 0.3: `1` is likely the percent.
  const message = 'is less than 1 percent: send 30 for 30, or "quantity_type": "percent_of_equity" if so';
  return decimalOf(size) === "1" || SURE_PERCENTS.has(size.source) ? [] : [at("quantity", size, message)];
}
