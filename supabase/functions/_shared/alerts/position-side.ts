import type { Problem } from "../http/errors.ts";
import { at, decimalOf, isTrue } from "./edit-fields.ts";
import type { Field, Fields } from "./field-names.ts";
import { plainText } from "./fits.ts";
import { plainName } from "./message.ts";
import { type ActionWord, type Side, SIDE_WORDS } from "./words.ts";

/** What a message says of its action and, beside it, of sides. */
export interface Said {
  fields: Fields;
  /** The field that says the action, and its word. */
  field: Field;
  word: ActionWord;
  /** The side of the position that the action is about: `position_side`, or a side under another name of the action. */
  position: Field | undefined;
  /** The side of the order, where another name says the action: buy or sell. */
  order: Field | undefined;
}

/** Long or short, as a field says it; undefined where it says neither. */
export function sideIn(field: Field | undefined): Side | undefined {
  const side = field === undefined ? undefined : SIDE_WORDS.get(plainText(field.value));
  return side === "long" || side === "short" ? side : undefined;
}

export const addsTo = (action: unknown): Side | undefined =>
  action === "buy" ? "long" : action === "sell" ? "short" : undefined;

/** Whether a position after the order is known in units, which decides alone. */
export const hasSize = (fields: Fields): boolean =>
  fields.has("position_size") || fields.has("target.quantity");

/** Two fields that say two sides. Money hangs on it, so that none is chosen. */
export const otherSide = (field: Field): Problem =>
  at("target.side", field, "says another side than what stands beside it: leave one of them out");

/** To which side an `enter`, `open`, `add` or `reverse` goes: all that is said of sides must say it. */
export function sideToEnter(
  { fields, position, order }: Said,
): { side: Side; isOfPosition: boolean } | Problem | null {
  const target = fields.get("target.side");
  const said = [target, position].filter((field) => sideIn(field) !== undefined);
  const [ofPosition] = said;
  // A `position_side` may say buy or sell as well.
  const ofOrder = order ?? position;
  const bought = ofOrder === undefined ? undefined : addsTo(plainText(ofOrder.value));
  const side = sideIn(ofPosition) ?? bought;
  if (side === undefined) return null;
  const another = said.find((field) => sideIn(field) !== side) ??
    (bought !== undefined && bought !== side ? ofOrder : target?.value === "flat" ? target : undefined);
  return another === undefined ? { side, isOfPosition: ofPosition !== undefined } : otherSide(another);
}

/**
 * A close acts on a position of the side that it names, be it in its own word (`close_long`) or beside it (`"side": "long"`),
 * and on none of the other side, whatever position is wanted after it.
 */
export function clampClose({ fields, field, word, position }: Said): Problem[] {
  const side = word.side ?? sideIn(position);
  if (side === undefined || fields.get("target.side")?.value === "flat") return [];
  if (!hasSize(fields)) {
    fields.set("target.side", { ...word.side === undefined && position || field, value: side });
    return [];
  }
  const wanted = sideWanted(fields);
  return wanted === undefined || wanted === side ? [] : [otherSide(fields.get("target.side") ?? field)];
}

/** The side of a position that is wanted in units. */
function sideWanted(fields: Fields): Side | undefined {
  const signed = decimalOf(fields.get("position_size"));
  if (signed === null) return sideIn(fields.get("target.side"));
  return signed === "0" ? undefined : signed.startsWith("-") ? "short" : "long";
}

/**
 * The side of the position that a buy or sell may not leave: of its own word (`sell_to_close`), of a `position_side`, as in
 * the hedge mode of exchanges, or of another name that says the other side than the order adds to: a sell of the long position
 * must not open a short one. Where the same side stands beside an order, it says nothing more.
 */
export function clampOrder({ fields, field, word: { action, side: own }, position }: Said): Problem[] {
  const said = sideIn(position);
  const isTelling = said !== undefined && (isOfPosition(position) || said !== addsTo(action));
  // `sell_to_close` names its position in one word: another side beside it changes nothing, as with a close.
  if (own !== undefined && own === addsTo(action) && (said ?? own) !== own) {
    return [otherSide(position ?? field)];
  }
  const side = own ?? (isTelling ? said : undefined);
  const target = fields.get("target.side");
  if (side === undefined || fields.has("position_size")) return [];
  if (target === undefined) fields.set("target.side", { ...field, value: side });
  // A position wanted in units says more than the action, and puts right what was lost before it.
  const isOther = !fields.has("target.quantity") && (sideIn(target) ?? side) !== side;
  return target !== undefined && isOther ? [otherSide(target)] : [];
}

/**
 * A `current_position` is to some the position after the order, to others the one before: where they part, only a previous
 * position beside it tells.
 */
export function refuseCurrent(fields: Fields): Problem[] {
  const target = fields.get("target.side");
  if (target?.source !== "current_position") return [];
  const adds = addsTo(fields.get("action")?.value);
  if (adds === undefined || fields.has("previous.side")) return [];
  if (sideIn(target) === adds || fields.has("target.quantity")) return [];
  const message = "may be the position before the order: send market_position, or previous_position";
  return [at("target.side", target, message)];
}

/** Names that hold nothing but the side of a position. */
const isOfPosition = (field: Field | undefined): boolean =>
  field !== undefined && /^pos/.test(plainName(field.source));

/** Flags of an exit: a side beside one is that of the position. `reduce_only` may stand beside a side of the order. */
const EXIT_FLAGS = new Set(["is_exit", "exit_only", "close_percent", "close_percentage", "close_pct"]);

/** Whether `"side": "long"` is no order, but the position that an exit is of: a flag says that it is one. */
export function isExitOfSide({ fields, field }: Said): boolean {
  const flag = fields.get("reduce_only");
  return isTrue(flag) && flag !== undefined && EXIT_FLAGS.has(flag.source) &&
    /^(side|direction)$/.test(field.source) && sideIn(field) !== undefined;
}

/** A buy or sell that only reduces is of the other side than it adds to; what opens, or names its own side, is none. */
export function clampReduce({ fields, field, word: { action, side: own }, position }: Said): Problem[] {
  const flag = fields.get("reduce_only");
  if (!isTrue(flag) || flag === undefined || action === "close") return [];
  const message =
    "says that the order only reduces, but the rest opens: send close, close_long or close_short";
  const opens = at("action", flag, message);
  if (action !== "buy" && action !== "sell") return [opens];
  const side = action === "buy" ? "short" : "long";
  if ((own ?? side) !== side || isOfPosition(position) && (sideIn(position) ?? side) !== side) return [opens];
  const target = fields.get("target.side");
  if (target === undefined) {
    if (!hasSize(fields)) fields.set("target.side", { ...field, value: side });
    return [];
  }
  return (sideIn(target) ?? side) === side ? [] : [opens];
}

/**
 * What only reduces never opens, whatever position is wanted after it: what is left of a position may have to be bought, if an
 * alert was lost. So the order's own size counts, and the side that it may not leave.
 */
export function neverOpen(fields: Fields): Problem[] {
  const action = fields.get("action");
  const isReduce = isTrue(fields.get("reduce_only")) && addsTo(action?.value) !== undefined;
  if (action === undefined || !isReduce && action.value !== "close") return [];
  const target = fields.get("target.side");
  const left = decimalOf(fields.get("target.quantity"));
  if (left === null || left === "0" || sideIn(target) === undefined) return [];
  if (addsTo(action.value) === sideIn(target)) return [otherSide(target ?? action)];
  if (!fields.has("quantity")) {
    return [at("quantity", action, "is missing: an exit says how much it closes, not what it leaves")];
  }
  fields.delete("target.quantity");
  return [];
}
