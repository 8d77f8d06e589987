import type { FieldName } from "./field-names.ts";
import type { When } from "./fits.ts";
import { plainName, words } from "./message.ts";

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

/** Objects that only hold an alert's fields: a name in one of them is that name. The second half are names of texts. */
export const WRAPPERS: ReadonlySet<string> = new Set(words(`
  alert bar body candle content data details general info market meta metadata order orderconfiguration
  marketmarketioc limitlimitgtc orderinfo params payload position request signal strategy strategyinfo trade
  tradingview tv

  alertmessage comment message note ordercomment text`));

/** Whether objects, by a plain path with a dot at its end, only wrap. */
export const areWrappers = (path: string): boolean =>
  path === "" || path.slice(0, -1).split(".").every((part) => WRAPPERS.has(part));

/** A field that a name may mean, and how telling that is: 0 is the most. */
export type Place = Omit<Row, "names"> & { source: string; rank: number };

type RefusedPlace = Required<Omit<RefusedRow, "names">>;

/** Rows turned around: from a plain name to the fields that it may mean, and the objects that hold known names. */
export type NameIndex = ReturnType<typeof indexNames>;

/** What a path means: the fields that it may be, and whether an object under it holds more of them. */
export type Meaning = {
  plain: string;
  known: string | undefined;
  places: readonly Place[];
  refused: RefusedPlace | undefined;
  isObject: boolean;
  /** What its path adds to the names in it, where it is an object: see insideOf. */
  inside: string;
};

const MOST_SEEN = 2_000;

/** A path as names are compared. */
export const plainPath = (path: string): string =>
  path.includes(".") ? path.split(".").map(plainName).join(".") : plainName(path);

/** Prepares names for collectFields; what stands first is the most telling. */
export function indexNames(rows: readonly Row[], refusedRows: readonly RefusedRow[]) {
  const places = new Map<string, Place[]>();
  const parents = new Set<string>();
  const ranks = new Map<FieldName, number>();
  for (const { field, names, when, says } of rows) {
    for (const source of names) {
      const rank = ranks.get(field) ?? 0;
      ranks.set(field, rank + 1);
      const path = plainPath(source);
      const parts = path.split(".");
      for (let depth = 1; depth < parts.length; depth++) parents.add(parts.slice(0, depth).join("."));
      places.set(path, [...places.get(path) ?? [], { field, source, rank, when, says }]);
    }
  }
  const refused = new Map(
    refusedRows.flatMap(({ names, when = "set", send }) =>
      names.map((name): [string, RefusedPlace] => [plainPath(name), { when, send }])
    ),
  );
  const known = [...places.keys(), ...refused.keys()];
  /** Parts that a known name has at most. */
  const longest = Math.max(...known.map((path) => path.split(".").length));
  /** Paths that were looked up lately: senders send the same names again and again. */
  const seen = new Map<string, Meaning>();
  return { places, parents, refused, longest, seen };
}

/** What the name of a value means in an object at `above`, a plain path as insideOf has it. */
export function meaningOf(above: string, name: string, index: NameIndex): Meaning {
  const path = above === "" ? name : `${above}.${name}`;
  const seen = index.seen.get(path);
  if (seen !== undefined) return seen;
  // Only the name: what stands above it was compared before, and may be long.
  const plain = above === "" ? plainPath(name) : `${above}.${plainPath(name)}`;
  const known = knownName(plain, index);
  const meaning = {
    plain,
    known,
    places: known === undefined ? [] : index.places.get(known) ?? [],
    refused: known === undefined ? undefined : index.refused.get(known),
    isObject: known === undefined || !index.places.has(known) || index.parents.has(known) || isWrapper(plain),
    inside: insideOf(plain, index),
  };
  if (index.seen.size >= MOST_SEEN) index.seen.clear();
  index.seen.set(path, meaning);
  return meaning;
}

/** The longest end of a plain path that is a name, where only wrappers stand before it. */
export function knownName(
  plain: string,
  { places, parents, refused, longest }: NameIndex,
): string | undefined {
  const at = startOfEnd(plain, longest);
  if (!areWrappers(plain.slice(0, at))) return undefined;
  for (let rest = plain.slice(at);;) {
    if (places.has(rest) || parents.has(rest) || refused.has(rest)) return rest;
    const dot = rest.indexOf(".");
    if (dot === -1 || !WRAPPERS.has(rest.slice(0, dot))) return undefined;
    rest = rest.slice(dot + 1);
  }
}

/** Above names that mean nothing, whatever they are. */
const UNKNOWN = "?";

/**
 * What an object's plain path adds to the names in it: as much of its end as a known name may begin with, where only wrappers
 * stand before that. Names hold dots, so that a path may be of a thousand parts: they are looked at once an object.
 */
function insideOf(plain: string, { longest }: NameIndex): string {
  const at = startOfEnd(plain, longest - 1);
  return areWrappers(plain.slice(0, at)) ? plain.slice(at) : UNKNOWN;
}

/** Where the last parts of a path begin. */
function startOfEnd(path: string, parts: number): number {
  let dot = path.length;
  for (let left = parts; left > 0 && dot > 0; left--) dot = path.lastIndexOf(".", dot - 1);
  return dot + 1;
}

const isWrapper = (plain: string): boolean => WRAPPERS.has(plain.slice(plain.lastIndexOf(".") + 1));
