/**
 * `deno task bench cold [quick] [--before DIR]`: from the start of an isolate to its first booked alert, as the one file that a
 * deploy makes; and of the modules of another checkout, which were deployed as they are, in turn on the same stack.
 */
import { join } from "node:path";
import { bundle } from "../local/deploy/bundle.ts";
import { addSizes, COLD_START, FUNCTION, start } from "./cold-start.ts";
import { connect, openAccount } from "./database.ts";
import { keep, Report } from "./report.ts";
import { startStackProcess } from "./servers.ts";

const quick = Deno.args.includes("quick");
const rounds = quick ? 2 : 21;
const at = Deno.args.indexOf("--before");
const dataDir = await Deno.makeTempDir({ prefix: "bench-" });
const file = join(dataDir, "alerts.js");
const code = await bundle(FUNCTION);
await Deno.writeFile(file, code);
// Away from this checkout, as where it is deployed: there is no configuration to read.
const starts = [{ suffix: "", module: file, root: dataDir }];
if (at !== -1) {
  const root = await Deno.realPath(Deno.args[at + 1] ?? "");
  starts.push({ suffix: ", before", module: join(root, FUNCTION), root });
}
const stack = await startStackProcess(join(dataDir, "stack"));
const sql = connect(stack);
const report = new Report();
await addSizes(report, code);
try {
  const account = await openAccount(sql);
  // Not counted: what it measures is how Deno's cache of compiled code is filled.
  for (const { module, root } of starts) await start(stack, module, account, root);
  for (let round = 1; round <= rounds; round++) {
    for (const { suffix, module, root } of starts.reverse()) {
      const { milliseconds, cpu } = await start(stack, module, account, root);
      report.add(`${COLD_START}${suffix}`, "ms", milliseconds);
      report.add(`${COLD_START}: CPU${suffix}`, "ms", cpu);
    }
  }
} finally {
  await sql.end();
  await stack.stop();
  await Deno.remove(dataDir, { recursive: true });
}
if (at !== -1) {
  report.ratio(`${COLD_START} / before`, COLD_START, `${COLD_START}, before`, "<= 0.6");
}
Deno.stdout.writeSync(new TextEncoder().encode(`${report}`));
if (!quick) await keep(report);
