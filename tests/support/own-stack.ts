import { join } from "node:path";
import { freePort } from "../../local/ports.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { copyPreparedData } from "./prepared-data.ts";

/** Four ports that nobody uses, as `startStack` names them. */
export const freePorts = () => ({
  port: freePort(),
  dbPort: freePort(),
  dashboardPort: freePort(),
  redisPort: freePort(),
});

/** A directory for one stack; removed afterwards. */
export async function withDataDir<T>(body: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await Deno.makeTempDir({ prefix: "supabase-automation-test-" });
  // Postgres runs under a user of its own, which must be able to enter.
  await Deno.chmod(dataDir, 0o755);
  try {
    return await body(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Variables of the functions, set before the stack that is to have them starts. */
export async function setFunctionEnv(dataDir: string, env: Record<string, string>): Promise<void> {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  await Deno.writeTextFile(join(dataDir, "functions.env"), lines.join(""));
}

/** Starts a stack that only this test uses, and may break; `lines` is all that its parts print, `dataDir` where its data is. */
export function withOwnStack(
  body: (stack: Stack, lines: string[], dataDir: string) => Promise<void>,
  { env, ...options }: { deno?: string; env?: Record<string, string> } = {},
): Promise<void> {
  return withDataDir(async (dataDir) => {
    await copyPreparedData(dataDir);
    if (env !== undefined) await setFunctionEnv(dataDir, env);
    const lines: string[] = [];
    const stack = await startStack({
      ...freePorts(),
      ...options,
      dataDir,
      watch: false,
      sink: (line) => lines.push(line),
    });
    try {
      await body(stack, lines, dataDir);
    } finally {
      await stack.stop();
    }
  });
}

/** What the webhook answered, or null when it answered nothing. */
export interface Sent {
  status: number;
  headers: Headers;
  // Whatever the function answers has the shape that the test then asserts.
  // deno-lint-ignore no-explicit-any
  body: any;
  milliseconds: number;
}

/** Sends one alert to a stack. */
export async function send({ info }: Stack, alert: unknown): Promise<Sent> {
  const started = performance.now();
  const response = await fetch(`${info.api_url}/functions/v1/alerts`, {
    method: "POST",
    headers: { "x-api-key": info.api_key },
    body: JSON.stringify(alert),
  });
  const { status, headers } = response;
  const body = await response.json();
  return { status, headers, body, milliseconds: performance.now() - started };
}

/** Sends an alert again until it is answered 200, as its sender would. */
export async function sendUntilBooked(stack: Stack, alert: unknown, withinMs = 60_000): Promise<Sent> {
  const until = performance.now() + withinMs;
  for (;;) {
    // An answer may break off where a test kills what answers.
    const sent = await send(stack, alert).catch(() => null);
    if (sent?.status === 200) return sent;
    if (performance.now() > until) throw new Error(`still ${sent?.status}: ${JSON.stringify(sent?.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
