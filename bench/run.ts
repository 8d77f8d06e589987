/**
 * `deno task bench [quick]`: our designs and their peers in one run on one database, round after round, so that ratios
 * hold on a noisy machine; prints one table of medians with their spread and one of the ratios that the project
 * promises, and keeps both in `bench/results.json`, which the documents quote. `quick` measures a round, and keeps nothing.
 *
 * `deno task bench <name> …` runs one of the others, each its own program; `--help`, or a name that is none, prints them.
 */
import { inRepository } from "../local/paths.ts";
import { burst } from "./burst.ts";
import { coldStart } from "./cold-start.ts";
import { connect } from "./database.ts";
import { keep, Report, say } from "./report.ts";
import { startStackProcess } from "./servers.ts";
import { throughput } from "./throughput.ts";

const OTHERS = [
  ...["cache", "cold", "cost", "differential", "growth", "history", "locks", "lost", "marks"],
  ...["reading", "retention", "silence", "slowest-body", "warm-up"],
];

const [first = "quick", ...rest] = Deno.args;
if (OTHERS.includes(first)) {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", inRepository("bench", `${first}.ts`), ...rest],
  }).spawn().status;
  Deno.exit(code);
}
if (Deno.args.length > 1 || first !== "quick") {
  const isHelp = first === "--help";
  if (!isHelp) say(`There is no benchmark ${Deno.args.join(" ")}.`);
  say("deno task bench [name]: without a name, the main benchmark, whole");
  say(`The names: quick (the main one, shorter), ${OTHERS.join(", ")}`);
  Deno.exit(isHelp ? 0 : 2);
}

const quick = Deno.args.length === 1;
const dataDir = await Deno.makeTempDir({ prefix: "bench-" });
const stack = await startStackProcess(dataDir);
const sql = connect(stack);
const report = new Report();
try {
  const site = {
    stack,
    sql,
    rounds: quick ? 1 : 3,
    seconds: quick ? 2 : 4,
    resendPauseMs: quick ? 500 : 5_000,
  };
  for (const section of [throughput, burst, coldStart]) {
    say(section.name);
    await section(report, site);
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`${report}`));
  if (!quick) await keep(report);
} finally {
  await sql.end();
  await stack.stop();
  await Deno.remove(dataDir, { recursive: true });
}
