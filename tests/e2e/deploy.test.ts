import assert from "node:assert/strict";
import { join } from "node:path";
import { deploy } from "../../local/deploy/deploy.ts";
import {
  check,
  deployFunctions,
  link,
  listSettings,
  migrate,
  readKeys,
  setSettings,
  startClock,
  type Step,
} from "../../local/deploy/steps.ts";
import { StackError } from "../../local/errors.ts";
import { listFunctions } from "../../local/functions.ts";
import { repositoryRoot } from "../../local/paths.ts";
import { supabase } from "../../local/supabase-cli.ts";
import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";
import { pages } from "../support/docs.ts";
import { startManagementApi } from "../support/management-api.ts";

const projectRef = "abcdefghijklmnopqrst";

const helps = new Map<string, Promise<string>>();

/** The pinned CLI's help of a command, which there must be. Asked once: it takes npx seconds. */
function helpOf(command: string): Promise<string> {
  const help = helps.get(command) ?? supabase([...command.split(" "), "--help"]).then((asked) => {
    const text = [asked.stdout, ...asked.messages].join("\n");
    assert.ok(asked.success && text.includes(`supabase ${command} [flags]`), text);
    return text;
  });
  helps.set(command, help);
  return help;
}

/** That the pinned CLI has the command and each of its flags. */
async function exists(words: readonly string[], ...more: string[]): Promise<void> {
  const end = words.findIndex((word) => word.startsWith("-"));
  const help = await helpOf((end === -1 ? words : words.slice(0, end)).join(" "));
  const flags = words.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0]);
  for (const flag of [...flags, ...more]) {
    assert.match(help, new RegExp(`^ +${flag}\\b`, "m"), words.join(" "));
  }
}

Deno.test("every Supabase command of a deploy, and every flag, exists in the pinned CLI", async () => {
  const steps = [
    link(projectRef),
    migrate,
    listSettings,
    setSettings("f"),
    deployFunctions(projectRef, "d"),
    readKeys,
    startClock("f"),
  ];
  for (const { args } of steps) await exists(args, "--yes");
});

Deno.test("every Supabase command that a page shows exists in the pinned CLI, with every flag", async () => {
  const lines = [...pages.values()].flatMap((page) => page.match(/^ *npx -y supabase@.*$/gm) ?? []);
  assert.ok(lines.length > 5);
  for (const line of lines) await exists(line.trim().split(" ").slice(3));
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

/** What the program says and how it ends in a fresh clone of this checkout, against a stand-in of the platform. */
async function deployFromClone(settings: string | null, wrong: Partial<Record<string, string>> = {}) {
  await using api = await startManagementApi(projectRef);
  const directory = await Deno.makeTempDir();
  const clone = join(directory, "clone");
  const said: string[] = [];
  const shown: string[] = [];
  let error: StackError | null = null;
  for (const [name, value] of Object.entries(api.environment)) Deno.env.set(name, value);
  try {
    await new Deno.Command("git", { args: ["clone", "-q", repositoryRoot, clone] }).output();
    const file = join(directory, "settings.env");
    if (settings !== null) await Deno.writeTextFile(file, settings);
    const run = async ({ program, args }: Step) => {
      // A database and a project's functions are what the stand-in does not have.
      if (args[0] === "task" || args[1] === "push") return { ok: true, output: "", messages: "" };
      if (program === "deno") {
        const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: repositoryRoot }).output();
        return { ok: success, output: "", messages: "" };
      }
      const { success, stdout, messages } = await supabase(args, (line) => shown.push(line), clone);
      if (args[1] === "set") {
        for (const [name, value] of Object.entries(wrong)) api.secrets.set(name, value ?? "");
      }
      return { ok: success, output: stdout, messages: messages.join("\n") };
    };
    await deploy({ projectRef, settings: file, dryRun: false }, {
      environment: {},
      run,
      say: (line) => said.push(line),
    });
  } catch (thrown) {
    if (!(thrown instanceof StackError)) throw thrown;
    error = thrown;
  } finally {
    for (const name of Object.keys(api.environment)) Deno.env.delete(name);
    await Deno.remove(directory, { recursive: true });
  }
  return {
    said: said.join("\n"),
    shown,
    error,
    secrets: Object.fromEntries(api.secrets),
    functions: api.functions,
    queries: api.queries,
  };
}

const secret = "0123456789abcdef0123456789abcdef";
const keys = `tv:${"1".repeat(64)},\ntv2:${"2".repeat(64)} # the second`;

Deno.test("from a clean clone the real CLI gives the project keys over two lines, and every function", async () => {
  const { error, secrets, functions, shown, queries } = await deployFromClone(
    `API_KEY_SECRET=${secret}\nAPI_KEYS='${keys}'\nKEY_SETTINGS={"tv":{"unknown_fields":"ignore"}}\n`,
  );
  assert.equal(error, null, shown.join("\n"));
  assert.deepEqual(secrets, {
    API_KEY_SECRET: secret,
    API_KEYS: keys,
    KEY_SETTINGS: '{"tv":{"unknown_fields":"ignore"}}',
  });
  assert.deepEqual([...functions.keys()].sort(), await listFunctions());
  for (const [name, { files, bytes, verify_jwt }] of functions) {
    assert.deepEqual([files, verify_jwt], [1, false], name);
    assert.ok(bytes < 2_000_000, `${name} uploads ${bytes} bytes`);
  }
  assert.match(queries.join(), /select trading\.start_clock\('https:[^']*', 'sb_secret_a-b_x'\)/);
});

Deno.test("a first deploy with the real CLI ends with the key, and the project holds its entry", async () => {
  const { error, said, secrets } = await deployFromClone(null);
  assert.equal(error, null);
  const [, key = ""] = /shown only now:\n {2}(\S+)$/.exec(said) ?? [];
  const service = createApiKeyAuthService({
    secret: secrets.API_KEY_SECRET ?? "",
    apiKeys: secrets.API_KEYS ?? "",
  });
  assert.ok(service.validateApiKey(key));
});

Deno.test("settings that the project holds otherwise are found by the real CLI's list", async () => {
  const { error, functions } = await deployFromClone(`API_KEY_SECRET=${secret}\nAPI_KEYS=tv:1\n`, {
    API_KEYS: "tv:",
  });
  assert.match(error?.message ?? "", /holds another API_KEYS/);
  assert.equal(functions.size, 0);
});

Deno.test("a database that the real CLI cannot reach is told as that, not as a failed migration", async () => {
  await using api = await startManagementApi(projectRef);
  const directory = await Deno.makeTempDir();
  try {
    await new Deno.Command("git", { args: ["clone", "-q", repositoryRoot, directory] }).output();
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "deploy", "--project-ref", projectRef, "--settings", "none.env"],
      cwd: directory,
      env: { ...api.environment, NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.equal(code, 1);
    assert.match(
      said,
      /not reached; once more[^]*error: .*the database was not reached, and nothing was changed/,
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
