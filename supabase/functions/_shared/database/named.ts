export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

interface Kinds {
  string: string;
  number: number;
  boolean: boolean;
  Json: Json;
  strings: string[];
  numbers: number[];
}
type Kind = keyof Kinds;

/** Names by their type, with spaces between; with a `?` behind the type those that may be left out. */
type Names = { [Each in Kind | `${Kind}?`]?: string };
type Words<Text> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;

/** The object that has those names. */
export type Named<Of extends Names> = { [Each in keyof Of & Kind as Words<Of[Each]> & string]: Kinds[Each] };
type Maybe<Of extends Names> = {
  [Each in keyof Of as Each extends `${Kind}?` ? Words<Of[Each]> & string : never]?: Each extends
    `${infer Of extends Kind}?` ? Kinds[Of] : never;
};

/** A function by the names of its arguments, and what it returns. */
export type Rpc<Args extends Names, Returns> = {
  Args: keyof Args extends never ? Record<PropertyKey, never> : Named<Args> & Maybe<Args>;
  Returns: Returns;
};
