import type { Problem } from "../http/errors.ts";
import { compare } from "./contradictions.ts";
import { fits, plainText, type When } from "./fits.ts";
import { isMessage, type Message, plainName, type Value } from "./message.ts";
import { type Field, type FieldName, type Fields, type Leaf, pathOf } from "./field-names.ts";
import type { RefusedRow } from "./refused-names.ts";
import type { Row } from "./vocabulary.ts";
import { ACTION_WORDS, FLAG_WORDS, SIDE_WORDS, TYPED_ACTION_WORDS } from "./words.ts";
import { WRAPPERS } from "./wrappers.ts";

type Place = {
  field: FieldName;
  source: string;
  rank: number;
  when: When | undefined;
  says: string | undefined;
};

/** What cannot be done, under a name that says so with such a value. */
type RefusedPlace = { when: When; send: string };

/** Rows turned around: from a plain name to the fields that it may mean, and the objects that hold known names. */
export type NameIndex = {
  readonly places: ReadonlyMap<string, readonly Place[]>;
  readonly refused: ReadonlyMap<string, RefusedPlace>;
  readonly parents: ReadonlySet<string>;
  /** Paths that were looked up lately: senders send the same names again and again. */
  readonly seen: Map<string, Meaning>;
};

/** What a path means: the fields that it may be, and whether an object under it holds more of them. */
type Meaning = {
  plain: string;
  known: string | undefined;
  places: readonly Place[];
  refused: RefusedPlace | undefined;
  isObject: boolean;
};

/** Fields that are not understood, at most: each is looked at, and listed or refused. No order has so many. */
const MOST_UNKNOWN = 500;

/** Paths that are remembered at most. */
const MOST_SEEN = 2_000;

/** A path as names are compared. */
export const plainPath = (path: string): string =>
  path.includes(".") ? path.split(".").map(plainName).join(".") : plainName(path);

/** Prepares names for {@link collectFields}; what stands first is the most telling. */
export function indexNames(rows: readonly Row[], refusedRows: readonly RefusedRow[]): NameIndex {
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
  return { places, parents, refused, seen: new Map() };
}

/** What the name of a value means in an object at `above`, a plain path. */
function meaningOf(above: string, name: string, index: NameIndex): Meaning {
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
  };
  if (index.seen.size >= MOST_SEEN) index.seen.clear();
  index.seen.set(path, meaning);
  return meaning;
}

/** Fields that are objects, by their plain names, and what is in them: one that is not understood must not become none. */
const OBJECT_FIELDS = new Map(
  [
    { field: "target", has: "target.side and target.quantity" },
    { field: "take_profit", has: "it as a price, or one of take_profit.percent and take_profit.amount" },
    { field: "stop_loss", has: "it as a price, or one of stop_loss.percent and stop_loss.amount" },
  ].map((each) => [plainName(each.field), each]),
);

/** What was found in a message: its fields, and what stands under names that mean none. */
export type Collected = { fields: Fields; problems: Problem[]; unknown: Leaf[] };

/**
 * The fields of a message, each from the most telling of the names it was sent under. Empty values count as not sent.
 * One name in two spellings (`limitPrice` and `limit_price`) with two values is a problem: only one can be meant.
 */
