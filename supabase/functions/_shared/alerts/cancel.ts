import type { Problem } from "../http/errors.ts";
import { at, decimalOf, isTrue } from "./edit-fields.ts";
import { type Field, type FieldName, pathOf } from "./field-names.ts";
import { plainText } from "./fits.ts";
import type { Said } from "./position-side.ts";

/** What tells orders apart: in a cancel it would choose among them. A market's price, a time and a target do not. */
const OF_AN_ORDER =
  /^(order_type|(limit|stop)_price|trail_(amount|percent)|take_profits|(take_profit|stop_loss)\.(limit_price|stop_price|percent|amount)|reduce_only)$/;

/** Names of `id` by which senders choose an order. `id`, `alert_id` and `signal_id` are labels of the alert itself. */
const IDS_OF_AN_ORDER = new Set(["client_order_id", "order.id", "order_tag"]);

/**
 * A cancel is of one order, by `order_id`, or of all of a symbol. What else seems to choose orders would be passed over, and
 * all of them canceled: it is refused, but for a cancel that says all in so many words (`cancel_orders`, `*`).
 */
export function interpretCancel({ fields, field, order, position }: Said): Problem[] {
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
