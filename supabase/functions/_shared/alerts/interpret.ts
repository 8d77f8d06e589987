import { absolute, compareDecimals, readDecimal } from "../validators/decimal.ts";
import type { Problem } from "../http/errors.ts";
import type { Field, FieldName, Fields } from "./fields.ts";
import { isMessage, plainName, type Value } from "./message.ts";
import {
  ACTION_WORDS,
  ORDER_TYPE_WORDS,
  QUANTITY_TYPE_WORDS,
  SIDE_WORDS,
  TIME_IN_FORCE_WORDS,
} from "./words.ts";

/** What the schema reads: canonical names, the sender's values. */
export type AlertInput = Record<string, unknown>;

/**
 * Turns a sender's words into ours and its ways to say a target into one, in place. What it does not know it leaves as
 * it is: the schema says what is wrong with it, in the field where it stands.
 */
export function interpret(fields: Fields): Problem[] {
  translate(fields, "target.side", SIDE_WORDS);
  translate(fields, "quantity_type", QUANTITY_TYPE_WORDS);
  translate(fields, "order_type", ORDER_TYPE_WORDS);
  translate(fields, "stop_loss.type", ORDER_TYPE_WORDS);
  translate(fields, "time_in_force", TIME_IN_FORCE_WORDS);
  percentText(fields, "take_profit.limit_price", "take_profit.percent");
  percentText(fields, "stop_loss.stop_price", "stop_loss.percent");
  interpretAction(fields);
  return interpretTarget(fields);
}

/** The fields as the nested object that the schema reads. */
export function toInput(fields: Fields): AlertInput {
  const input: AlertInput = {};
  for (const [name, { value }] of fields) {
    const [outer = "", inner] = name.split(".");
    if (inner === undefined) input[outer] = plainValue(value);
    else {
      const before = input[outer];
      input[outer] = { ...typeof before === "object" ? before : {}, [inner]: plainValue(value) };
    }
  }
  return input;
}

/** A scalar as it is; an object or array as one that no schema field takes. */
function plainValue(value: Value): unknown {
  return isMessage(value) || Array.isArray(value) ? {} : value;
}

function translate(fields: Fields, name: FieldName, words: ReadonlyMap<string, string>): void {
  const field = fields.get(name);
  if (typeof field?.value !== "string") return;
  const word = words.get(plainName(field.value.trim()));
  if (word !== undefined) fields.set(name, { ...field, value: word });
}

/** `"take_profit": "5%"` is a distance, where a bare number would be a price. */
function percentText(fields: Fields, name: FieldName, percent: FieldName): void {
  const field = fields.get(name);
  if (typeof field?.value !== "string" || !field.value.endsWith("%") || fields.has(percent)) return;
  fields.delete(name);
  fields.set(percent, { ...field, value: field.value.slice(0, -1) });
}

function interpretAction(fields: Fields): void {
  const field = fields.get("action");
  const position = fields.get("position_side");
  fields.delete("position_side");
  if (typeof field?.value !== "string") return;
  const plain = plainName(field.value.trim());
  const word = ACTION_WORDS.get(plain);
  if (word === undefined) return;
  fields.set("action", { ...field, value: word.action });
  // A target that was sent, be it by a signed size, says more than the action.
  if (!fields.has("target.side") && !fields.has("position_size")) {
    const side = word.side === undefined ? actedOn(word.action, position) : { ...field, value: word.side };
    if (side !== undefined) fields.set("target.side", side);
  }
  if (plain === "cancelall" && !fields.has("symbol")) fields.set("symbol", { ...field, value: "*" });
}

/**
 * The side of the position that an action is about, when that stands in another field: `"action": "close",
 * "side": "long"` is `close_long`, and must not close a short. A `position_side` says so beside a `buy` or `sell` too,
 * as in the hedge mode of exchanges: a sell of the long position must not open a short one.
 */
function actedOn(action: string, position: Field | undefined): Field | undefined {
  if (typeof position?.value !== "string") return undefined;
  const isOrder = action === "buy" || action === "sell";
  if (action !== "close" && !(isOrder && position.source === "position_side")) return undefined;
  const side = SIDE_WORDS.get(plainName(position.value.trim()));
  return side === "long" || side === "short" ? { ...position, value: side } : undefined;
}

/** Brings side, size and signed size together; they may repeat each other, but not contradict. */
function interpretTarget(fields: Fields): Problem[] {
  const signed = fields.get("position_size");
  fields.delete("position_size");
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
  const saidSize = size === undefined ? null : decimalOf(size);
  fields.set("target.side", { ...signed, value: side });
  fields.set("target.quantity", { ...signed, value: absolute(value) });
  if (said !== undefined && said.value !== side) return [contradiction("target.side", said)];
  if (saidSize !== null && size !== undefined && compareDecimals(absolute(saidSize), absolute(value)) !== 0) {
    return [contradiction("target.quantity", size)];
  }
  return [];
}

function contradiction(path: string, { source }: Field): Problem {
  return { path, source, message: "contradicts position_size: only one of them can be meant" };
}

function decimalOf({ value }: Field): string | null {
  const read = typeof value === "string" ? readDecimal(value) : null;
  return read?.ok ? read.value : null;
}
