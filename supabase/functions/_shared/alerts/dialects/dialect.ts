import { indexNames, type NameIndex } from "../fields.ts";
import { type Message, plainName } from "../message.ts";
import { type Row, VOCABULARY } from "../vocabulary.ts";

/** A sender whose names mean something else than everybody's, or who is to be told apart. */
export type Dialect = {
  /** As dry runs report it. */
  readonly name: string;
  /** Whether the message looks like this sender's. The first dialect of the registry that says so reads it. */
  recognizes(message: Message): boolean;
  /** The sender's own meanings, which come first. */
  readonly first: readonly Row[];
  /** All the names that are looked for. */
  readonly names: NameIndex;
};

/** A dialect: a sender's own meanings, and everybody's for all other names. */
export function dialect(
  name: string,
  recognizes: (message: Message) => boolean,
  first: readonly Row[] = [],
): Dialect {
  const own = new Set(first.flatMap(({ names }) => names.map(plainName)));
  const others = VOCABULARY.map((row) => ({
    ...row,
    names: row.names.filter((each) => !own.has(plainName(each))),
  }));
  return { name, recognizes, first, names: indexNames([...first, ...others]) };
}
