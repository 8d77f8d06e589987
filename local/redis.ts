import type { Assembly } from "./assembly.ts";
import { findOnPath } from "./paths.ts";
import { freePort, loopback } from "./ports.ts";
import { probePort, SupervisedProcess } from "./process.ts";
import { startRedisBridge } from "./redis-bridge.ts";

/** `redis-server` from `PATH`, in memory only, and on `bridgePort` its bridge; null when it is not installed. */
export async function startRedis(assembly: Assembly, bridgePort: number, token: string) {
  const command = await findOnPath("redis-server");
  if (command === null) return null;
  const port = freePort();
  const process = new SupervisedProcess({
    name: "redis",
    command,
    options: {
      // A cache: nothing is written to disk, and a full one forgets what was used least recently.
      args: [
        ...["--bind", loopback, "--port", String(port), "--save", "", "--appendonly", "no"],
        ...["--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru", "--loglevel", "warning"],
      ],
      cwd: "/",
    },
    stopSignal: "SIGTERM",
    probe: () => probePort(loopback, port),
    advice: "Run without it: --no-redis.",
  }, assembly);
  await assembly.start("Starting Redis", process);
  const bridge = await startRedisBridge(bridgePort, port, token, assembly.log);
  assembly.onStop(bridge.stop);
  return { process, variables: { UPSTASH_REDIS_REST_URL: bridge.url, UPSTASH_REDIS_REST_TOKEN: token } };
}
