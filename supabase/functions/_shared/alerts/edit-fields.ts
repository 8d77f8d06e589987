import { decimalIn } from "../validators/decimal.ts";
import type { Problem } from "../http/errors.ts";
import type { Field, FieldName, Fields } from "./field-names.ts";
import { plainText } from "./fits.ts";
import { ACTION_WORDS, type ActionWord, FLAG_WORDS } from "./words.ts";

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
