import { absolute } from "../validators/decimal.ts";
import type { Problem } from "../http/errors.ts";
import { actionIn, at, decimalOf, take } from "./edit-fields.ts";
import type { Field, FieldName, Fields } from "./field-names.ts";
import { isScalar, plainText } from "./fits.ts";
import { interpretAction } from "./interpret-action.ts";
import {
  dropZeros,
  interpretSize,
  isPercentText,
  plainNumbers,
  refuseParts,
  resolvePercent,
} from "./interpret-order.ts";
import { isLeft, placePrices, refuseDoubtfulPrice, refuseDoubts, unusedPrice } from "./interpret-prices.ts";
import { isMessage, type Value } from "./message.ts";
import { neverOpen, refuseCurrent, sideIn } from "./position-side.ts";
import { SIDE_WORDS, WORDS_OF } from "./words.ts";

/**
 * Turns a sender's words into ours and its ways to say one thing into one, in place. What it does not know it leaves as it
 * is: the schema says what is wrong with it, in the field where it stands. The sender's names of those that have no use in
 * this order go to `unused`.
 */
export function interpret(fields: Fields, unused: string[]): Problem[] {
  for (const [name, words] of WORDS_OF) translate(fields, name, words);
  translate(fields, "previous.side", SIDE_WORDS);
  percentText(fields, "take_profit.limit_price", "take_profit.percent");
  percentText(fields, "stop_loss.stop_price", "stop_loss.percent");
  percentText(fields, "stop", "stop_loss.percent");
  dropSign(fields, "stop_loss.percent");
  const signed = plainNumbers(fields);
  dropZeros(fields);
  const sides = [fields.get("position_side"), fields.get("target.side")];
  const problems = [
    ...refuseTicket(fields),
    ...signed,
    ...placePrices(fields),
    ...interpretSize(fields, unused),
    ...interpretAction(fields),
  ];
  problems.push(...interpretTarget(fields), ...refuseDoubts(fields));
  if (!isLeft(fields)) {
    problems.push(...refuseParts(fields, ["take_profit.percent", "stop_loss.percent"]));
  }
  if (problems.length === 0) problems.push(...neverOpen(fields));
  problems.push(...refuseDoubtfulPrice(fields), ...refuseCurrent(fields), ...resolvePercent(fields));
  unused.push(...new Set([...overruled(fields, sides), ...unusedPrice(fields), ...dropUnused(fields)]));
  return problems;
}

/** The fields as the nested object that the schema reads: canonical names, the sender's values. */
export function toInput(fields: Fields): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, { value }] of fields) {
    const dot = name.indexOf(".");
    if (name === "take_profits" && Array.isArray(value)) input[name] = value.map(levelInput);
    else if (dot === -1) input[name] = plainValue(value);
    else {
      const outer = name.slice(0, dot);
      const before = input[outer];
      input[outer] = {
        ...typeof before === "object" ? before : {},
        [name.slice(dot + 1)]: plainValue(value),
      };
    }
  }
  return input;
}

/** One of several take profits, whose names are ours (see take-profits.ts). */
const levelInput = (level: Value): unknown => isMessage(level) ? Object.fromEntries(level) : {};

/** A scalar as it is; an object or array as one that no schema field takes. */
const plainValue = (value: Value): unknown => isScalar(value) ? value : {};

function translate(fields: Fields, name: FieldName, words: ReadonlyMap<string, string>): void {
  const field = fields.get(name);
  const word = field === undefined ? undefined : words.get(plainText(field.value));
  if (field !== undefined && word !== undefined) fields.set(name, { ...field, value: word });
}

/** `"take_profit": "5%"` is a distance, where a bare number would be a price. */
function percentText(fields: Fields, name: FieldName, percent: FieldName): void {
  const field = fields.get(name);
  if (typeof field?.value !== "string" || !field.value.endsWith("%") || fields.has(percent)) return;
  fields.delete(name);
  fields.set(percent, { ...field, value: field.value.slice(0, -1) });
}

/** A stop loss is a loss, whether or not its sender writes so: `-2` is 2 percent. */
function dropSign(fields: Fields, name: FieldName): void {
  const field = fields.get(name);
  const value = decimalOf(field);
  if (field !== undefined && value?.startsWith("-")) fields.set(name, { ...field, value: absolute(value) });
}

