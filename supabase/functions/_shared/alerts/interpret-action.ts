import type { Problem } from "../http/errors.ts";
import { at, decimalOf, isTrue, take } from "./edit-fields.ts";
import { type Field, type FieldName, type Fields, pathOf } from "./field-names.ts";
import { plainText } from "./fits.ts";
import { addsTo, clampClose, clampOrder, clampReduce, hasSize, isExitOfSide } from "./position-side.ts";
import { otherSide, type Said, sideIn, sideToEnter } from "./position-side.ts";
import { ACTION_WORDS, type ActionWord } from "./words.ts";

/** Turns the sender's word into the action, and into the side of the position that it may not leave; applies flags. */
export function interpretAction(fields: Fields): Problem[] {
  const sides = { position: take(fields, "position_side"), order: take(fields, "order_side") };
  const sent = fields.get("action");
  const word = sent === undefined ? undefined : ACTION_WORDS.get(plainText(sent.value));
  const flag = closeFlag(fields, word);
  if (flag !== undefined) return [...flag.problems, ...close({ fields, ...flag, ...sides })];
  if (sent === undefined || word === undefined) return [];
  const said: Said = { fields, field: sent, word, ...sides };
  if (word.action === "reverse" || isTrue(fields.get("reverse"))) return reverse(said);
  switch (word.action) {
    case "close":
      return close(said);
    case "cancel":
      return interpretCancel(said);
    case "enter":
      return enter(said);
    case "buy":
    case "sell":
      return isExitOfSide(said) ? close(said) : order(said);
    default:
      become(said, word.action);
      return [];
  }
}

/** Makes the action one of ours. */
const become = ({ fields, field }: Said, action: string): void =>
  void fields.set("action", { ...field, value: action });

const entryTo = (side: string): string => side === "long" ? "buy" : "sell";

/** Flags of which some senders close before an order that is beside them, and others in its place. */
const FIRST_OR_ONLY = new Set(["flatten", "close_all"]);

/** Whether an order beside a flag may open a position: of a size, and not to be flat, and not one that only reduces. */
function mayOpen(fields: Fields, word: ActionWord | undefined): boolean {
  const isOrder = /^(buy|sell|enter|reverse)$/.test(word?.action ?? "");
  const sizes = (["quantity", "target.quantity", "position_size"] as const).map((name) => fields.get(name));
  const isReducing = isTrue(fields.get("reduce_only")) ||
    word?.side !== undefined && addsTo(word.action) !== word.side;
  return isOrder && fields.has("quantity") && !isReducing &&
    fields.get("target.side")?.value !== "flat" && !sizes.some((size) => decimalOf(size) === "0");
}

/** A flag that says to close is the action, whatever stands beside it; a side in it or in the action is the position's. */
function closeFlag(
  fields: Fields,
  word: ActionWord | undefined,
): { field: Field; word: ActionWord; problems: Problem[] } | undefined {
  const side = take(fields, "close_side");
  const all = take(fields, "close_position");
  const closesAll = isTrue(all) ? all : undefined;
  const field = side ?? closesAll;
  if (field === undefined) return undefined;
  const problems: Problem[] = [];
  if (mayOpen(fields, word) && closesAll !== undefined && FIRST_OR_ONLY.has(closesAll.source)) {
    const message = "may close before the order, or in its place: send a close as an alert of its own";
    problems.push(at("action", closesAll, message));
  }
  for (const name of ["target.side", "target.quantity", "position_size"] as const) fields.delete(name);
  const own = word?.action === "close" ? word.side : undefined;
  const named = sideIn(side);
  if ((own ?? named) !== (named ?? own)) problems.push(otherSide(field));
  return { field, word: { action: "close", side: own ?? named }, problems };
}

function close(said: Said): Problem[] {
  become(said, "close");
  return [...said.word.isPart ? needsSize(said) : [], ...clampClose(said)];
}

/** A part of a position is no close without how much: that would be all of it. */
function needsSize({ fields, field }: Said): Problem[] {
  const size = fields.get("quantity");
  if (hasSize(fields)) return [];
  if (size !== undefined && decimalOf(size) !== "0") return [];
  return [at("quantity", size ?? field, "is missing: say how much of the position to close")];
}

function order(said: Said): Problem[] {
  become(said, said.word.action);
  const problems = clampOrder(said);
  return problems.length > 0 ? problems : clampReduce(said);
}

