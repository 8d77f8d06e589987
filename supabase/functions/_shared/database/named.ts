export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

/** What the groups below are called, in the order in which they are written. */
export interface Kinds {
  string: string;
  number: number;
  boolean: boolean;
  Json: Json;
  strings: string[];
  numbers: number[];
}

type Groups = { [Kind in keyof Kinds]?: string };
type Words<Text> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;

/** An object by the names of its values, of each type together and with spaces between. */
export type Named<Of extends Groups> = {
  [Kind in keyof Of & keyof Kinds as Words<Of[Kind]> & string]: Kinds[Kind];
};
/** The same of what may be left out. */
export type Maybe<Of extends Groups> = Partial<Named<Of>>;
