import { errorText, StackError, UsageError } from "./errors.ts";
import { type Kinds, readFlags } from "./flags.ts";
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

/** {@link readFlags} for a command that is being run: where its help is asked for, prints that and ends. */
export function readCommand<const These extends Kinds>(...given: Parameters<typeof readFlags<These>>) {
  const read = readFlags(...given);
  if (!read.flags.help) return read;
  standardError(given[0]);
  Deno.exit(0);
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
