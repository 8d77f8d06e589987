import { orAborted } from "../supabase/functions/_shared/time/or-aborted.ts";
import { explain, readCommand, runCommand } from "./command.ts";
import { trustSystemCertificates } from "./deno-program.ts";
import { launcherEnded } from "./launcher.ts";
import { standardError } from "./log.ts";
import { defaultOptions, type StackOptions } from "./options.ts";
import { type Stack, startStack } from "./stack.ts";

const usage = `deno task start [options]

  --port <n>            gateway: functions and REST (${defaultOptions.port})
  --db-port <n>         Postgres (${defaultOptions.dbPort})
  --dashboard-port <n>  dashboard (${defaultOptions.dashboardPort})
  --redis-port <n>      Upstash-REST bridge (${defaultOptions.redisPort})
  --data-dir <path>     database, keys and .env of this stack (.local)
  --isolates <n>        processes per function (${defaultOptions.isolates})
  --no-redis            memory cache only
  --no-watch            do not reload functions when their files change
  --deno <command>      Deno that runs the functions, e.g. "npx -y deno@2.1.4"
  --reset               delete the data of earlier runs first
  --json                once ready, print one line of JSON on standard output`;

/** `deno task start`: runs a stack until it is told to end. Returns the exit code. */
async function main(args: string[]): Promise<number> {
  trustSystemCertificates();
  const { json, noRedis, noWatch, ...flags } = readCommand(usage, args, {
    ...{ port: "port", dbPort: "port", dashboardPort: "port", redisPort: "port" },
    ...{ dataDir: "text", isolates: "count", deno: "text" },
    ...{ noRedis: "switch", noWatch: "switch", reset: "switch", json: "switch" },
  }).flags;
  const options = { ...defaultOptions, ...flags, redis: !noRedis, watch: !noWatch };
  const started = performance.now();
  const told = new AbortController();
  onEnd(() => told.abort());

  const stack = await startStack(options, told.signal).catch((error) => {
    if (told.signal.aborted) return null;
    throw error;
  });
  if (stack === null) return 130;
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
