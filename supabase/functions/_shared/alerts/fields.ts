import type { Problem } from "../http/errors.ts";
import { SEND } from "./advice.ts";
import { compare } from "./contradictions.ts";
import { fits, plainText } from "./fits.ts";
import { isMessage, type Message, plainName, type Value } from "./message.ts";
import { type Field, type FieldName, type Fields, type Leaf, pathOf } from "./field-names.ts";
import { type Meaning, meaningOf, type NameIndex, type Place } from "./name-index.ts";
import { ACTION_WORDS, FLAG_WORDS, SIDE_WORDS, TYPED_ACTION_WORDS } from "./words.ts";

/** Fields and objects of a message at most, and those that are not understood: each is looked at. No order has so many. */
const MOST_FIELDS = 1_000;
const MOST_UNKNOWN = 500;

/** Fields that are objects, by their plain names, and what is in them: one that is not understood must not become none. */
const OBJECT_FIELDS = new Map(
  [
    { field: "target", has: "target.side and target.quantity" },
    { field: "take_profit", has: "it as a price, or one of take_profit.percent and take_profit.amount" },
    { field: "stop_loss", has: "it as a price, or one of stop_loss.percent and stop_loss.amount" },
  ].map((each) => [plainName(each.field), each]),
);

/**
 * What is in a message: what stands under names that mean no field, and its fields, each from the most telling of the names it was sent under. Empty values count as not sent.
 * One name in two spellings (`limitPrice` and `limit_price`) with two values is a problem: only one can be meant.
 */
export function collectFields(
  message: Message,
  index: NameIndex,
): { fields: Fields; problems: Problem[]; unknown: Leaf[] } {
  const found = new Map<FieldName, Ranked>();
  const problems: Problem[] = [];
  const unknown: Leaf[] = [];
  const besides: Ranked[] = [];
  const orders: { order: Message; path: string }[] = [];
  let taken = 0;
  let looked = 0;
  visit(message, "", "");
  // Not before: what stands outside of it may be the order.
  for (const { order, path } of orders) {
    if (isOrder()) unknown.push({ path, value: order, send: SEND.apart });
    else visit(order, `${path}.`, "order");
  }
  if (looked > MOST_FIELDS) problems.push({ path: "", message: `has more than ${MOST_FIELDS} fields` });
  if (unknown.length > MOST_UNKNOWN) {
    problems.push({ path: "", message: `has more than ${MOST_UNKNOWN} fields that are not understood` });
  }
  if (besides.length > 0) unknown.push(...unread(besides, found));
  return { fields: found, problems, unknown };

  function isOrder(): boolean {
    return found.has("action") || found.has("position_size") || found.has("target.side");
  }

  function isFull(): boolean {
    return looked > MOST_FIELDS || unknown.length > MOST_UNKNOWN;
  }

  function visit(part: Message, sent: string, above: string, known?: string): void {
    const [before, unknownBefore] = [taken, unknown.length];
    for (const [name, value] of part) {
      if (value === null || value === "") continue;
      // Before a name is looked up, which is most of the work.
      if (isFull()) return;
      place(value, sent + name, meaningOf(above, name, index));
    }
    const object = OBJECT_FIELDS.get(known ?? "");
    if (object === undefined || taken > before || unknown.length === unknownBefore) return;
    unknown.length = unknownBefore;
    problems.push({
      path: object.field,
      source: sent.slice(0, -1),
      message: `has no field that is known here: send ${object.has}`,
    });
  }

  function place(value: Value, sent: string, meaning: Meaning): void {
    if (isFull()) return;
    looked += 1;
    if (isMessage(value) && meaning.isObject) {
      return visit(value, `${sent}.`, meaning.inside, meaning.known);
    }
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
    if (isMessage(value)) visit(value, `${sent}.`, meaning.inside);
    else if (isMessage(leg)) orders.push({ order: leg, path: sent });
    else if (Array.isArray(value)) {
      value.slice(0, MOST_FIELDS).forEach((each: Value, nr: number) =>
        place(each, `${sent}[${nr}]`, meaning)
      );
    } else unknown.push({ path: sent, value });
  }

  function take(value: Value, { field, source, rank, when, says }: Place, path: string): void {
    taken += 1;
    if (when === "flag" && says !== undefined && FLAG_WORDS.get(plainText(value)) !== true) return;
    const isWord = field === "action" || field === "order_type";
    const both = isWord ? TYPED_ACTION_WORDS.get(plainText(value)) : undefined;
    if (both === undefined) {
      return put(field, { value: says ?? value, source, rank, path }, says !== undefined);
    }
    put("action", { value: both.action, source, rank, path }, false);
    put("order_type", { value: both.type, source, rank, path }, false);
  }

  /** A less telling action may say the side of its position, as `short` and `close_short` do, or of its order. */
  function putSide(action: Ranked): void {
    const word = ACTION_WORDS.get(plainText(action.value));
    if (word?.side !== undefined) put("position_side", { ...action, value: word.side }, false);
    else if (word?.action === "buy" || word?.action === "sell") {
      put("order_side", { ...action, value: word.action }, false);
    }
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
      return;
    }
    if (beside === "other") besides.push(second);
    if (field === "action") putSide(second);
  }
}

/** Of names that say another thing than a more telling one, those that say nothing else: nothing of them was read. */
function unread(besides: readonly Ranked[], found: ReadonlyMap<FieldName, Ranked>): Leaf[] {
  const read = new Set([...found.values()].map(({ path }) => path));
  return besides.filter(({ path }) => !read.has(path)).map(({ path, value }) => ({ path, value }));
}

/** A field under one of its names, how telling that name is (0 is the most), and where it stands, as the sender wrote it. */
type Ranked = Field & { rank: number; path: string };

/**
 * The more telling of two names first. With an exit, `side: long` is the side of the position, not an order to buy; and a
 * `position_side` of `net` or `both` tells less than any side.
 */
function byRank(field: FieldName, one: Ranked, other: Ranked): [Ranked, Ranked] {
  const [first, second] = one.rank <= other.rank ? [one, other] : [other, one];
  const isExit = field === "action" && /^(side|direction)$/.test(first.source) &&
    SIDE_WORDS.has(plainText(first.value)) && ACTION_WORDS.get(plainText(second.value))?.action === "close";
  const isNoSide = field === "position_side" && !SIDE_WORDS.has(plainText(first.value));
  return isExit || isNoSide ? [second, first] : [first, second];
}

/** The only order of a list, or the one leg of an order that has no more: it is the order. */
const onlyOrder = (value: Value, plain: string): Value | undefined =>
  Array.isArray(value) && value.length === 1 && /(^|\.)((order)?legs|orders|orderlegcollection)$/.test(plain)
    ? value[0]
    : undefined;
