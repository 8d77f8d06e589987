import { join } from "node:path";
import { bundle } from "../local/deploy/bundle.ts";
import { repositoryRoot } from "../local/paths.ts";
import { openAccount } from "./database.ts";
import type { StackInfo } from "../local/stack.ts";
import type { Report } from "./report.ts";
import { benchKey, serve } from "./servers.ts";
import type { Site } from "./site.ts";

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
      report.add("cold start to the first booked alert", "ms", await start(stack, file, account));
      report.add("the same, from modules", "ms", await start(stack, join(repositoryRoot, FUNCTION), account));
    }
  } finally {
    await Deno.remove(file);
  }
  report.add("bundle of the alerts function, minified", "kB", code.length / 1000);
  const packed = new Response(code).body?.pipeThrough(new CompressionStream("gzip"));
  report.add("the same, compressed", "kB", (await new Response(packed).arrayBuffer()).byteLength / 1000);
}

/** Milliseconds from the start of a process that serves a module of a checkout to its first booked alert. */
export async function start(
  stack: StackInfo,
  module: string,
  account: string,
  root = repositoryRoot,
): Promise<number> {
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
    return performance.now() - started;
  } finally {
    await servers.stop();
  }
}
