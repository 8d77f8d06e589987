import {
  indexNames,
  type NameIndex,
  type RefusedRow,
  refusedRows,
  type Row,
  rows,
  type WrittenRefusal,
  type WrittenRow,
} from "../name-index.ts";
import { type Message, plainName } from "../message.ts";
import { REFUSED_NAMES } from "../refused-names.ts";
import { VOCABULARY } from "../vocabulary.ts";

/** A sender whose names mean something else than everybody's, or who is to be told apart. */
export type Dialect = ReturnType<typeof dialect>;

/**
 * A dialect: a sender's own meanings, and everybody's for all other names.
 *
 * @param name as dry runs report it
 * @param recognizes whether the message looks like this sender's, by its names as plainName has them. The first dialect of the
 * registry that says so reads it
 * @param ownRows the sender's own meanings, which come first
 * @param ownRefusals everybody's names that this sender means something else by, which cannot be done
 * @param areProfitsEven whether of several take profits each closes as much as the others where none says how much
 */
export function dialect(
  name: string,
  recognizes: (message: Message) => boolean,
  ownRows: readonly WrittenRow[] = [],
  ownRefusals: readonly WrittenRefusal[] = [],
  areProfitsEven = false,
) {
  const [first, refused] = [rows(ownRows), refusedRows(ownRefusals)];
  let index: NameIndex | undefined;
  return {
    name,
    recognizes,
    first,
    refused,
    areProfitsEven,
    /** All the names that are looked for. Made for the first message: an isolate sees few senders, and indexes take a tenth of its start. */
    get names(): NameIndex {
      return index ??= indexOf(first, refused);
    },
  };
}

function indexOf(first: readonly Row[], refused: readonly RefusedRow[]): NameIndex {
  const own = new Set([...first, ...refused].flatMap(({ names }) => names.map(plainName)));
  const others = VOCABULARY.map((row) => ({
    ...row,
    names: row.names.filter((each) => !own.has(plainName(each))),
  }));
  return indexNames([...first, ...others], [...REFUSED_NAMES, ...refused]);
}
