import { parseArgs } from "node:util";
import { errorText, StackError } from "./errors.ts";

/** The flags of a command line, by name: texts, and those that are only there or not. `--help` is one of these. */
export type Flags<Text extends string, Switch extends string> =
  & Partial<Record<Text, string>>
  & Partial<Record<Switch | "help", boolean>>;

/**
 * Reads the flags of `deno task <task>`, and where it takes any, the arguments beside them.
 *
 * @throws StackError for what the task does not take
 */
export function readFlags<const Text extends string, const Switch extends string = never>(
  task: string,
  args: string[],
  { texts, switches = [], takesArguments = false }: {
    texts: readonly Text[];
    switches?: readonly Switch[];
    takesArguments?: boolean;
  },
): { flags: Flags<Text, Switch>; positionals: string[] } {
  const typed = (names: readonly string[], type: "string" | "boolean") =>
    names.map((name) => [name, { type }] as const);
  const options = Object.fromEntries([...typed(texts, "string"), ...typed(switches, "boolean")]);
  try {
    const help = { type: "boolean", short: "h" } as const;
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: takesArguments,
      options: { ...options, help },
    });
    return { flags: values as Flags<Text, Switch>, positionals };
  } catch (error) {
    throw new StackError(errorText(error), `See npx -y deno task ${task} --help.`);
  }
}
