import { plainName } from "./message.ts";
import type { FieldName } from "./field-names.ts";
import type { When } from "./fits.ts";
import type { RefusedRow, Row } from "./row.ts";
import { areWrappers, WRAPPERS } from "./wrappers.ts";

export type Place = {
  field: FieldName;
  source: string;
  rank: number;
  when: When | undefined;
  says: string | undefined;
};

/** What cannot be done, under a name that says so with such a value. */
type RefusedPlace = { when: When; send: string };

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
