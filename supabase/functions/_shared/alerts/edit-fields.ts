import { readDecimal } from "../validators/decimal.ts";
import type { Problem } from "../http/errors.ts";
import type { Field, FieldName, Fields } from "./field-names.ts";
import { plainText } from "./fits.ts";
import { FLAG_WORDS } from "./words.ts";

/** Moves a field to where it belongs, unless something stands there. */
export function move(fields: Fields, from: FieldName, to: FieldName): void {
  const field = fields.get(from);
  fields.delete(from);
  if (field !== undefined && !fields.has(to)) fields.set(to, field);
}

/** A field, taken away. */
export function take(fields: Fields, name: FieldName): Field | undefined {
  const field = fields.get(name);
  fields.delete(name);
  return field;
}

/** A field as a normalized decimal; null when it is none. */
export function decimalOf(field: Field | undefined): string | null {
  const read = typeof field?.value === "string" ? readDecimal(field.value) : null;
  return read?.ok ? read.value : null;
}

/** Whether a flag is set. */
export const isTrue = (field: Field | undefined): boolean =>
  field !== undefined && (FLAG_WORDS.get(plainText(field.value)) ?? true);

/** A problem of a field, with the sender's name for it. */
export const at = (path: string, { source }: Field, message: string): Problem =>
  source === path ? { path, message } : { path, source, message };
