import type { Problem } from "../http/errors.ts";
import { interpretCancel } from "./cancel.ts";
import { at, decimalOf, isTrue, take } from "./edit-fields.ts";
import type { Field, Fields } from "./field-names.ts";
import { plainText } from "./fits.ts";
import {
  addsTo,
  clampClose,
  clampOrder,
  clampReduce,
  hasSize,
  isExitOfSide,
  otherSide,
  type PositionSide,
  sideIn,
  type Sides,
  sideToEnter,
  takeSides,
} from "./position-side.ts";
import { ACTION_WORDS, type ActionWord } from "./words.ts";

/** Turns the sender's word into the action, and into the side of the position that it may not leave; applies flags. */
export function interpretAction(fields: Fields): Problem[] {
  const sides = takeSides(fields);
  const sent = fields.get("action");
  const word = sent === undefined ? undefined : ACTION_WORDS.get(plainText(sent.value));
  const flag = closeFlag(fields, word);
  if (flag !== undefined) return [...flag.problems, ...close(fields, flag.field, flag.word, sides)];
  if (sent === undefined || word === undefined) return [];
  if (word.action === "reverse" || isTrue(fields.get("reverse"))) return reverse(fields, sent, word, sides);
  switch (word.action) {
    case "close":
      return close(fields, sent, word, sides);
    case "cancel":
      return interpretCancel(fields, sent, sides);
    case "enter":
      return enter(fields, sent, sides);
    case "buy":
    case "sell":
      return isExitOfSide(fields, sent)
        ? close(fields, sent, { action: "close", side: word.side }, sides)
        : order(fields, sent, word, sides);
    default:
      fields.set("action", { ...sent, value: word.action });
      return [];
  }
}

/** Flags of which some senders close before an order that is beside them, and others in its place. */
const FIRST_OR_ONLY = new Set(["flatten", "close_all"]);

/** A flag that says to close is the action, whatever stands beside it; a side in it or in the action is the position's. */
function closeFlag(
  fields: Fields,
  word: ActionWord | undefined,
): { field: Field; word: ActionWord; problems: Problem[] } | undefined {
  const side = take(fields, "close_side");
  const all = take(fields, "close_position");
  const field = side ?? (isTrue(all) ? all : undefined);
  if (field === undefined) return undefined;
  const opens = word !== undefined && /^(buy|sell|enter|reverse)$/.test(word.action) &&
    fields.has("quantity");
  const doubts = opens && FIRST_OR_ONLY.has(field.source)
    ? [
      at("action", field, "may close before the order, or in its place: send a close as an alert of its own"),
    ]
    : [];
  for (const name of ["target.side", "target.quantity", "position_size"] as const) fields.delete(name);
  const own = word?.action === "close" ? word.side : undefined;
  const named = sideIn(side);
  const others = own !== undefined && named !== undefined && own !== named ? [otherSide(field)] : [];
  return { field, word: { action: "close", side: own ?? named }, problems: [...doubts, ...others] };
}

function close(fields: Fields, field: Field, word: ActionWord, sides: Sides): Problem[] {
  fields.set("action", { ...field, value: "close" });
  return [...word.isPart ? needsSize(fields, field) : [], ...clampClose(fields, field, word.side, sides)];
}

/** A part of a position is no close without how much: that would be all of it. */
function needsSize(fields: Fields, field: Field): Problem[] {
  const size = fields.get("quantity");
  if (hasSize(fields)) return [];
  if (size !== undefined && decimalOf(size) !== "0") return [];
  return [at("quantity", size ?? field, "is missing: say how much of the position to close")];
}

function order(fields: Fields, field: Field, word: ActionWord, sides: Sides): Problem[] {
  fields.set("action", { ...field, value: word.action });
  const problems = clampOrder(fields, field, word, sides);
  return problems.length > 0 ? problems : clampReduce(fields, field, word, sides);
}

/** The order of an `enter`, `open` or `add`: to which side, another field says. */
function enter(fields: Fields, field: Field, sides: Sides): Problem[] {
  const entered = sideToEnter(fields, sides);
  if (entered === null) {
    return [at("action", field, "does not say to which side: send buy or sell, or side long or short")];
  }
  // Whichever it is: what is wrong is the side, not the word.
  fields.set("action", { ...field, value: "buy" });
  if ("message" in entered) return [entered];
  const { side, isOfPosition } = entered;
  const problems = clampReduce(fields, field, { action: "enter" }, sides);
  fields.set("action", { ...field, value: side === "long" ? "buy" : "sell" });
  if (isOfPosition && !fields.has("target.side") && !fields.has("position_size")) {
    fields.set("target.side", { ...field, value: side });
  }
  return problems;
}

/** A reversal is a target: so many units on the side that it turns to. */
function reverse(fields: Fields, field: Field, word: ActionWord, sides: Sides): Problem[] {
  if (word.action === "close") {
    return [
      at("action", field, "is a close beside a reversal: send buy or sell with reverse, or the close alone"),
    ];
  }
  const wanted = hasSize(fields);
  const entered = sideToEnter(fields, sides);
  const turned = word.action === "enter" ? undefined : addsTo(word.action);
  fields.set("action", { ...field, value: "buy" });
  if (entered !== null && "message" in entered) return [entered];
  const side: PositionSide | undefined = turned ?? entered?.side;
  if (side === undefined) {
    const message =
      'is a reversal: say to which side, long or short, as "market_position": "{{strategy.market_position}}"';
    return [at("action", field, message)];
  }
  if (entered !== null && entered.side !== side && !wanted) return [otherSide(field)];
  const problems = clampReduce(fields, field, { action: "reverse" }, sides);
  fields.set("action", { ...field, value: side === "long" ? "buy" : "sell" });
  if (wanted || problems.length > 0) return problems;
  const quantity = fields.get("quantity");
  if (quantity === undefined || (fields.get("quantity_type")?.value ?? "units") !== "units") {
    return [
      at("quantity", quantity ?? field, "of a reversal must be in units: the position wanted afterwards"),
    ];
  }
  fields.set("target.side", { ...field, value: side });
  fields.set("target.quantity", quantity);
  fields.delete("quantity");
  return problems;
}
