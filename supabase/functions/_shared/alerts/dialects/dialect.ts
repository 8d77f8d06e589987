import { indexNames, type NameIndex } from "../name-index.ts";
import { type Message, plainName } from "../message.ts";
import { REFUSED_NAMES } from "../refused-names.ts";
import {
  type RefusedRow,
  refusedRows,
  type Row,
  rows,
  type WrittenRefusal,
  type WrittenRow,
} from "../row.ts";
import { VOCABULARY } from "../vocabulary.ts";

/** A sender whose names mean something else than everybody's, or who is to be told apart. */
export type Dialect = {
  /** As dry runs report it. */
  readonly name: string;
  /**
   * Whether the message looks like this sender's, by its names as plainName has them. The first dialect of the registry that
   * says so reads it.
   */
  recognizes(message: Message): boolean;
  /** The sender's own meanings, which come first. */
  readonly first: readonly Row[];
  /** Everybody's names that this sender means something else by, which cannot be done. */
  readonly refused: readonly RefusedRow[];
  /** Whether of several take profits each closes as much as the others where none says how much. */
  readonly areProfitsEven: boolean;
  /** All the names that are looked for. Made for the first message: an isolate sees few senders, and indexes take a tenth of its start. */
  readonly names: NameIndex;
};

/** A dialect: a sender's own meanings, and everybody's for all other names. */
export function dialect(
  name: string,
  recognizes: (message: Message) => boolean,
  ownRows: readonly WrittenRow[] = [],
  ownRefusals: readonly WrittenRefusal[] = [],
  areProfitsEven = false,
): Dialect {
  const [first, refused] = [rows(ownRows), refusedRows(ownRefusals)];
  let index: NameIndex | undefined;
  return {
    name,
    recognizes,
    first,
    refused,
    areProfitsEven,
    get names() {
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
