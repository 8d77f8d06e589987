import type { Problem } from "../http/errors.ts";
import { isMessage, type Message, plainName, type Value } from "./message.ts";

/**
 * The canonical fields a dialect can fill, dotted where they nest; `position_size` is a signed target, and
 * `position_side` the position that an action beside it speaks of.
 */
export const FIELD_NAMES = [
  "id",
  "account",
  "strategy",
  "symbol",
  "exchange",
  "action",
  "position_side",
  "target.side",
  "target.quantity",
  "position_size",
  "quantity",
  "quantity_type",
  "order_type",
  "price",
  "limit_price",
  "stop_price",
  "trail_amount",
  "trail_percent",
  "take_profit.percent",
  "take_profit.amount",
  "take_profit.limit_price",
  "stop_loss.type",
  "stop_loss.percent",
  "stop_loss.amount",
  "stop_loss.stop_price",
  "stop_loss.limit_price",
  "stop_loss.trail_amount",
  "stop_loss.trail_percent",
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

/** A field as problems name it. */
export function pathOf(field: FieldName): string {
  if (field === "position_side") return "target.side";
  return field === "position_size" ? "target.quantity" : field;
}

/** Where a dialect finds each field: the sender's names, dotted where they nest, the most telling first. */
export type Names = Readonly<Partial<Record<FieldName, readonly string[]>>>;

/** A field as the sender wrote it, and the sender's name for it. */
export type Field = { value: Value; source: string };

/** The loose intermediate between a sender's message and the schema. */
export type Fields = Map<FieldName, Field>;

/** Names turned around: from a sender's plain path to the fields it fills, made once per dialect. */
export type NameIndex = {
  readonly places: ReadonlyMap<string, readonly { field: FieldName; source: string; rank: number }[]>;
  readonly parents: ReadonlySet<string>;
};

/** Prepares a dialect's names for {@link collectFields}. */
export function indexNames(names: Names): NameIndex {
  const places = new Map<string, { field: FieldName; source: string; rank: number }[]>();
  const parents = new Set<string>();
  for (const field of FIELD_NAMES) {
    (names[field] ?? []).forEach((source, rank) => {
      const path = source.split(".").map(plainName);
      for (let depth = 1; depth < path.length; depth++) parents.add(path.slice(0, depth).join("."));
      const place = path.join(".");
      places.set(place, [...places.get(place) ?? [], { field, source, rank }]);
    });
  }
  return { places, parents };
}

/** Fields that are objects, by their plain names: a stop loss that is not understood must not become none. */
const OBJECT_FIELDS = new Map(
  ["target", "take_profit", "stop_loss"].map((field) => [plainName(field), field]),
);

/** True for an object that was sent with values, none of them under a name that is looked for. */
function saysNothingKnown(part: Message, path: string, index: NameIndex): boolean {
  const sent = [...part].filter(([, value]) => value !== null && value !== "");
  return sent.length > 0 && sent.every(([name]) => !index.places.has(`${path}.${plainName(name)}`));
}

/**
 * The fields of a message, each from the most telling of the names it was sent under. Empty values count as not sent.
 * One name in two spellings (`limitPrice` and `limit_price`) with two values is a problem: only one can be meant.
 */
export function collectFields(message: Message, index: NameIndex): { fields: Fields; problems: Problem[] } {
  const found = new Map<FieldName, Field & { rank: number }>();
  const problems: Problem[] = [];
  visit(message, "");
  return { fields: found, problems };

  function visit(part: Message, prefix: string): void {
    for (const [name, value] of part) {
      if (value === null || value === "") continue;
      const path = prefix + plainName(name);
      if (isMessage(value) && index.parents.has(path)) {
        visit(value, `${path}.`);
        const field = OBJECT_FIELDS.get(path);
        if (field !== undefined && saysNothingKnown(value, path, index)) {
          problems.push({ path: field, source: name, message: "has no field that is known here" });
        }
        continue;
      }
      for (const { field, source, rank } of index.places.get(path) ?? []) {
        const before = found.get(field);
        if (before === undefined || rank < before.rank) found.set(field, { value, source, rank });
        else if (rank === before.rank && value !== before.value) {
          problems.push({
            path: pathOf(field),
            source,
            message: "is sent twice, with two values",
            code: "duplicate_field",
          });
        }
      }
    }
  }
}
