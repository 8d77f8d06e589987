import type { AlertFields } from "../validators/canonical-alert.ts";
import type { Value } from "./message.ts";

/** What becomes another field when all of a message is known (see interpret), and the field that problems name in its place. */
const BECOMES = {
  /** The position that an action beside it speaks of. */
  position_side: "target.side",
  order_side: "target.side",
  close_side: "target.side",
  /** A signed target. */
  position_size: "target.quantity",
  target_price: "target",
  quote_quantity: "quantity",
  percent_quantity: "quantity",
  position_percent: "quantity",
  close_percent: "quantity",
  risk_percent: "quantity",
  risk_notional: "quantity",
  volume: "quantity",
  order_price: "price",
  stop: "stop_price",
  reduce_only: "action",
  close_position: "action",
  reverse: "action",
};

type ObjectName = "target" | "previous" | "take_profit" | "stop_loss";

/** What a name may mean, dotted where it nests: the canonical fields, and what becomes one of them. */
export type FieldName =
  | keyof typeof BECOMES
  | Exclude<keyof AlertFields, ObjectName>
  | { [Name in ObjectName]: `${Name}.${keyof NonNullable<AlertFields[Name]> & string}` }[ObjectName];

/** A field as problems name it. */
export const pathOf = (field: FieldName): string =>
  (BECOMES as Partial<Record<FieldName, string>>)[field] ?? field;

/** A field as the sender wrote it, and the sender's name for it. */
export type Field = { value: Value; source: string };

/** The loose intermediate between a sender's message and the schema. */
export type Fields = Map<FieldName, Field>;

/** A value that stands under a name, by its path as the sender wrote it; `send` says what to send in its place. */
export type Leaf = { path: string; value: Value; send?: string };
