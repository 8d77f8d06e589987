import { orAborted } from "../supabase/functions/_shared/time/or-aborted.ts";
import { explain, runCommand } from "./command.ts";
import { trustSystemCertificates } from "./deno-program.ts";
import { standardError } from "./log.ts";
import { launcherEnded } from "./launcher.ts";
import { parseCommand } from "./options.ts";
import { type Stack, startStack } from "./stack.ts";
import { summary } from "./summary.ts";

/** `deno task start`: runs a stack until it is told to end. Returns the exit code. */
async function main(args: string[]): Promise<number> {
  trustSystemCertificates();
  const { options, json } = parseCommand(args);
  const started = performance.now();
  const told = new AbortController();
  onEnd(() => told.abort());

  let stack: Stack;
  try {
    stack = await startStack(options, told.signal);
  } catch (error) {
    if (told.signal.aborted) return 130;
    throw error;
  }
  standardError(summary(stack, options, (performance.now() - started) / 1000));
  if (json) await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(stack.info)}\n`));

  const failure = await orAborted(stack.failure, told.signal).catch(() => null);
  if (failure !== null) explain(failure);
  standardError("Stopping …");
  await stack.stop();
  standardError("Stopped.");
  return failure === null ? 0 : 1;
}

/** Calls `end` on Ctrl-C, SIGTERM, and when the commands that launched this one are gone. */
function onEnd(end: () => void): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, end);
  launcherEnded(end);
}

const stackOf = (error: unknown): string => error instanceof Error ? error.stack ?? "" : "";

if (import.meta.main) await runCommand(main, stackOf);
