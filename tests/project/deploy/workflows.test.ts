import assert from "node:assert/strict";
import { parse } from "yaml";
import { inRepository } from "../../../local/paths.ts";

type Env = Record<string, string>;
interface Workflow {
  name: string;
  on: unknown;
  permissions: Record<string, string>;
  env?: Env;
  jobs: Record<string, Job>;
}
interface Job {
  "runs-on": string;
  "timeout-minutes": number;
  environment?: string;
  permissions?: Record<string, string>;
  env?: Env;
  steps: Step[];
}
interface Step {
  uses?: string;
  with?: Record<string, unknown>;
  env?: Env;
  run?: string;
}

const { tasks } = JSON.parse(await Deno.readTextFile(inRepository("deno.json")));
const directory = inRepository(".github", "workflows");
const files = [...Deno.readDirSync(directory)].map(({ name }) => name).toSorted();
const textOf = (file: string) => Deno.readTextFile(`${directory}/${file}`);
const read = async (file: string): Promise<Workflow> =>
  parse(await textOf(file), { strict: true, uniqueKeys: true });

/** Deno as a workflow runs it: the version that one file names. */
const PINNED = 'npx -y "deno@$(cat .dvmrc)"';
const SECRET = /\bsecrets\b/;

const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);
/** The shell lines of a workflow. */
const linesOf = (workflow: Workflow) => stepsOf(workflow).flatMap(({ run }) => run?.trim().split("\n") ?? []);

Deno.test("there is a workflow to test and one to deploy", () => {
  assert.deepEqual(files, ["deploy.yml", "test.yml"]);
});

for (const file of files) {
  Deno.test(`${file} may read only, ends in time, and every task that it runs exists`, async () => {
    const workflow = await read(file);
    assert.ok(workflow.on);
    assert.deepEqual(workflow.permissions, { contents: "read" });
    const jobs = Object.values(workflow.jobs);
    assert.equal(jobs.length, 1);
    for (const job of jobs) {
      assert.match(job["runs-on"], /^ubuntu-\d\d\.04$/);
      assert.ok(job["timeout-minutes"] <= 60);
      assert.equal(job.permissions, undefined, "none has more than the workflow");
      for (const step of job.steps) assert.ok((step.uses === undefined) !== (step.run === undefined));
    }
    const named = linesOf(workflow).flatMap((line) =>
      [...line.matchAll(/\btask (\S+)/g)].map(([, task]) => task)
    );
    assert.ok(named.length > 0);
    for (const task of named) assert.ok(task !== undefined && task in tasks, `deno task ${task}`);
  });

  Deno.test(`${file} takes every action by its commit, and says of which version that is`, async () => {
    const lines = (await textOf(file)).split("\n").filter((line) => /\buses:/.test(line));
    assert.equal(lines.length, stepsOf(await read(file)).filter(({ uses }) => uses !== undefined).length);
    for (const line of lines) {
      assert.match(line, /^ +- uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  Deno.test(`${file} leaves no token of GitHub's behind in the checkout`, async () => {
    const checkouts = stepsOf(await read(file)).filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.equal(checkouts.length, 1);
    for (const { with: given } of checkouts) assert.equal(given?.["persist-credentials"], false);
  });

  Deno.test(`${file} runs the one version of Deno that .dvmrc names, and no other package by npx`, async () => {
    assert.match(await Deno.readTextFile(inRepository(".dvmrc")), /^\d+\.\d+\.\d+\n$/);
    const lines = linesOf(await read(file)).filter((line) => /\b(npx|npm|deno)\b/.test(line));
    assert.ok(lines.length > 0);
    for (const line of lines) assert.ok(line.startsWith(`${PINNED} task `), line);
  });

  Deno.test(`${file} gives secrets to one step only, of a job whose environment may ask for approval`, async () => {
    const workflow = await read(file);
    assert.doesNotMatch(JSON.stringify(workflow.env ?? {}), SECRET);
    for (const job of Object.values(workflow.jobs)) {
      const { steps, ...rest } = job;
      assert.doesNotMatch(JSON.stringify(rest), SECRET, "a secret in reach of every step");
      const knowing = steps.filter((step) => SECRET.test(JSON.stringify(step)));
      assert.ok(knowing.length <= 1);
      for (const { env = {}, uses, ...step } of knowing) {
        assert.equal(uses, undefined, "no action gets a secret");
        assert.doesNotMatch(JSON.stringify(step), SECRET, "in a command line it would be seen");
        for (const [name, value] of Object.entries(env)) assert.equal(value, `\${{ secrets.${name} }}`);
        assert.equal(job.environment, "production");
      }
    }
  });
}

Deno.test("the test workflow runs what CI runs: the same servers, the same command, nothing skipped", async () => {
  const workflow = await read("test.yml");
  const ci = await Deno.readTextFile(inRepository(".ci", "run"));
  const lines = linesOf(workflow);
  const [, servers = ""] = /apt-get install .*--no-install-recommends (.+)$/m.exec(lines.join("\n")) ?? [];
  const wanted = [...ci.matchAll(/missing\+=\(([\w-]+)\)/g)].map(([, name]) => name);
  assert.deepEqual(servers.split(" ").toSorted(), wanted.toSorted());
  assert.equal(lines.at(-1)?.replace(PINNED, "npx -y deno"), ci.trimEnd().split("\n").at(-1));
  assert.match(ci, /^export CI=true$/m);
  assert.deepEqual(workflow.jobs.test?.env, { CI: "true" });
});

Deno.test("the deploy workflow rehearses before it deploys, with the secrets that a deploy needs", async () => {
  const workflow = await read("deploy.yml");
  assert.deepEqual(linesOf(workflow).slice(-2), [`${PINNED} task deploy --dry-run`, `${PINNED} task deploy`]);
  const { env = {} } = stepsOf(workflow).at(-1) ?? {};
  for (const name of ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_ID"]) assert.ok(name in env, name);
});
