import { orAborted } from "../supabase/functions/_shared/time/or-aborted.ts";
import { explain, runCommand } from "./command.ts";
import { trustSystemCertificates } from "./deno-program.ts";
import { launcherEnded } from "./launcher.ts";
import { standardError } from "./log.ts";
import { parseCommand, type StackOptions } from "./options.ts";
import { type Stack, startStack } from "./stack.ts";

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

/** What a person needs to know once the stack serves: where, with which keys, what to paste, what is off. */
function summary({ info, functions, off }: Stack, options: StackOptions, seconds: number): string {
  const rows: [string, string | null][] = [
    ["Functions", `${info.api_url}/functions/v1/<name>   (${functions.join(", ") || "none yet"})`],
    ["REST", `${info.api_url}/rest/v1`],
    ["Database", info.db_url],
    ["Dashboard", info.dashboard_url],
    ["Redis (REST)", info.redis_url],
    ["Publishable key", info.publishable_key],
    ["Secret key", info.secret_key],
    ["Alert key", info.api_key],
  ];
  return [
    "",
    `Ready in ${seconds.toFixed(1)} s.`,
    "",
    ...rows.flatMap(([name, value]) => value === null ? [] : [`  ${name.padEnd(16)} ${value}`]),
    ...off.map((sentence) => `  off: ${sentence}`),
    "",
    ...(functions.includes("alerts") ? ["Send the first alert:", "", firstAlert(info), ""] : []),
    `Ctrl-C stops it; ${
      options.watch ? "functions reload when their files change" : "functions do not reload"
    }.`,
  ].join("\n");
}

function firstAlert(info: Stack["info"]): string {
  const alert = JSON.stringify({ symbol: "AAPL", action: "buy", quantity: "10", price: "190.25" });
  return `  curl -sS ${info.api_url}/functions/v1/alerts -H 'Authorization: Bearer ${info.api_key}' -d '${alert}'`;
}

const stackOf = (error: unknown): string => error instanceof Error ? error.stack ?? "" : "";

if (import.meta.main) await runCommand(main, stackOf);
