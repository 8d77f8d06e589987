import type { Problem } from "../http/errors.ts";
import { at, decimalOf, isTrue, take } from "./edit-fields.ts";
import type { Field, Fields } from "./field-names.ts";
import { plainText } from "./fits.ts";
import { plainName } from "./message.ts";
import { ACTION_WORDS, SIDE_WORDS } from "./words.ts";

/** Turns the sender's word into the action, and into the side of the position that it may not leave; applies flags. */
export function interpretAction(fields: Fields): Problem[] {
  const position = take(fields, "position_side");
  const problems = applyFlags(fields);
  const field = fields.get("action");
  if (field === undefined) return problems;
  const plain = plainText(field.value);
  const word = ACTION_WORDS.get(plain);
  if (word === undefined) return problems;
  const entered = word.action === "enter" ? entryOf(fields, position) : word;
  if (entered === null) {
    return [
      ...problems,
      at("action", field, "does not say to which side: send buy or sell, or side long or short"),
    ];
  }
  if (entered.action === "reverse") return [...problems, ...reverse(fields, field, position)];
  fields.set("action", { ...field, value: entered.action });
  if (word.isPart) problems.push(...needsSize(fields, field));
  // A target that was sent, be it by a signed size, says more than the action.
  if (!fields.has("target.side") && !fields.has("position_size")) {
    const side = entered.side === undefined
      ? actedOn(entered.action, position)
      : { ...field, value: entered.side };
    if (side !== undefined) fields.set("target.side", side);
  }
  if (plain.startsWith("cancelall") && !fields.has("symbol")) fields.set("symbol", { ...field, value: "*" });
  if (isTrue(fields.get("reverse"))) problems.push(...reverse(fields, field, position));
  const reduces = isTrue(fields.get("reduce_only")) && !fields.has("target.side") &&
    !fields.has("position_size");
  if (reduces && (entered.action === "buy" || entered.action === "sell")) {
    fields.set("target.side", { ...field, value: entered.action === "sell" ? "long" : "short" });
  }
  return problems;
}

/** A flag that says to close is the action, whatever stands beside it. */
function applyFlags(fields: Fields): Problem[] {
  const side = take(fields, "close_side");
  const all = take(fields, "close_position");
  const flag = side ?? (isTrue(all) ? all : undefined);
  if (flag === undefined) return [];
  fields.set("action", { ...flag, value: "close" });
  const word = side === undefined ? undefined : SIDE_WORDS.get(plainText(side.value));
  for (const name of ["target.side", "target.quantity", "position_size"] as const) fields.delete(name);
  if (word === "long" || word === "short") fields.set("target.side", { ...flag, value: word });
  return [];
}

/** A part of a position is no close without how much: that would be all of it. */
function needsSize(fields: Fields, field: Field): Problem[] {
  const size = fields.get("quantity");
  if (fields.has("position_size") || fields.has("target.quantity")) return [];
  if (size !== undefined && decimalOf(size) !== "0") return [];
  return [at("quantity", size ?? field, "is missing: say how much of the position to close")];
}

/** The order of an `enter`, `open` or `add`: to which side, another field says. */
function entryOf(fields: Fields, position: Field | undefined): { action: string; side?: string } | null {
  for (const said of [fields.get("target.side"), position]) {
    const text = said === undefined ? "" : plainText(said.value);
    const side = SIDE_WORDS.get(text);
    if (side === "long") return { action: "buy", side };
    if (side === "short") return { action: "sell", side };
    if (text === "buy" || text === "sell") return { action: text };
  }
  return null;
}

/** A reversal is a target: so many units on the side that it turns to. */
function reverse(fields: Fields, field: Field, position: Field | undefined): Problem[] {
  const action = fields.get("action")?.value;
  const said = SIDE_WORDS.get(plainText(fields.get("target.side")?.value ?? position?.value ?? ""));
  const side = action === "buy" ? "long" : action === "sell" ? "short" : said;
  const quantity = fields.get("quantity");
  const type = fields.get("quantity_type")?.value ?? "units";
  if (side !== "long" && side !== "short") {
    return [
      at(
        "action",
        field,
        'is a reversal: say to which side, long or short, as "market_position": "{{strategy.market_position}}"',
      ),
    ];
  }
  fields.set("action", { ...field, value: side === "long" ? "buy" : "sell" });
  if (fields.has("target.quantity") || fields.has("position_size")) return [];
  if (quantity === undefined || type !== "units") {
    return [
      at("quantity", quantity ?? field, "of a reversal must be in units: the position wanted afterwards"),
    ];
  }
  fields.set("target.side", { ...field, value: side });
  fields.set("target.quantity", quantity);
  fields.delete("quantity");
  return [];
}

/**
 * The side of the position that an action is about, when that stands in another field: `"action": "close",
 * "side": "long"` is `close_long`, and must not close a short. A `position_side` says so beside a `buy` or `sell` too,
 * as in the hedge mode of exchanges: a sell of the long position must not open a short one.
 */
function actedOn(action: string, position: Field | undefined): Field | undefined {
  if (typeof position?.value !== "string") return undefined;
  const isOrder = action === "buy" || action === "sell";
  if (action !== "close" && !(isOrder && /^pos/.test(plainName(position.source)))) return undefined;
  const side = SIDE_WORDS.get(plainName(position.value.trim()));
  return side === "long" || side === "short" ? { ...position, value: side } : undefined;
}
