import type { FieldName } from "./field-names.ts";
import type { When } from "./fits.ts";

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
