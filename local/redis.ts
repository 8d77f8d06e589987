import { findOnPath } from "./paths.ts";
import { freePort, loopback } from "./ports.ts";
import { probePort, SupervisedProcess, type Supervision, until } from "./process.ts";

/** `redis-server` from `PATH` on a port of its own, in memory only; null when it is not installed. */
export async function createRedis(supervision: Supervision) {
  const command = await findOnPath("redis-server");
  if (command === null) return null;
  const port = freePort();
  const process = new SupervisedProcess({
    name: "redis",
    command,
    // A cache: nothing is written to disk, and a full one forgets what was used least recently.
    args: [
      ["--bind", loopback],
      ["--port", String(port)],
      ["--save", ""],
      ["--appendonly", "no"],
      ["--maxmemory", "256mb"],
      ["--maxmemory-policy", "allkeys-lru"],
      ["--loglevel", "warning"],
    ].flat(),
    cwd: "/",
    stopSignal: "SIGTERM",
    isReady: (signal) => until(() => probePort(loopback, port), signal),
    advice: "Run without it: --no-redis.",
  }, supervision);
  return { process, port };
}
