/**
 * `deno task bench cold [quick] [--before DIR]`: from the start of an isolate to its first booked alert, as the one file that a
 * deploy makes; and of the modules of another checkout, which were deployed as they are, in turn on the same stack.
 */
import { join } from "node:path";
import { bundle } from "../local/deploy/bundle.ts";
import { FUNCTION, start } from "./cold-start.ts";
import { connect, openAccount } from "./database.ts";
import { startStackProcess } from "./servers.ts";
import { median, row, spread, table } from "./table.ts";

const rounds = Deno.args.includes("quick") ? 2 : 11;
const at = Deno.args.indexOf("--before");
const before = at === -1 ? null : await Deno.realPath(Deno.args[at + 1] ?? "");
const dataDir = await Deno.makeTempDir({ prefix: "bench-" });
const file = join(dataDir, "alerts.js");
await Deno.writeFile(file, await bundle(FUNCTION));
const stack = await startStackProcess(join(dataDir, "stack"));
const sql = connect(stack);
const times = { before: [] as number[], now: [] as number[] };
try {
  const account = await openAccount(sql);
  for (let round = 0; round < rounds; round++) {
    if (before !== null) times.before.push(await start(stack, join(before, FUNCTION), account, before));
    times.now.push(await start(stack, file, account));
  }
} finally {
  await sql.end();
  await stack.stop();
  await Deno.remove(dataDir, { recursive: true });
}
const figures = (name: string, values: readonly number[]) =>
  row(name, median(values).toFixed(0), spread(values));
const percent = times.now.map((time, round) => 100 * time / (times.before[round] ?? NaN));
Deno.stdout.writeSync(
  new TextEncoder().encode(table(["to the first booked alert", "median", "spread"], [
    ...before === null ? [] : [figures("before, ms", times.before)],
    figures("now, ms", times.now),
    ...before === null ? [] : [figures("now in percent of before", percent)],
  ])),
);
