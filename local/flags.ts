import { parseArgs } from "node:util";
import { UsageError } from "./errors.ts";

/** What the value of a flag of each kind becomes; a switch is there or not. */
interface Values {
  text: string;
  url: string;
  port: number;
  count: number;
  switch: boolean;
}
type Kind = keyof Values;
export type Kinds = Record<string, Kind>;

/** The flags of a command line: `dataDir` is `--data-dir`. `--help` is one of them. */
export type Flags<These extends Kinds> =
  & { [Name in keyof These]?: Values[These[Name]] }
  & { help?: boolean };

/** Reads a value of each kind; null: it is none, which `what` says. */
const READERS: {
  [Each in Exclude<Kind, "switch">]: { what: string; read(text: string): Values[Each] | null };
} = {
  text: { what: "a text", read: (text) => text },
  // Paths are put behind it.
  url: {
    what: "a URL like https://<ref>.supabase.co",
    read: (text) => /^https?:/.test(text) && URL.canParse(text) ? text.replace(/\/+$/, "") : null,
  },
  port: { what: "a port: a whole number from 1 to 65535", read: (text) => wholeNumber(text, 65535) },
  count: { what: "a whole number from 1 to 64", read: (text) => wholeNumber(text, 64) },
};

function wholeNumber(text: string, most: number): number | null {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= 1 && value <= most ? value : null;
}

/**
 * Reads the flags of a command, and where it takes any, the arguments beside them.
 *
 * @param usage the text of its `--help`
 * @throws UsageError for what the command does not take, and for a value that is missing or of another kind
 */
export function readFlags<const These extends Kinds>(
  usage: string,
  args: string[],
  kinds: These,
  { takesArguments = false } = {},
): { flags: Flags<These>; positionals: string[] } {
  const known = Object.entries<Kind>({ ...kinds, help: "switch" })
    .map(([key, kind]) => ({
      key,
      kind,
      name: key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    }));
  const options = Object.fromEntries(
    known.map(({ name, kind }) => [name, { type: kind === "switch" ? "boolean" : "string" } as const]),
  );
  const { tokens } = parseArgs({
    ...{ args, strict: false, tokens: true, allowPositionals: true },
    options: { ...options, help: { type: "boolean", short: "h" } },
  });
  const flags: Record<string, Values[Kind]> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (!takesArguments) throw new UsageError(`${token.value} is not understood here.`, usage);
      positionals.push(token.value);
    }
    if (token.kind === "option") {
      const flag = known.find(({ name }) => name === token.name);
      if (flag === undefined) throw new UsageError(`There is no flag ${token.rawName}.`, usage);
      flags[flag.key] = readFlag(token, flag.kind, usage);
    }
  }
  return { flags: flags as Flags<These>, positionals };
}

function readFlag(
  { rawName, value, inlineValue }: { rawName: string; value?: string; inlineValue?: boolean },
  kind: Kind,
  usage: string,
): Values[Kind] {
  if (kind === "switch") {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value.`, usage);
    return true;
  }
  // The next flag is no value of this one.
  if (!value || !inlineValue && value.startsWith("-")) {
    throw new UsageError(`${rawName} needs a value.`, usage);
  }
  const { what, read } = READERS[kind];
  const found = read(value);
  if (found === null) throw new UsageError(`${rawName} ${value} is not ${what}.`, usage);
  return found;
}