/** The order of an `enter`, `open` or `add`: to which side, another field says. */
function enter(said: Said): Problem[] {
  const { fields, field } = said;
  const entered = sideToEnter(said);
  if (entered === null) {
    return [at("action", field, "does not say to which side: send buy or sell, or side long or short")];
  }
  // Whichever it is: what is wrong is the side, not the word.
  become(said, "buy");
  if ("message" in entered) return [entered];
  const { side, isOfPosition } = entered;
  const problems = clampReduce(said);
  become(said, entryTo(side));
  if (isOfPosition && !fields.has("target.side") && !fields.has("position_size")) {
    fields.set("target.side", { ...field, value: side });
  }
  return problems;
}

/** A reversal is a target: so many units on the side that it turns to. */
function reverse(said: Said): Problem[] {
  const { fields, field, word } = said;
  if (word.action === "close") {
    const message = "is a close beside a reversal: send buy or sell with reverse, or the close alone";
    return [at("action", field, message)];
  }
  const wanted = hasSize(fields);
  const entered = sideToEnter(said);
  become(said, "buy");
  if (entered !== null && "message" in entered) return [entered];
  const side = addsTo(word.action) ?? entered?.side;
  if (side === undefined) {
    const message =
      'is a reversal: say to which side, long or short, as "market_position": "{{strategy.market_position}}"';
    return [at("action", field, message)];
  }
  if (entered !== null && entered.side !== side && !wanted) return [otherSide(field)];
  const problems = clampReduce({ ...said, word: { action: "reverse" } });
  become(said, entryTo(side));
  if (wanted || problems.length > 0) return problems;
  const quantity = fields.get("quantity");
  if (quantity === undefined || (fields.get("quantity_type")?.value ?? "units") !== "units") {
    const message = "of a reversal must be in units: the position wanted afterwards";
    return [at("quantity", quantity ?? field, message)];
  }
  fields.set("target.side", { ...field, value: side });
  fields.set("target.quantity", quantity);
  fields.delete("quantity");
  return problems;
}

/** What tells orders apart: in a cancel it would choose among them. A market's price, a time and a target do not. */
const OF_AN_ORDER =
  /^(order_type|(limit|stop)_price|trail_(amount|percent)|take_profits|take_profit\.(limit_price|percent|amount)|stop_loss\.(stop_price|percent|amount)|reduce_only)$/;

/** Names of `id` by which senders choose an order. `id`, `alert_id` and `signal_id` are labels of the alert itself. */
const IDS_OF_AN_ORDER = new Set(["client_order_id", "order.id", "order_tag"]);

/**
 * A cancel is of one order, by `order_id`, or of all of a symbol. What else seems to choose orders would be passed over, and
 * all of them canceled: it is refused, but for a cancel that says all in so many words (`cancel_orders`, `*`).
 */
function interpretCancel({ fields, field, order, position }: Said): Problem[] {
  const word = plainText(field.value);
  const saysAll = word !== "cancel" || fields.get("symbol")?.value === "*";
  fields.set("action", { ...field, value: "cancel" });
  if (word.startsWith("cancelall") && !fields.has("symbol")) fields.set("symbol", { ...field, value: "*" });
  if (decimalOf(fields.get("quantity")) === "0") fields.delete("quantity");
  if (fields.has("order_id")) return [];
  const chosen = [...fields].filter(([name, each]) =>
    (OF_AN_ORDER.test(name) || name === "quantity" && !saysAll) && !choosesNone(name, each)
  );
  // Another name of the action says how the command is done, as CrossTrade's `action` does.
  if (order !== undefined && /^(side|direction)$/.test(order.source)) chosen.push(["order_side", order]);
  if (position !== undefined) chosen.push(["position_side", position]);
  const id = fields.get("id");
  if (id !== undefined && IDS_OF_AN_ORDER.has(id.source) && !saysAll) chosen.push(["id", id]);
  return chosen.map(([name, each]) => at(pathOf(name), each, advice(name)));
}

/** A flag that is not set, a number of 0, and the type that rests for no price. */
const choosesNone = (name: FieldName, field: Field): boolean =>
  name === "reduce_only" ? !isTrue(field) : decimalOf(field) === "0" || field.value === "market";

const advice = (name: FieldName): string =>
  name === "id"
    ? "is a label, and chooses no order in a cancel: send the order's order_id, or name the alert by idempotency_key"
    : "chooses no orders in a cancel: send order_id for one, or leave it out to cancel all of the symbol";
