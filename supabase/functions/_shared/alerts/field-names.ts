import type { Value } from "./message.ts";

/**
 * What a name may mean, dotted where it nests: the canonical fields, and what becomes one of them when all of a message is
 * known (see interpret): `position_size` is a signed target, `position_side` the position that an action beside it speaks of.
 */
export const FIELD_NAMES = [
  "id",
  "idempotency_key",
  "account",
  "strategy",
  "symbol",
  "exchange",
  "action",
  "position_side",
  "order_side",
  "target.side",
  "target.quantity",
  "target_price",
  "position_size",
  "previous.side",
  "previous.quantity",
  "quantity",
  "quantity_type",
  "quote_quantity",
  "percent_quantity",
  "position_percent",
  "close_percent",
  "risk_percent",
  "risk_notional",
  "volume",
  "order_type",
  "price",
  "order_price",
  "limit_price",
  "stop_price",
  "stop",
  "trail_amount",
  "trail_percent",
  "activation_price",
  "activation_amount",
  "activation_percent",
  "take_profit.percent",
  "take_profit.amount",
  "take_profit.limit_price",
  "take_profits",
  "stop_loss.type",
  "stop_loss.percent",
  "stop_loss.amount",
  "stop_loss.stop_price",
  "stop_loss.limit_price",
  "stop_loss.trail_amount",
  "stop_loss.trail_percent",
  "stop_loss.activation_price",
  "stop_loss.activation_amount",
  "stop_loss.activation_percent",
  "reduce_only",
  "close_position",
  "close_side",
  "reverse",
  "time_in_force",
  "time",
  "max_age",
  "interval",
  "fee",
  "comment",
  "order_id",
  "open",
  "high",
  "low",
  "close",
] as const;
export type FieldName = typeof FIELD_NAMES[number];

/** A field as problems name it: what becomes another one is told where it ends. */
export function pathOf(field: FieldName): string {
  switch (field) {
    case "position_side":
    case "order_side":
    case "close_side":
      return "target.side";
    case "position_size":
      return "target.quantity";
    case "quote_quantity":
    case "percent_quantity":
    case "position_percent":
    case "close_percent":
    case "risk_percent":
    case "risk_notional":
    case "volume":
      return "quantity";
    case "target_price":
      return "target";
    case "order_price":
      return "price";
    case "stop":
      return "stop_price";
    case "reduce_only":
    case "close_position":
    case "reverse":
      return "action";
    default:
      return field;
  }
}

/** A field as the sender wrote it, and the sender's name for it. */
export type Field = { value: Value; source: string };

/** The loose intermediate between a sender's message and the schema. */
export type Fields = Map<FieldName, Field>;

/** A value that stands under a name, by its path as the sender wrote it; `send` says what to send in its place. */
export type Leaf = { path: string; value: Value; send?: string };
