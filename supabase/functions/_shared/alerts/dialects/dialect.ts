import type { NameIndex, RefusedRow, Row, WrittenRefusal, WrittenRow } from "../name-index.ts";
import { indexNames, refusedRows, rows } from "../name-index.ts";
import { plainText } from "../fits.ts";
import { isMessage, type Message, plainName, words } from "../message.ts";
import { REFUSED_NAMES, VOCABULARY } from "../vocabulary.ts";

/** A sender whose names mean something else than everybody's, or who is to be told apart. */
export type Dialect = ReturnType<typeof dialect>;

/**
 * A dialect: a sender's own meanings, and everybody's for all other names.
 *
 * @param name as dry runs report it
 * @param marks what the message of this sender has, see markOf. The first dialect of the registry whose marks it has reads it
 * @param ownRows the sender's own meanings, which come first
 * @param ownRefusals everybody's names that this sender means something else by, which cannot be done
 * @param areProfitsEven whether of several take profits each closes as much as the others where none says how much
 */
export function dialect(
  name: string,
  marks: string | Mark,
  ownRows: readonly WrittenRow[] = [],
  ownRefusals: readonly WrittenRefusal[] = [],
  areProfitsEven = false,
) {
  const [first, refused] = [rows(ownRows), refusedRows(ownRefusals)];
  const all = typeof marks === "string" ? words(marks).map(markOf) : [marks];
  let index: NameIndex | undefined;
  return {
    name,
    recognizes: (message: Message): boolean => all.every((isThere) => isThere(message)),
    first,
    refused,
    areProfitsEven,
    /** All the names that are looked for. Made for the first message: an isolate sees few senders, and indexes take a tenth of its start. */
    get names(): NameIndex {
      return index ??= indexOf(first, refused);
    },
  };
}

/** Tells by a message whose names are as plainName has them. */
type Mark = (message: Message) => boolean;

/** A mark: a name (`a|b`: one of two), one that is not there (`!a`), an object (`a{}`), or what a field says (`a=b|c`). */
function markOf(mark: string): Mark {
  const [name = "", said] = mark.split("=");
  const [one = "", other = one] = name.split("|");
  const bare = name.replace(/^!|\{\}$/, "");
  const texts = new Set(said?.split("|").map(plainName));
  if (said !== undefined) return (message) => texts.has(plainText(message.get(name) ?? ""));
  if (name.endsWith("{}")) return (message) => isMessage(message.get(bare));
  return name.startsWith("!")
    ? (message) => !message.has(bare)
    : (message) => message.has(one) || message.has(other);
}

function indexOf(first: readonly Row[], refused: readonly RefusedRow[]): NameIndex {
  const own = new Set([...first, ...refused].flatMap(({ names }) => names.map(plainName)));
  const others = VOCABULARY.map((row) => ({
    ...row,
    names: row.names.filter((each) => !own.has(plainName(each))),
  }));
  return indexNames([...first, ...others], [...REFUSED_NAMES, ...refused]);
}
