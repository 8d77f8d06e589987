/**
 * `deno task test [suite …]`: every test of the project, or the suites that are named. Two at a time, since one keeps about
 * one core busy: formats, lints and types first, then the longest suite first.
 *
 * Without Redis, or without Chromium, the tests that need it are skipped visibly; with CI=true that is a failure.
 */
import { trustSystemCertificates } from "../local/deno-program.ts";
import { forEachLine } from "../local/log.ts";
import { repositoryRoot } from "../local/paths.ts";
import { findChromium } from "./browser/browser.ts";
import { hostedDeno } from "./hosted-deno.ts";
import { failuresIn } from "./support/failures.ts";

/** The command of each suite. */
function suitesOf(...flags: string[]): Record<string, string[]> {
  const test = [Deno.execPath(), "test", "-A", ...flags];
  const onStack = [Deno.execPath(), "run", "-A", "tests/on-stack.ts", ...test];
  return {
    sql: [...onStack, "tests/sql"],
    integration: [...onStack, "tests/integration"],
    faults: [...test, "tests/faults"],
    browser: [...onStack, "tests/browser"],
    unit: [...test, "tests/unit"],
    e2e: [...test, "tests/e2e"],
    hosted: [...hostedDeno.split(" "), "test", "-A", "--no-lock", "--no-check", "tests/unit"],
    // Of what runs on a developer's machine: commands, documentation, releases. It need not run on the hosted Deno.
    project: [...test, "tests/project"],
  };
}
const check = [Deno.execPath(), "task", "check"];
/** Suites that run at the same time. */
const LANES = 2;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
interface Result extends Counts {
  suite: string;
  seconds: number;
  /** What failed and why, for who sees only the end of what a run prints. */
  reasons: string[];
}

const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

/** Runs a suite, and passes its lines on as they come. */
async function run(suite: string, [program = "", ...args]: readonly string[]): Promise<Result> {
  const started = performance.now();
  const child = new Deno.Command(program, {
    args,
    cwd: repositoryRoot,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const passOn = (stream: ReadableStream<Uint8Array>) =>
    forEachLine(stream, (line) => {
      lines.push(line);
      say(`${suite.padEnd(11)} │ ${line}`);
    });
  await Promise.all([passOn(child.stdout), passOn(child.stderr)]);
  const { success } = await child.status;
  return {
    suite,
    ...countsOf(lines, success),
    seconds: (performance.now() - started) / 1000,
    reasons: success ? [] : reasonsIn(lines),
  };
}

/** The counts that `deno test` ends with; what counts no tests, as `check` does, is one. */
function countsOf(lines: readonly string[], success: boolean): Counts {
  // deno-lint-ignore no-control-regex
  const plain = lines.join("\n").replaceAll(/\x1b\[[0-9;]*m/g, "");
  const [, ...found] = plain.match(/\| (\d+) passed.*? \| (\d+) failed(?:.*?\| (\d+) ignored)?/) ?? [];
  const [passed = 0, failed = 0, skipped = 0] = found.map((count) => Number(count ?? 0));
  if (success) return { passed: passed + failed === 0 ? 1 : passed, failed, skipped };
  return { passed, failed: Math.max(failed, 1), skipped };
}

/** What failed in a suite; of one that is no test, or did not get so far, the end of what it said. */
function reasonsIn(lines: readonly string[]): string[] {
  const failures = failuresIn(lines.join("\n"));
  if (failures.length === 0) return lines.slice(-12);
  return failures.flatMap(({ name, reason }) => [name, ...reason.map((line) => `  ${line}`)]);
}

/** Whether Chromium is missing; in CI it must not be. */
async function lacksChromium(): Promise<boolean> {
  if (await findChromium() !== null) return false;
  say("chromium is not on PATH: the dashboard's tests are skipped.");
  return true;
}

/** Runs suites in lanes, in the order given: whichever lane is free takes the next. */
async function runAll(suites: readonly (readonly [string, readonly string[]])[]): Promise<Result[]> {
  const waiting = suites.values();
  const results: Result[] = [];
  const lane = async () => {
    for (const [suite, command] of waiting) results.push(await run(suite, command));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

trustSystemCertificates();
const known = ["check", ...Object.keys(suitesOf())];
const chosen = Deno.args.length > 0 ? Deno.args : known;
const unknown = chosen.find((suite) => !known.includes(suite));
if (unknown !== undefined) {
  say(`There is no suite ${unknown}: there are ${known.join(", ")}.`);
  Deno.exit(2);
}

// Types that `check` looks at are not looked at again.
const flags = chosen.includes("check") ? ["--no-check"] : [];
const suites = Object.entries({ check, ...suitesOf(...flags) }).filter(([suite]) => chosen.includes(suite));
const skipped = chosen.includes("browser") && await lacksChromium() ? ["browser"] : [];
const results = await runAll(suites.filter(([suite]) => !skipped.includes(suite)));
for (const suite of skipped) {
  const failed = Deno.env.get("CI") === "true" ? 1 : 0;
  results.push({
    suite,
    passed: 0,
    failed,
    skipped: 1 - failed,
    seconds: 0,
    reasons: ["chromium is not on PATH"],
  });
}

for (const { suite, reasons } of results.filter(({ failed }) => failed > 0)) {
  say(`\nFAILED ${suite}`);
  for (const line of reasons) say(`  ${line}`);
}
say("");
for (const { suite, passed, failed, skipped, seconds } of results) {
  const verdict = failed > 0 ? "FAILED" : "ok    ";
  say(
    `${verdict} ${suite.padEnd(12)} ${passed} passed, ${failed} failed, ${skipped} skipped  ${
      seconds.toFixed(0)
    } s`,
  );
}
const total = (key: keyof Counts) => results.reduce((sum, result) => sum + result[key], 0);
say(`\n${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped`);
Deno.exit(total("failed") > 0 ? 1 : 0);
