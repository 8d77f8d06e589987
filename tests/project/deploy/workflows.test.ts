import assert from "node:assert/strict";
import { parse } from "yaml";
import { inRepository } from "../../../local/paths.ts";

interface Workflow {
  name: string;
  on: unknown;
  permissions: Record<string, string>;
  jobs: Record<string, { "runs-on": string; "timeout-minutes": number; env?: object; steps: Step[] }>;
}
interface Step {
  uses?: string;
  run?: string;
}

const { tasks } = JSON.parse(await Deno.readTextFile(inRepository("deno.json")));
const directory = inRepository(".github", "workflows");
const files = [...Deno.readDirSync(directory)].map(({ name }) => name).toSorted();
const read = async (file: string): Promise<Workflow> =>
  parse(await Deno.readTextFile(`${directory}/${file}`), { strict: true, uniqueKeys: true });

/** The shell lines of a workflow. */
const linesOf = ({ jobs }: Workflow) =>
  Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run?.trim().split("\n") ?? []));

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
      for (const step of job.steps) assert.ok((step.uses === undefined) !== (step.run === undefined));
      for (const { uses = "actions/x@v1" } of job.steps) assert.match(uses, /^actions\/[\w-]+@v\d+$/);
    }
    const named = linesOf(workflow).flatMap((line) =>
      [...line.matchAll(/deno task (\S+)/g)].map(([, task]) => task)
    );
    assert.ok(named.length > 0);
    for (const task of named) assert.ok(task !== undefined && task in tasks, `deno task ${task}`);
  });
}

Deno.test("the test workflow runs what CI runs: the same servers, the same command, nothing skipped", async () => {
  const workflow = await read("test.yml");
  const ci = await Deno.readTextFile(inRepository(".ci", "run"));
  const lines = linesOf(workflow);
  const [, servers = ""] = /apt-get install .*--no-install-recommends (.+)$/m.exec(lines.join("\n")) ?? [];
  const wanted = [...ci.matchAll(/missing\+=\(([\w-]+)\)/g)].map(([, name]) => name);
  assert.deepEqual(servers.split(" ").toSorted(), wanted.toSorted());
  assert.equal(lines.at(-1), ci.trimEnd().split("\n").at(-1));
  assert.match(ci, /^export CI=true$/m);
  assert.deepEqual(workflow.jobs.test?.env, { CI: "true" });
});

Deno.test("the deploy workflow rehearses before it deploys, and takes every secret from the repository's", async () => {
  const workflow = await read("deploy.yml");
  const lines = linesOf(workflow);
  assert.equal(lines.at(-1), "npx -y deno task deploy");
  assert.ok(lines.includes("npx -y deno task deploy --dry-run"));
  const env = Object.entries(workflow.jobs.deploy?.env ?? {});
  for (const [name, value] of env) assert.equal(value, `\${{ secrets.${name} }}`);
  for (const name of ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_ID"]) {
    assert.ok(env.some(([each]) => each === name), name);
  }
});
