import assert from "node:assert/strict";
import {
  check,
  deployFunctions,
  link,
  listSettings,
  migrate,
  setSettings,
} from "../../local/deploy/steps.ts";
import { repositoryRoot } from "../../local/paths.ts";
import { supabase } from "../../local/supabase-cli.ts";

const projectRef = "abcdefghijklmnopqrst";

Deno.test("every Supabase command of a deploy, and every flag, exists in the pinned CLI", async () => {
  for (const step of [link(projectRef), migrate, listSettings, setSettings("f"), deployFunctions]) {
    const flags = step.args.filter((arg) => arg.startsWith("--"));
    const end = step.args.findIndex((arg) => arg.startsWith("--"));
    const words = end === -1 ? step.args : step.args.slice(0, end);
    const { success, stdout, messages } = await supabase([...words, "--help"]);
    const help = [stdout, ...messages].join("\n");
    assert.ok(success && help.includes(`supabase ${words.join(" ")} [flags]`), help);
    for (const flag of [...flags, "--yes"]) assert.match(help, new RegExp(`^ +${flag}\\b`, "m"), help);
  }
});

Deno.test("the check at the end of a deploy is a task that there is", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${repositoryRoot}/deno.json`));
  const { args } = check(projectRef);
  assert.equal(args[0], "task");
  assert.ok((args[1] ?? "") in tasks, args[1]);
});

Deno.test("deno task deploy --dry-run tells all and changes nothing, also without an account", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "deploy", "--project-ref", projectRef, "--dry-run"],
    cwd: repositoryRoot,
    env: { NO_COLOR: "1", SUPABASE_ACCESS_TOKEN: "" },
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert.equal(code, 0, said);
  for (
    const part of ["link", "db push --remote", "secrets", "functions deploy --use-api", "doctor --remote"]
  ) {
    assert.ok(said.includes(part), said);
  }
});
