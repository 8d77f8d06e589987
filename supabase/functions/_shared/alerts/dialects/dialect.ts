import type { Fields, NameIndex, Names } from "../fields.ts";
import type { Message } from "../message.ts";

/** How one sender writes alerts. */
export type Dialect = {
  /** As dry runs report it. */
  readonly name: string;
  /** Whether the message looks like this sender's. The first dialect of the registry that says so reads it. */
  recognizes(message: Message): boolean;
  /** The sender's own names for the canonical fields. */
  readonly first: Names;
  /** All the names that are looked for: the sender's, then ours. */
  readonly names: NameIndex;
  /** Fills in what the sender leaves to be understood; the words are ours by then. */
  complete?(fields: Fields): void;
};
