import { StackError } from "./errors.ts";

/** The variables of a .env file by name. */
export type Variables = Readonly<Record<string, string>>;

/**
 * A whole line NAME=value: the value in quotes, over any number of lines, or bare; a comment after quotes only.
 * Not `parseEnv` of node:util: of `A='1','2'` it keeps a part, after `A= ` it takes the next line for A's value.
 */
const LINE =
  /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:(['"`])((?:(?!\2)[^])*)\2[ \t]*(?:#.*)?|([^'"`#\s][^#\n]*)?)$/gm;

/**
 * Reads a .env file whole; a value that is empty sets nothing.
 *
 * @throws StackError for what readers of such files leave out without a word: a second line, what follows a #, a name twice
 */
export function readDotenv(text: string): Variables {
  const found = new Map<string, string>();
  const twice: string[] = [];
  const rest = text.replaceAll(/\r\n?/g, "\n").replaceAll(LINE, (line, name, quote, quoted, bare = "") => {
    // In double quotes \n is a line end.
    const value: string = quote === '"' ? quoted.replaceAll("\\n", "\n") : quoted ?? bare.trim();
    if (found.has(name)) twice.push(name);
    found.set(name, value);
    return line.replaceAll(/[^\n]/g, "");
  });
  const lost = rest.split("\n").findIndex((line) => !/^\s*(#.*)?$/.test(line));
  if (lost !== -1) {
    throw new StackError(
      `Line ${lost + 1} of the settings would be read in part only.`,
      "Put a value that has a # or several lines into single quotes: NAME='value'.",
    );
  }
  if (twice.length > 0) {
    throw new StackError(
      `${twice[0]} is set twice, and would be read once.`,
      "Put all of it into one line: keys are separated by commas.",
    );
  }
  return Object.fromEntries([...found].filter(([, value]) => value !== ""));
}

/** The text of a .env file with one variable's lines replaced, or added at the end; its value needs no quotes. */
export function setVariable(text: string, name: string, value: string): string {
  const assignment = `${name}=${value}`;
  let isThere = false;
  const changed = text.replaceAll(LINE, (line, found) => {
    if (found !== name) return line;
    isThere = true;
    return assignment;
  });
  return isThere ? changed : `${text.trimEnd()}\n${assignment}\n`;
}

/**
 * A .env file of these variables, which Node and the Supabase CLI read alike.
 *
 * @throws StackError for a value that no quotes can hold
 */
export const writeDotenv = (variables: Variables): string =>
  Object.entries(variables).map(([name, value]) => `${name}=${quoted(name, value)}\n`).join("");

function quoted(name: string, value: string): string {
  if (/^[\w.,:;+/@=-]*$/.test(value)) return value;
  // Not double quotes: in them \n is a line end.
  const quote = ["'", "`"].find((each) => !value.includes(each));
  if (quote !== undefined) return quote + value + quote;
  throw new StackError(`${name} holds both ' and \`, which a .env file cannot.`, "Leave one of them out.");
}
