import { join } from "node:path";
import { bundle } from "../local/deploy/bundle.ts";
import { repositoryRoot } from "../local/paths.ts";
import { openAccount } from "./database.ts";
import type { StackInfo } from "../local/stack.ts";
import { cpuTimes } from "./processes.ts";
import type { Report } from "./report.ts";
import { benchKey, serve } from "./servers.ts";
import type { Site } from "./site.ts";

/** What the figure is called. */
export const COLD_START = "cold start to the first booked alert";

/** The function that receives alerts, in a checkout. */
export const FUNCTION = join("supabase", "functions", "alerts", "index.ts");

/**
 * What a new isolate costs: from the start of its process to its first booked alert, as the one file that a deploy makes of
 * it and from its modules; and how large that file is.
 */
export async function coldStart(report: Report, { stack, sql, rounds }: Site): Promise<void> {
  const account = await openAccount(sql);
  const code = await bundle(FUNCTION);
  const file = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeFile(file, code);
  try {
    for (let round = 1; round <= rounds; round++) {
      const { milliseconds } = await start(stack, file, account);
      report.add(COLD_START, "ms", milliseconds);
      const modules = await start(stack, join(repositoryRoot, FUNCTION), account);
      report.add("the same, from modules", "ms", modules.milliseconds);
    }
  } finally {
    await Deno.remove(file);
  }
  await addSizes(report, code);
}

/** How large the file is, as it is and as it is sent. */
export async function addSizes(report: Report, code: Uint8Array<ArrayBuffer>): Promise<void> {
  report.add("bundle of the alerts function, minified", "kB", code.length / 1000);
  const packed = new Response(code).body?.pipeThrough(new CompressionStream("gzip"));
  report.add("the same, compressed", "kB", (await new Response(packed).arrayBuffer()).byteLength / 1000);
}

/** From the start of a process that serves a module of a checkout to its first booked alert, in milliseconds. */
export async function start(
  stack: StackInfo,
  module: string,
  account: string,
  root = repositoryRoot,
): Promise<{ milliseconds: number; cpu: number }> {
  const others = cpuTimes(Deno.pid);
  const started = performance.now();
  const servers = await serve(stack, module, 1, root);
  try {
    const response = await fetch(`http://127.0.0.1:${servers.ports[0]}/alerts`, {
      method: "POST",
      headers: { "x-api-key": benchKey },
      body: JSON.stringify({
        idempotency_key: crypto.randomUUID(),
        symbol: "COLD",
        action: "buy",
        quantity: "1",
        price: "10",
        account,
      }),
    });
    await response.body?.cancel();
    if (response.status !== 200) throw new Error(`the first alert was answered ${response.status}`);
    const milliseconds = performance.now() - started;
    const own = [...cpuTimes(Deno.pid)].filter(([pid]) => !others.has(pid));
    return { milliseconds, cpu: own.reduce((sum, [, { nanoseconds }]) => sum + nanoseconds / 1e6, 0) };
  } finally {
    await servers.stop();
  }
}
