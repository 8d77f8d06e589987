import type { Problem } from "../http/errors.ts";
import type { AlertFields } from "../validators/canonical-alert.ts";
import { decimalIn } from "../validators/decimal.ts";
import { plainText } from "./fits.ts";
import type { Value } from "./message.ts";
import { ACTION_WORDS, type ActionWord, FLAG_WORDS } from "./words.ts";

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

/** Moves a field to where it belongs. What stands there must say the same: only one can be meant. */
export function move(fields: Fields, from: FieldName, to: FieldName): Problem[] {
  const field = take(fields, from);
  if (field === undefined) return [];
  const there = fields.get(to);
  if (there === undefined) fields.set(to, field);
  if (there === undefined || decimalOf(there) === decimalOf(field)) return [];
  return [{
    ...at(to, field, `is sent twice, as ${there.source} too, with two values: leave one of them out`),
    code: "duplicate_field",
  }];
}

export function take(fields: Fields, name: FieldName): Field | undefined {
  const field = fields.get(name);
  if (field !== undefined) fields.delete(name);
  return field;
}

/** What the action of a message says, in our words. */
export const actionIn = (fields: Fields): ActionWord["action"] | undefined =>
  ACTION_WORDS.get(plainText(fields.get("action")?.value ?? ""))?.action;

/** A field as a normalized decimal; null when it is none. */
export const decimalOf = (field: Field | undefined): string | null => decimalIn(field?.value);

/** A field's text; empty when it is none. */
export const textOf = (field: Field | undefined): string =>
  typeof field?.value === "string" ? field.value.trim() : "";

export const isTrue = (field: Field | undefined): boolean =>
  field !== undefined && (FLAG_WORDS.get(plainText(field.value)) ?? true);

/** A problem of a field, with the sender's name for it. */
export const at = (path: string, { source }: Field, message: string): Problem =>
  source === path ? { path, message } : { path, source, message };