export function collectFields(message: Message, index: NameIndex): Collected {
  const found = new Map<FieldName, Ranked>();
  const problems: Problem[] = [];
  const unknown: Leaf[] = [];
  const besides: Ranked[] = [];
  let taken = 0;
  let isFull = false;
  visit(message, "", "");
  if (isFull) {
    problems.push({ path: "", message: `has more than ${MOST_UNKNOWN} fields that are not understood` });
  }
  if (besides.length > 0) unknown.push(...unread(besides, found));
  return { fields: found, problems, unknown };

  function visit(part: Message, sent: string, plain: string): void {
    const [before, unknownBefore] = [taken, unknown.length];
    for (const [name, value] of part) {
      if (isFull) return;
      if (value === null || value === "") continue;
      place(value, sent + name, meaningOf(plain, name, index));
    }
    const object = plain === "" ? undefined : OBJECT_FIELDS.get(knownName(plain, index) ?? "");
    if (object === undefined || taken > before || unknown.length === unknownBefore) return;
    unknown.length = unknownBefore;
    problems.push({
      path: object.field,
      source: sent.slice(0, -1),
      message: `has no field that is known here: send ${object.has}`,
    });
  }

  function place(value: Value, sent: string, meaning: Meaning): void {
    if (isMessage(value) && meaning.isObject) return visit(value, `${sent}.`, meaning.plain);
    const before = taken;
    for (const each of meaning.places) {
      if (each.when === undefined || fits(value, each.when)) take(value, each, sent);
    }
    if (taken > before) return;
    const { refused } = meaning;
    if (refused !== undefined && fits(value, refused.when)) {
      return void unknown.push({ path: sent, value, send: refused.send });
    }
    const leg = onlyOrder(value, meaning.plain);
    if (isMessage(value)) visit(value, `${sent}.`, meaning.plain);
    else if (isMessage(leg)) visit(leg, `${sent}.`, "order");
    else if (Array.isArray(value)) {
      value.forEach((each: Value, nr: number) => place(each, `${sent}[${nr}]`, meaning));
    } else if (unknown.length < MOST_UNKNOWN) unknown.push({ path: sent, value });
    else isFull = true;
  }

  function take(value: Value, { field, source, rank, when, says }: Place, path: string): void {
    taken += 1;
    if (when === "flag" && says !== undefined && FLAG_WORDS.get(plainText(value)) !== true) return;
    const both = isActionOrType(field) ? TYPED_ACTION_WORDS.get(plainText(value)) : undefined;
    if (both === undefined) {
      return put(field, { value: says ?? value, source, rank, path }, says !== undefined);
    }
    put("action", { value: both.action, source, rank, path }, false);
    put("order_type", { value: both.type, source, rank, path }, false);
  }

  function put(field: FieldName, sent: Ranked, isFlag: boolean): void {
    const before = found.get(field);
    if (before === undefined) return void found.set(field, sent);
    const [first, second] = byRank(field, before, sent);
    found.set(field, first);
    if (first.value === second.value) return;
    const beside = compare(field, first, second);
    // Two flags, or a flag and a word, that say two things: isBuy and isSell.
    const isOtherFlag = isFlag && plainText(before.value) !== plainText(sent.value);
    const isTwice = first.rank === second.rank && field !== "comment";
    if (isOtherFlag || isTwice || beside === "contradiction") {
      problems.push({
        path: pathOf(field),
        source: sent.source,
        message: "is sent twice, with two values: leave one of them out",
        code: "duplicate_field",
      });
    } else if (beside === "other") besides.push(second);
  }
}

/** Of names that say another thing than a more telling one, those that say nothing else: nothing of them was read. */
function unread(besides: readonly Ranked[], found: ReadonlyMap<FieldName, Ranked>): Leaf[] {
  const read = new Set([...found.values()].map(({ path }) => path));
  return besides.filter(({ path }) => !read.has(path)).map(({ path, value }) => ({ path, value }));
}

const isActionOrType = (field: FieldName): boolean => field === "action" || field === "order_type";

/** A field under one of its names, how telling that name is (0 is the most), and where it stands, as the sender wrote it. */
type Ranked = Field & { rank: number; path: string };

/** The more telling of two names first. With an exit, `side: long` is the side of the position, not an order to buy. */
function byRank(field: FieldName, one: Ranked, other: Ranked): [Ranked, Ranked] {
  const [first, second] = one.rank <= other.rank ? [one, other] : [other, one];
  const isExit = field === "action" && /^(side|direction)$/.test(first.source) &&
    SIDE_WORDS.has(plainText(first.value)) && ACTION_WORDS.get(plainText(second.value))?.action === "close";
  return isExit ? [second, first] : [first, second];
}

/** The longest end of a plain path that is a name, where only wrappers stand before it. */
export function knownName(plain: string, { places, parents, refused }: NameIndex): string | undefined {
  for (let rest = plain;;) {
    if (places.has(rest) || parents.has(rest) || refused.has(rest)) return rest;
    const dot = rest.indexOf(".");
    if (dot === -1 || !WRAPPERS.has(rest.slice(0, dot))) return undefined;
    rest = rest.slice(dot + 1);
  }
}

const isWrapper = (plain: string): boolean => WRAPPERS.has(plain.slice(plain.lastIndexOf(".") + 1));

/** The only order of a list, or the one leg of an order that has no more: it is the order. */
const onlyOrder = (value: Value, plain: string): Value | undefined =>
  Array.isArray(value) && value.length === 1 && /(^|\.)((order)?legs|orders|orderlegcollection)$/.test(plain)
    ? value[0]
    : undefined;
