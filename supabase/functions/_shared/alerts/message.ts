/**
 * A sender's message as it was written: numbers are kept as their source text, so `0.1234567890123456789` stays
 * exact and `10` and `"10"` are the same thing. Objects are Maps: no key can reach a prototype.
 */
export type Value = string | boolean | null | readonly Value[] | Message;

/** One object of a message, in the sender's order and spelling. */
export type Message = ReadonlyMap<string, Value>;

export function isMessage(value: Value | undefined): value is Message {
  return value instanceof Map;
}

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** What is wrong with a name beside those that a message has already; null where nothing is. */
export function wrongName(name: string, before: Message): { message: string; code: string } | null {
  if (FORBIDDEN.has(name)) return { message: "is a name that messages may not use", code: "forbidden_field" };
  if (!before.has(name)) return null;
  return { message: "appears twice: only one of them can be meant", code: "duplicate_field" };
}

/** Field names are compared like this: `quantityType`, `quantity_type` and `Quantity-Type` are one name. */
export function plainName(name: string): string {
  // As most names are, and each is asked for several times: to see so takes a third of making it so.
  if (!/[^a-z0-9.]/.test(name)) return name;
  const known = plainNames.get(name);
  if (known !== undefined) return known;
  const plain = name.toLowerCase().replace(/[_\- ]/g, "");
  if (plainNames.size >= MOST_KNOWN) plainNames.clear();
  if (name.length <= LONGEST_KNOWN) plainNames.set(name, plain);
  return plain;
}

/** Names that were asked for lately: senders send the same ones again and again. */
const plainNames = new Map<string, string>();
const MOST_KNOWN = 2_000;
const LONGEST_KNOWN = 64;

/** The words of a name: at capitals, digits, `_`, `-`, dots and spaces. */
export function wordsOf(path: string): string[] {
  return path.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z]+/).filter((word) =>
    word !== ""
  );
}

/** Names, as tables of them are written: with spaces between. */
export const words = (names: string): string[] => names.trim().split(/\s+/);

/** An object with each value as `change` makes it, and without those that it makes undefined; itself where nothing changes. */
export function changed(object: Message, change: (value: Value, name: string) => Value | undefined): Message {
  let all: Map<string, Value> | undefined;
  for (const [name, value] of object) {
    const now = change(value, name);
    if (now === value) continue;
    all ??= new Map(object);
    if (now === undefined) all.delete(name);
    else all.set(name, now);
  }
  return all ?? object;
}

/** A list with each value as `change` makes it; itself where nothing changes. */
export function changedList(list: readonly Value[], change: (value: Value) => Value): readonly Value[] {
  const all = list.map((each) => change(each));
  return all.some((each, index) => each !== list[index]) ? all : list;
}