/** Brings side, size and signed size together; they may repeat each other, but not contradict. */
function interpretTarget(fields: Fields): Problem[] {
  const signed = take(fields, "position_size");
  if (signed !== undefined) return fromSigned(fields, signed);
  const size = fields.get("target.quantity");
  if (size !== undefined && !fields.has("target.side") && decimalOf(size) === "0") {
    fields.set("target.side", { ...size, value: "flat" });
  }
  return [];
}

function fromSigned(fields: Fields, signed: Field): Problem[] {
  const value = decimalOf(signed);
  if (value === null) {
    // Not a number: the schema says so at target.quantity.
    fields.set("target.quantity", signed);
    if (!fields.has("target.side")) fields.set("target.side", { ...signed, value: "long" });
    return [];
  }
  const side = value === "0" ? "flat" : value.startsWith("-") ? "short" : "long";
  const said = fields.get("target.side");
  const size = fields.get("target.quantity");
  const saidSize = decimalOf(size);
  fields.set("target.side", { ...signed, value: side });
  fields.set("target.quantity", { ...signed, value: absolute(value) });
  if (said !== undefined && said.value !== side) return [contradiction("target.side", said)];
  const isOther = saidSize !== null && absolute(saidSize) !== absolute(value);
  return isOther && size !== undefined ? [contradiction("target.quantity", size)] : [];
}

/** Above so many times the size of its order nobody's position is. */
const MOST_ORDERS = 10_000;

/**
 * A `position` that is the number of one, as MetaTrader has them, and no size: more than an order could have left, or of six
 * digits or more and against the action. A close leaves none. Less may be what a part of a position leaves.
 */
function refuseTicket(fields: Fields): Problem[] {
  const signed = fields.get("position_size");
  if (signed?.source !== "position") return [];
  const value = decimalOf(signed);
  if (value === null || value === "0") return [];
  const action = actionIn(fields);
  const size = Number(decimalOf(fields.get("quantity") ?? fields.get("volume")) ?? Infinity);
  const isLong = /^\d{6,}$/.test(value) && (action === "sell" || Number(value) > size * MOST_ORDERS);
  if (action !== "close" && !isLong) return [];
  fields.delete("position_size");
  const message =
    "looks like a ticket, not a size: leave it out, or send the position wanted as position_size";
  return [at("target.quantity", signed, message)];
}

function contradiction(path: string, { source }: Field): Problem {
  return { path, source, message: "contradicts position_size: only one of them can be meant" };
}

const EXITS = /^((take_profit|stop_loss)\.|take_profits$)/;
/** Flags that speak of the whole position. */
const CLOSES_ALL = new Set(["close_position", "close_all", "flatten", "close"]);

/** The names of sides beside a close of the other one, which says so in its own word: `close_long` closes no short position. */
function overruled(fields: Fields, sides: readonly (Field | undefined)[]): string[] {
  const side = fields.get("action")?.value === "close" ? sideIn(fields.get("target.side")) : undefined;
  if (side === undefined) return [];
  return sides.flatMap((said) => said !== undefined && (sideIn(said) ?? side) !== side ? [said.source] : []);
}

/** Takes away what has no use in this order. Answers the sender's names. */
function dropUnused(fields: Fields): string[] {
  fields.delete("reverse");
  fields.delete("reduce_only");
  return unusedIn(fields).flatMap((name) => take(fields, name)?.source ?? []);
}

function unusedIn(fields: Fields): FieldName[] {
  const [action, size] = [fields.get("action"), fields.get("quantity")];
  // A cancel reaches no position.
  if (action?.value === "cancel") return ["target.side", "target.quantity"];
  // A size in percent where the position wanted is known: of what is no question then.
  if (action?.value !== "close") {
    return fields.has("target.quantity") && isPercentText(size) ? ["quantity"] : [];
  }
  // Exits of a close, and its size when that is 0 units or a flag closes all.
  const isAll = CLOSES_ALL.has(action.source) || decimalOf(size) === "0" && !fields.has("quantity_type");
  return [...fields.keys()].filter((name) => EXITS.test(name) || isAll && name === "quantity");
}
