import { parseArgs } from "node:util";
import { errorText, StackError, UsageError } from "./errors.ts";
import { standardError } from "./log.ts";

/** What the reader can do about an error; empty: nothing is known. */
type AdviceOf = (error: unknown) => string;

const itsOwn: AdviceOf = (error) => error instanceof StackError ? error.advice : "";

/** Says what happened and, in further lines, what to do about it. */
export function explain(error: unknown, adviceOf: AdviceOf = () => ""): void {
  standardError(`\nerror: ${errorText(error)}`);
  const advice = itsOwn(error) || adviceOf(error);
  if (advice !== "") standardError(`  ${advice}`);
}

/**
 * Runs a command of the command line, and ends with its exit code: 0 when it answers none, 1 when it throws, 2 when
 * the command line is no good.
 *
 * @param adviceOf for errors that carry no advice of their own
 */
export async function runCommand(
  command: (args: string[]) => Promise<number | void>,
  adviceOf?: AdviceOf,
): Promise<never> {
  const code = await command(Deno.args).catch((error) => {
    explain(error, adviceOf);
    return error instanceof UsageError ? 2 : 1;
  });
  Deno.exit(code ?? 0);
}

/** Reads the value of a flag of each kind; null: it is none, which `what` says. A switch is there or not. */
const READERS = {
  text: { what: "a text", read: (text: string): string | null => text },
  // Paths are put behind it.
  url: {
    what: "a URL like https://<ref>.supabase.co",
    read: (text: string) => /^https?:/.test(text) && URL.canParse(text) ? text.replace(/\/+$/, "") : null,
  },
  port: { what: "a port: a whole number from 1 to 65535", read: (text: string) => wholeNumber(text, 65535) },
  count: { what: "a whole number from 1 to 64", read: (text: string) => wholeNumber(text, 64) },
};

function wholeNumber(text: string, most: number): number | null {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= 1 && value <= most ? value : null;
}

type Kind = keyof typeof READERS | "switch";
type Value<Of extends Kind> = Of extends keyof typeof READERS
  ? NonNullable<ReturnType<(typeof READERS)[Of]["read"]>>
  : boolean;

/** The flags of a command line by kind: `dataDir` is `--data-dir`. `--help` is one of them. */
export type Flags<Kinds extends Record<string, Kind>> =
  & { [Name in keyof Kinds]?: Value<Kinds[Name]> }
  & { help?: boolean };

/**
 * Reads the flags of a command, and where it takes any, the arguments beside them.
 *
 * @param usage the text of its `--help`
 * @throws UsageError for what the command does not take, and for a value that is missing or of another kind
 */
export function readFlags<const Kinds extends Record<string, Kind>>(
  usage: string,
  args: string[],
  kinds: Kinds,
  { takesArguments = false } = {},
): { flags: Flags<Kinds>; positionals: string[] } {
  const known = Object.entries<Kind>({ ...kinds, help: "switch" }).map(([key, kind]) => {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return { key, kind, name, type: kind === "switch" ? "boolean" as const : "string" as const };
  });
  const { tokens } = parseArgs({
    ...{ args, strict: false, tokens: true, allowPositionals: true },
    options: {
      ...Object.fromEntries(known.map(({ name, type }) => [name, { type }])),
      help: { type: "boolean", short: "h" },
    },
  });
  const flags: Record<string, Value<Kind>> = {};
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
  return { flags: flags as Flags<Kinds>, positionals };
}

function readFlag(
  { rawName, value, inlineValue }: { rawName: string; value?: string; inlineValue?: boolean },
  kind: Kind,
  usage: string,
): Value<Kind> {
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

/** {@link readFlags} for a command that is being run: where its help is asked for, prints that and ends. */
export function readCommand<const Kinds extends Record<string, Kind>>(
  ...given: Parameters<typeof readFlags<Kinds>>
) {
  const read = readFlags(...given);
  if (!read.flags.help) return read;
  standardError(given[0]);
  Deno.exit(0);
}
