import type { FieldName } from "./field-names.ts";
import type { When } from "./fits.ts";
import { words } from "./message.ts";

/** Names of one field, the most telling first. */
export interface Row {
  field: FieldName;
  /** In snake case, dotted where they stand in an object; capitals, `_`, `-` and spaces do not matter. */
  names: readonly string[];
  /** The names mean the field only with such a value. */
  when?: When;
  /** What the name says for the field, with such a value: `isBuy` is the action buy. A flag that is not set says nothing. */
  says?: string;
}

/** Names of what cannot be done here, or would be misread, and what to send instead. */
export interface RefusedRow {
  names: readonly string[];
  /** With such a value; without it, when the value is not empty, zero, false or none. */
  when?: When;
  send: string;
}

/** Rows as tables write them, names with spaces between. */
export type WrittenRow = readonly [field: FieldName, names: string, when?: When, says?: string];
export type WrittenRefusal = readonly [names: string, send: string, when?: When];

export const rows = (table: readonly WrittenRow[]): Row[] =>
  table.map(([field, names, when, says]) => ({ field, names: words(names), when, says }));

export const refusedRows = (table: readonly WrittenRefusal[]): RefusedRow[] =>
  table.map(([names, send, when]) => ({ names: words(names), send, when }));
