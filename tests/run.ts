/**
 * `deno task test [suite …]`: every test of the project, cheapest first. Formats, lints and types; units, on this Deno
 * and on the hosted one; then, against one stack of its own whose functions run on the hosted Deno: SQL, integration
 * and the dashboard in a browser; e2e; last the faults, each of which starts, and breaks, a stack of its own.
 *
 * Named suites (check, unit, sql, integration, browser, e2e, faults) run alone. Without Redis, or without Chromium, the
 * tests that need it are skipped visibly; with CI=true that is a failure.
 */
import { trustSystemCertificates } from "../local/deno-program.ts";
import { freePort } from "../local/ports.ts";
import { startStack } from "../local/stack.ts";
import { repositoryRoot } from "../local/paths.ts";
import { findChromium } from "./browser/browser.ts";
import { failuresIn } from "./support/failures.ts";
import { setFunctionEnv } from "./support/own-stack.ts";

/** What Supabase's hosted edge runtime embeds. */
const hostedDeno = "npx -y deno@2.1.4";

interface Result {
  name: string;
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
  /** What failed and why, for who sees only the end of what a run prints. */
  reasons: string[];
}

trustSystemCertificates();
const results: Result[] = [];
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

/** Passes a stream on as it comes; all of its text. */
async function passOn(from: ReadableStream<Uint8Array>, to: typeof Deno.stdout): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of from) {
    text += decoder.decode(chunk, { stream: true });
    await to.write(chunk);
  }
  return text;
}

/** Runs one command, its output passed on as it comes, and counts the tests that its last lines report. */
async function run(name: string, command: string[], env: Record<string, string> = {}): Promise<void> {
  say(`\n── ${name} ──`);
  const started = performance.now();
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    env,
    cwd: repositoryRoot,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [output, errors, { code }] = await Promise.all([
    passOn(child.stdout, Deno.stdout),
    passOn(child.stderr, Deno.stderr),
    child.status,
  ]);
  // deno-lint-ignore no-control-regex
  const plain = output.replaceAll(/\x1b\[[0-9;]*m/g, "");
  const counts = plain.match(/\| (\d+) passed.*? \| (\d+) failed(?:.*?\| (\d+) ignored)?/)?.slice(1) ??
    ["0", "0", "0"];
  const [passed = 0, failed = 0, skipped = 0] = counts.map((count) => Number(count ?? 0));
  const quiet = counts[0] === "0" && counts[1] === "0";
  results.push({
    name,
    passed: quiet && code === 0 ? 1 : passed,
    failed: code === 0 ? failed : Math.max(failed, 1),
    skipped,
    seconds: (performance.now() - started) / 1000,
    reasons: code === 0 ? [] : reasonsIn(output, errors),
  });
}

/** What failed in a suite; of one that is no test, or did not get so far, the end of what it said. */
function reasonsIn(output: string, errors: string): string[] {
  const failures = failuresIn(output);
  if (failures.length === 0) return errors.trimEnd().split("\n").slice(-12);
  return failures.flatMap(({ name, reason }) => [name, ...reason.map((line) => `  ${line}`)]);
}

const deno = Deno.execPath();
const tests = (
  folder: string,
  program = [deno],
  flags: string[] = [],
) => [...program, "test", "-A", ...flags, `tests/${folder}`];

async function withStack(body: (env: Record<string, string>) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "supabase-automation-test-" });
  // Receivers of notifications are on this machine.
  await setFunctionEnv(dataDir, { NOTIFY_ALLOW_PRIVATE: "1" });
  const log = await Deno.open(`${dataDir}/stack.log`, { create: true, write: true });
  const stack = await startStack({
    port: freePort(),
    dbPort: freePort(),
    dashboardPort: freePort(),
    redisPort: freePort(),
    dataDir,
    isolates: 2,
    redis: true,
    reset: false,
    deno: hostedDeno,
    watch: false,
    sink: (line) => log.writeSync(new TextEncoder().encode(`${line}\n`)),
  });
  try {
    if (stack.info.redis_url === null) missing("redis-server");
    await body({ TEST_STACK: JSON.stringify(stack.info) });
  } finally {
    await stack.stop();
    log.close();
    await Deno.remove(dataDir, { recursive: true });
  }
}

function missing(program: string): void {
  const failed = Deno.env.get("CI") === "true" ? 1 : 0;
  results.push({
    name: `${program} is on PATH`,
    passed: 0,
    failed,
    skipped: 1 - failed,
    seconds: 0,
    reasons: [],
  });
  say(`${program} is not on PATH: the tests that need it are skipped.`);
}

/** The dashboard in a browser, when there is one. */
async function runBrowser(env: Record<string, string>): Promise<void> {
  if (await findChromium() === null) missing("chromium");
  else await run("browser", tests("browser"), env);
}

const chosen = Deno.args.length > 0 ? Deno.args : [
  "check",
  "unit",
  "sql",
  "integration",
  "browser",
  "e2e",
  "faults",
];
const wants = (suite: string) => chosen.includes(suite);

if (wants("check")) await run("check", [deno, "task", "check"]);
if (wants("unit")) {
  await run("unit", tests("unit"));
  // Of what runs on a developer's machine: commands, documentation, releases. It need not run on the hosted Deno.
  await run("project", tests("project"));
  await run("unit on the hosted Deno", tests("unit", hostedDeno.split(" "), ["--no-lock", "--no-check"]));
}
if (wants("sql") || wants("integration") || wants("browser")) {
  await withStack(async (env) => {
    if (wants("sql")) await run("sql", tests("sql"), env);
    if (wants("integration")) await run("integration", tests("integration"), env);
    if (wants("browser")) await runBrowser(env);
  });
}
if (wants("e2e")) await run("e2e", tests("e2e"));
if (wants("faults")) await run("faults", tests("faults"));

for (const { name, reasons } of results.filter(({ failed }) => failed > 0)) {
  say(`\nFAILED ${name}`);
  for (const line of reasons) say(`  ${line}`);
}
say("");
for (const { name, passed, failed, skipped, seconds } of results) {
  say(
    `${failed > 0 ? "FAILED" : "ok    "} ${
      name.padEnd(28)
    } ${passed} passed, ${failed} failed, ${skipped} skipped  ${seconds.toFixed(0)} s`,
  );
}
const total = (key: "passed" | "failed" | "skipped") => results.reduce((sum, result) => sum + result[key], 0);
say(`\n${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped`);
Deno.exit(total("failed") > 0 ? 1 : 0);
