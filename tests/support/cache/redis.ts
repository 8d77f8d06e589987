import { findOnPath } from "../../../local/paths.ts";
import { freePort, loopback } from "../../../local/ports.ts";
import { startRedisBridge } from "../../../local/redis-bridge.ts";

/** Path of `redis-server`; null where it is not installed, and its tests are skipped. */
export const redisServer = await findOnPath("redis-server");

/** A real Redis behind the real bridge. */
export interface Redis {
  url: string;
  token: string;
  stop(): Promise<void>;
}

/** Starts a Redis of the test's own. */
export async function startRedis(): Promise<Redis> {
  const port = freePort();
  const child = new Deno.Command(redisServer ?? "redis-server", {
    args: ["--bind", loopback, "--port", String(port), "--save", "", "--appendonly", "no"],
    cwd: "/",
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const token = crypto.randomUUID();
  const bridge = await connectBridge(port, token);
  return {
    url: bridge.url,
    token,
    async stop() {
      await bridge.stop();
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

async function connectBridge(port: number, token: string) {
  for (let tries = 0; tries < 100; tries++) {
    try {
      (await Deno.connect({ hostname: loopback, port })).close();
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const log = { part() {}, say() {}, step: <T>(_: string, work: () => Promise<T>) => work() };
  return await startRedisBridge(freePort(), port, token, log);
}
