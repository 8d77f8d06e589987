import type { Problem } from "../http/errors.ts";
import { decimalIn, scaled, unscaled } from "../validators/decimal.ts";
import { actionIn, take } from "./edit-fields.ts";
import type { Fields, Leaf } from "./field-names.ts";
import { isScalar } from "./fits.ts";
import { isMessage, type Message, plainName, type Value, words } from "./message.ts";
import { areWrappers, plainPath } from "./name-index.ts";
import { hasSize } from "./position-side.ts";
import { shown } from "./unknown.ts";

/** What one of several take profits says: where it lies, or how much of the position it closes. */
type Part = "limit_price" | "amount" | "percent" | "quantity" | "close_percent" | "percent or close_percent";

/** The names that senders have for that, in each of a list and beside a number: `tp1_percent`. */
export const PROFIT_NAMES = ([
  ["limit_price", "limit_price price target target_price tp tp_price take_profit take_profit_price"],
  ["amount", "amount"],
  ["percent", "price_percentage price_percent profit_percent distance_percent"],
  ["quantity", "quantity qty size contracts volume units shares lots"],
  [
    "close_percent",
    `close_percent close_percentage close_pct quantity_percent quantity_percentage qty_percent qty_pct size_percent
     size_pct position_percent position_percentage`,
  ],
  // Beside a price it can only be how much it closes; without one it is the distance, as in a take_profit.
  ["percent or close_percent", "percent percentage pct"],
] satisfies [Part, string][]).map(([part, names]) => ({ part, names: words(names) }));

const PARTS: ReadonlyMap<string, Part> = new Map(
  PROFIT_NAMES.flatMap(({ part, names }) => names.map((name): [string, Part] => [plainName(name), part])),
);

/** `tp1`, `take_profit_2`, `target3_price`, `tp_qty_1`, `t1`. */
const NUMBERED = /^(?:takeprofit|target|tp|t)([a-z]*?)(\d{1,2})([a-z]*)$/;

/** How a message may say it that does not say how much each of them closes. */
const EXAMPLE =
  '"take_profits": [{"price": "110", "percent": "50"}, {"price": "120"}], or tp1_percent beside tp1';

/** One of several take profits, by canonical names. */
type Level = Map<string, Value>;

/**
 * Several take profits of a message, in a list or numbered, as one field; a single one as the take profit that it is. That
 * they do not say how much each closes changes nothing where the message says the position wanted: they go to `unused`. Else
 * it is refused, but for a sender of whom all close the same (areEven).
 */
export function placeTakeProfits(
  fields: Fields,
  unknown: Leaf[],
  areEven: boolean,
  unused: string[],
): Problem[] {
  const levels: Level[] = [];
  /** The sender's names of what they were made of. */
  const sources: string[] = [];
  findListed(fields, unknown, levels, sources);
  const isTwice = findNumbered(unknown, levels, sources);
  if (areEven && levels.every((each) => each.size === 1)) share(levels, fields);
  const [first] = levels;
  const [source = ""] = sources;
  if (first === undefined) return [];
  const refuse = (message: string): Problem[] => [{ path: "take_profit", source, message }];
  if (levels.some(isPricedPart) && levels.some((each) => each.has("percent"))) {
    return refuse(
      `has a percent beside a price, and one without: which is how much it closes? Send ${EXAMPLE}`,
    );
  }
  const isSingle = levels.length === 1 && first.size === 1;
  // A number in the name, and a percent alone: the price that belongs to it may be off, or the percent be the distance.
  if (isSingle && first.has("percent") && /\d/.test(source)) {
    return refuse(
      "is a percent alone: is it how far, or how much it closes? Send take_profit.percent, or a price",
    );
  }
  const price = first.get("limit_price");
  const isPlain = !isTwice && !fields.has("take_profit.limit_price");
  // Of a position with several, a number may name one: in a modify it is no single take profit.
  const isNumbered = /\d/.test(source) && actionIn(fields) === "modify";
  const isSized = levels.slice(0, -1).every((each) => each.has("quantity") || each.has("close_percent"));
  if (isSingle && price !== undefined && isPlain && !isNumbered) {
    fields.set("take_profit.limit_price", { value: price, source });
  } else if (isSized && isPlain) fields.set("take_profits", { value: levels, source });
  else if (hasSize(fields)) unused.push(...sources);
  else return refuse(`is sent several times: say how much each closes, as in ${EXAMPLE}`);
  return [];
}

/** Whether one lies at a price, and a percent says how much it closes. */
const isPricedPart = (level: Level): boolean => level.has("limit_price") && level.has("close_percent");

