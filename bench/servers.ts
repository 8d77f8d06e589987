import { createApiKeyAuthService } from "../supabase/functions/_shared/auth/api-keys.ts";
import { freePort } from "../local/ports.ts";
import { repositoryRoot } from "../local/paths.ts";
import { probePort, until } from "../local/process.ts";
import { delay } from "../supabase/functions/_shared/time/delay.ts";
import type { StackInfo } from "../local/stack.ts";

/** Something that must be ended. */
export interface Running {
  stop(): Promise<void>;
}

/** A stack that runs as a process of its own. */
export type StackProcess = StackInfo & Running & { pid: number };

/** Starts the stack of a checkout, with its data in a directory of its own and one isolate for each function. */
export async function startStackProcess(dataDir: string, root = repositoryRoot): Promise<StackProcess> {
  const ports = ["--port", "--db-port", "--dashboard-port", "--redis-port"].flatMap((
    flag,
  ) => [flag, `${freePort()}`]);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "start", ...ports, "--data-dir", dataDir, "--isolates", "1", "--json", "--no-watch"],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let text = "";
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the stack did not start: run `deno task start` to see why");
    text += value;
  }
  const info: StackInfo = JSON.parse(text);
  return {
    ...info,
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

/** Where the stack's gateway listens. */
export const gatewayPort = ({ api_url }: StackInfo): number => Number(new URL(api_url).port);

const secret = "a secret for benchmarks only, of no value to anybody";
const { key, entry } = createApiKeyAuthService({ secret, apiKeys: "" }).generateApiKey({
  id: "bench",
  scopes: ["trade"],
});

/** The API key that the servers below accept. */
export const benchKey = key;

export interface Servers extends Running {
  ports: number[];
}

/** Serves a module of a checkout in so many processes, with the environment that functions have. */
export async function serve(
  stack: StackInfo,
  module: string,
  processes: number,
  root = repositoryRoot,
): Promise<Servers> {
  const env = {
    SUPABASE_URL: stack.api_url,
    SUPABASE_DB_URL: stack.db_url,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secret_key }),
    API_KEY_SECRET: secret,
    API_KEYS: entry,
    LOG_LEVEL: "silent",
    SUPABASE_FUNCTION_SLUG: "bench",
    ...stack.redis_url === null
      ? {}
      : { UPSTASH_REDIS_REST_URL: stack.redis_url, UPSTASH_REDIS_REST_TOKEN: stack.redis_token ?? "" },
  };
  const children = Array.from({ length: processes }, () => {
    const port = freePort();
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "serve",
        "--quiet",
        "--no-check",
        "--allow-net",
        "--allow-env",
        "--host",
        "127.0.0.1",
        "--port",
        `${port}`,
        module,
      ],
      cwd: root,
      env,
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    return { port, child };
  });
  await Promise.all(
    children.map(({ port }) => until(() => probePort("127.0.0.1", port), AbortSignal.timeout(20_000), 10)),
  );
  return {
    ports: children.map(({ port }) => port),
    async stop() {
      for (const { child } of children) child.kill("SIGTERM");
      await Promise.all(children.map(({ child }) => child.status));
      await delay(50);
    },
  };
}
