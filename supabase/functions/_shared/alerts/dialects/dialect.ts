import type { Fields, NameIndex } from "../fields.ts";
import type { Message } from "../message.ts";

/** How one sender writes alerts. */
export type Dialect = {
  /** As dry runs report it. */
  readonly name: string;
  /** Whether the message looks like this sender's. The first dialect of the registry that says so reads it. */
  recognizes(message: Message): boolean;
  /** The sender's names for the canonical fields. */
  readonly names: NameIndex;
  /** Fills in what the sender leaves to be understood; the words are ours by then. */
  complete?(fields: Fields): void;
};