/** Gives each the same part, the single one beside them as well; the last takes the rest, or thirds would not be all. */
function share(levels: Level[], fields: Fields): void {
  const single = levels.length === 0 ? undefined : take(fields, "take_profit.limit_price");
  if (single !== undefined) levels.unshift(new Map([["limit_price", single.value]]));
  if (levels.length === 0) return;
  const part = unscaled(scaled("100") / BigInt(levels.length));
  for (const each of levels.slice(0, -1)) each.set("close_percent", part);
}

/** Finds those of a list: prices, or objects. What is not understood in them is unknown. */
function findListed(fields: Fields, unknown: Leaf[], levels: Level[], sources: string[]): void {
  const list = take(fields, "take_profits");
  if (list === undefined || !Array.isArray(list.value)) return;
  sources.push(list.source);
  list.value.forEach((each: Value, nr: number) =>
    levels.push(read(isMessage(each) ? each : new Map([["price", each]]), `${list.source}[${nr}]`, unknown))
  );
}

/**
 * Finds those whose names have a number, takes them out of what is unknown, and puts them in the order of their numbers.
 * Answers whether one name says it twice.
 */
function findNumbered(unknown: Leaf[], levels: Level[], allSources: string[]): boolean {
  const found = new Map<number, Map<string, Value>>();
  /** Those whose price says none by 0: what else is said of them asks for nothing. */
  const off = new Set<number>();
  const sources: string[] = [];
  let isTwice = false;
  const others = unknown.filter((leaf) => {
    const name = numberedName(leaf);
    if (name === undefined) return true;
    if (isZero(leaf) && PARTS.get(name.part) === "limit_price") off.add(name.nr);
    if (isZero(leaf)) return true;
    const level = found.get(name.nr) ?? new Map<string, Value>();
    isTwice ||= level.has(name.part);
    found.set(name.nr, level.set(name.part, leaf.value));
    sources.push(shown(leaf.path));
    return false;
  });
  // A `t1` alone may be a time, and a `t3` an average of a script.
  const [[nr, only] = [0, undefined]] = found;
  const isBare = sources.length === 1 && /(^|\.)t_?\d{1,2}$/i.test(sources[0] ?? "") &&
    (nr !== 1 || Number(only?.get("price")) >= 1e9);
  if (sources.length === 0 || isBare) return false;
  unknown.splice(0, unknown.length, ...others);
  allSources.push(...sources);
  for (const [nr, level] of [...found].sort(([one], [other]) => one - other)) {
    if (!off.has(nr)) levels.push(read(level, `tp${nr}`, unknown));
  }
  return isTwice;
}

/** The number in a name, and what it speaks of; undefined where it is of no take profit. */
function numberedName({ path, value }: Leaf): { nr: number; part: string } | undefined {
  const at = path.lastIndexOf(".") + 1;
  const name = plainName(path.slice(at));
  const [, before = "", digits, after = ""] = NUMBERED.exec(name) ?? [];
  const part = before + after === "" ? "price" : before + after;
  if (digits === undefined || !PARTS.has(part) || !isScalar(value)) return undefined;
  if (!areWrappers(plainPath(path.slice(0, at)))) return undefined;
  // A `t1` that is no number may be a time.
  return name.length <= 2 && decimalIn(value) === null ? undefined : { nr: Number(digits), part };
}

const isZero = ({ value }: Leaf): boolean => decimalIn(value) === "0";

/** One of them by canonical names. */
function read(sent: Message, path: string, unknown: Leaf[]): Level {
  const level: Level = new Map();
  const isPriced = [...sent.keys()].some((name) => PARTS.get(plainName(name)) === "limit_price");
  for (const [name, value] of sent) {
    if (value === null || value === "") continue;
    const [part, plain] = canonicalPart(PARTS.get(plainName(name)), value, isPriced);
    if (part === undefined || level.has(part) || !isScalar(value)) {
      unknown.push({ path: `${path}.${name}`, value });
    } else level.set(part, plain);
  }
  return level;
}

/** What a part is, beside what else is sent, and its value without the sign of a percentage, which says what it is. */
function canonicalPart(
  part: Part | undefined,
  value: Value,
  isPriced: boolean,
): [part: Part | undefined, value: Value] {
  const isPercent = typeof value === "string" && value.trim().endsWith("%");
  const plain = isPercent ? value.trim().slice(0, -1) : value;
  if (part === "percent or close_percent") return [isPriced ? "close_percent" : "percent", plain];
  // A number with a plus is a distance, of nobody knows what.
  const isDistance = typeof value === "string" && value.trim().startsWith("+");
  if (part === "limit_price") return isDistance ? [undefined, value] : [isPercent ? "percent" : part, plain];
  return [part === "quantity" && isPercent ? "close_percent" : part, plain];
}
