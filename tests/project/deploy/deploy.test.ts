import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parseEnv } from "node:util";
import { deploy } from "../../../local/deploy/deploy.ts";
import { readOptions } from "../../../local/deploy/run.ts";
import { commandLine, type Step } from "../../../local/deploy/steps.ts";
import { StackError } from "../../../local/errors.ts";
import { listFunctions } from "../../../local/functions.ts";
import { createApiKeyAuthService } from "../../../supabase/functions/_shared/auth/api-keys.ts";

const projectRef = "abcdefghijklmnopqrst";
const secret = "0123456789abcdef0123456789abcdef";

/** What the CLI lists of a project's keys. */
const API_KEYS = JSON.stringify([
  { name: "anon", api_key: "ey.x.y", type: "legacy" },
  { name: "other", api_key: "sb_secret_other", type: "secret" },
  { name: "default", api_key: "sb_secret_de-fault_x", type: "secret" },
]);

/** A deploy whose commands are noted instead of run. */
async function rehearse(
  { env = {}, file, dryRun = false, fails = "", secretsThere = false, held, messages = [] }: {
    env?: Record<string, string>;
    file?: string;
    dryRun?: boolean;
    /** Part of the command that fails. */
    fails?: string;
    secretsThere?: boolean;
    /** What the project holds of a setting after it was sent. */
    held?: (value: string) => string;
    /** What the step that fails says, one a try; when there are no more, it succeeds. */
    messages?: string[];
  } = {},
) {
  const directory = await Deno.makeTempDir();
  const settings = `${directory}/.env.production`;
  if (file !== undefined) await Deno.writeTextFile(settings, file);
  const holds = new Map(secretsThere ? [["API_KEY_SECRET", "12ab"]] : []);
  const hasTold = messages.length > 0;
  const queries: string[] = [];
  const ran: string[] = [];
  const checked: Record<string, string>[] = [];
  const said: string[] = [];
  const sent: { text: string; mode: number; path: string }[] = [];
  const run = async (step: Step) => {
    const line = commandLine(step).replace(/(--(?:env-)?file|--workdir) \S+/, "$1 …")
      .replace(/ \/\S+(\/supabase\/functions\/)/, " …$1");
    ran.push(line.replace(/^npx -y (supabase@\S+|deno) /, "").replace(/ --yes$/, ""));
    if (step.args[0] === "task") checked.push({ ...step.env });
    if (step.args[0] === "secrets" && step.args[1] === "set") {
      const path = step.args[3] ?? "";
      const { mode } = await Deno.stat(path);
      const text = await Deno.readTextFile(path);
      sent.push({ text, mode: (mode ?? 0) & 0o777, path });
      for (const [name, value = ""] of Object.entries(parseEnv(text))) {
        holds.set(name, held?.(value) ?? value);
      }
    }
    if (step.args[1] === "query") queries.push(await Deno.readTextFile(step.args.at(-1) ?? ""));
    const listed = [...holds].map(([name, value]) => ({
      name,
      value: createHash("sha256").update(value).digest("hex"),
    }));
    const isFailing = fails !== "" && line.includes(fails);
    const said = isFailing ? messages.shift() : undefined;
    return {
      ok: !isFailing || hasTold && said === undefined,
      output: step.args[1] === "list" ? JSON.stringify(listed) : step.args[1] === "api-keys" ? API_KEYS : "",
      messages: said ?? "",
    };
  };
  let error: StackError | null = null;
  try {
    await deploy({ projectRef, settings, dryRun }, { environment: env, run, say: (line) => said.push(line) });
  } catch (thrown) {
    if (!(thrown instanceof StackError)) throw thrown;
    error = thrown;
  }
  const written = await Deno.readTextFile(settings).catch(() => null);
  await Deno.remove(directory, { recursive: true });
  return { ran, queries, checked, said: said.join("\n"), sent, error, written };
}

const steps = [
  `link --project-ref ${projectRef}`,
  "db push --remote",
  "secrets set --env-file …",
  "secrets list -o json",
  ...(await listFunctions()).map((name) =>
    `run -A local/deploy/bundle.ts supabase/functions/${name}/index.ts …/supabase/functions/${name}/index.ts`
  ),
  `functions deploy --use-api --workdir … --remote=${projectRef}`,
  "projects api-keys --reveal -o json",
  "db query --remote --file …",
  `task doctor --remote --url https://${projectRef}.supabase.co`,
];

Deno.test("a deploy links, migrates, sets the settings, deploys and checks, in this order", async () => {
  const file = `API_KEY_SECRET=${secret}\nAPI_KEYS=tv:1\nLOG_LEVEL=warn\n`;
  const { ran, checked, sent, error, written } = await rehearse({ file });
  assert.equal(error, null);
  assert.deepEqual(ran, steps);
  assert.deepEqual(
    checked,
    [{ API_KEY_SECRET: secret, API_KEYS: "tv:1", LOG_LEVEL: "warn" }],
    "what was set is checked",
  );
  assert.equal(sent[0]?.text, file);
  assert.equal(written, file, "the file is as it was: the next deploy is the same");
});

Deno.test("the settings pass to the CLI in a file that nobody else can read and that is gone afterwards", async () => {
  for (const fails of ["", "secrets set"]) {
    const { sent, said } = await rehearse({ file: `API_KEY_SECRET=${secret}\n`, fails });
    assert.equal(sent[0]?.mode, 0o600);
    await assert.rejects(Deno.stat(sent[0]?.path ?? ""), Deno.errors.NotFound);
    assert.ok(!said.includes(secret));
  }
});

Deno.test("a first deploy makes a secret and a key that it accepts, and shows the key once", async () => {
  const { ran, said, sent, written } = await rehearse();
  assert.deepEqual(ran, [steps[0], steps[1], "secrets list -o json", ...steps.slice(2)]);
  assert.equal(sent[0]?.text, written);
  const [, made = ""] = /API_KEY_SECRET=(\w+)/.exec(written ?? "") ?? [];
  const [, apiKeys = ""] = /API_KEYS=(.+)/.exec(written ?? "") ?? [];
  const [, key = ""] = /shown only now:\n {2}(\S+)/.exec(said) ?? [];
  assert.ok(made.length >= 32 && !said.includes(made) && !written?.includes(key));
  const check = createApiKeyAuthService({ secret: made, apiKeys }).checkApiKey(key);
  assert.ok(check.ok);
});

Deno.test("settings that the project has and this checkout does not know are left as they are", async () => {
  const { ran, written, error } = await rehearse({ secretsThere: true });
  assert.equal(error, null);
  assert.deepEqual(ran, [steps[0], steps[1], "secrets list -o json", ...steps.slice(4)]);
  assert.equal(written, null);
});

Deno.test("what is set here is sent to a project that has its secret itself", async () => {
  const { sent, written, error } = await rehearse({ secretsThere: true, file: "LOG_LEVEL=warn\n" });
  assert.equal(error, null);
  assert.deepEqual([sent[0]?.text, written], ["LOG_LEVEL=warn\n", "LOG_LEVEL=warn\n"]);
});

Deno.test("a first deploy keeps what is set here, but no keys that its new secret would not accept", async () => {
  const kept = await rehearse({ file: "LOG_LEVEL=warn\n", env: { ALLOWED_ALERT_IPS: "tradingview" } });
  assert.match(
    kept.sent[0]?.text ?? "",
    /^LOG_LEVEL=warn\nALLOWED_ALERT_IPS=tradingview\nAPI_KEY_SECRET=\w+\nAPI_KEYS=/,
  );
  const { error, written, ran } = await rehearse({ file: "API_KEYS=tv:1\n" });
  assert.match(error?.message ?? "", /API_KEYS is set without/);
  assert.deepEqual([written, ran.at(-1)], ["API_KEYS=tv:1\n", "secrets list -o json"]);
});

Deno.test("the first key is shown even when the settings cannot be sent: it is kept nowhere", async () => {
  const { error, said } = await rehearse({ fails: "secrets set" });
  assert.ok(error !== null);
  assert.match(said, /shown only now:\n {2}\S+$/);
});

Deno.test("in a workflow no key is ever made: it would stand in a log", async () => {
  const { ran, said, written, error } = await rehearse({ env: { CI: "true" } });
  assert.match(error?.message ?? "", /No API_KEY_SECRET/);
  assert.equal(ran.at(-1), "secrets list -o json");
  assert.equal(written, null);
  assert.doesNotMatch(said, /shown only now/);
});

Deno.test("what the environment sets wins over the file, and nothing else of it is sent", async () => {
  const env = { API_KEY_SECRET: secret, LOG_LEVEL: "", PATH: "/bin", SUPABASE_ACCESS_TOKEN: "sbp_1" };
  const { sent } = await rehearse({ env, file: "API_KEY_SECRET=old\nAPI_KEYS=tv:1\n" });
  assert.equal(sent[0]?.text, `API_KEY_SECRET=${secret}\nAPI_KEYS=tv:1\n`);
});

Deno.test("at the first step that fails it stops and says what to do", async () => {
  // Of a bundle its function tells which it is, of the others their words.
  const told = steps.map((step) =>
    step.startsWith("run") ? step.split(" ").at(-1) ?? "" : step.replace(/ (-|http).*/, "")
  );
  for (const [index, fails] of told.entries()) {
    const { ran, error, said } = await rehearse({ file: `API_KEY_SECRET=${secret}\n`, fails });
    assert.equal(ran.length, index + 1, fails);
    assert.ok((error?.advice ?? "").length > 10, fails);
    assert.doesNotMatch(said, /Deployed/);
  }
});

Deno.test("what a file of settings holds arrives whole, or is refused: keys over two lines, a #", async () => {
  const keys = "tv:1,\ntv2:2";
  const whole = await rehearse({
    file: `API_KEY_SECRET='${secret}'\nAPI_KEYS='${keys}' # two\nKEY_SETTINGS={"tv":{}}\n`,
  });
  assert.equal(whole.error, null);
  assert.deepEqual({ ...parseEnv(whole.sent[0]?.text ?? "") }, {
    API_KEY_SECRET: secret,
    API_KEYS: keys,
    KEY_SETTINGS: '{"tv":{}}',
  });
  const fromEnvironment = await rehearse({
    env: { API_KEY_SECRET: secret, API_KEYS: "tv:1,\ntv2:2 # it's" },
  });
  assert.equal(parseEnv(fromEnvironment.sent[0]?.text ?? "").API_KEYS, "tv:1,\ntv2:2 # it's");
  for (const lost of [`API_KEYS=tv:1,\ntv2:2`, "API_KEYS=tv:1 # mine", "API_KEYS=tv:1#2", "API_KEYS='tv:1"]) {
    const { ran, error } = await rehearse({ file: `# settings\nAPI_KEY_SECRET=${secret}\n${lost}\n` });
    assert.match(error?.message ?? "", /^Line [34] of the settings would be read in part only/, lost);
    assert.deepEqual(ran, []);
  }
});

Deno.test("a setting that the project holds otherwise than it was sent ends the deploy, by its name only", async () => {
  const { error, said } = await rehearse({
    file: `API_KEY_SECRET=${secret}\nAPI_KEYS=tv:1,tv2:2\n`,
    held: (value) => value.replace(/,.*/, ""),
  });
  assert.match(error?.message ?? "", /holds another API_KEYS than/);
  assert.ok(!said.includes(secret));
});

Deno.test("a database that was not reached is tried once more, and told as what it is", async () => {
  const file = `API_KEY_SECRET=${secret}\n`;
  const unreached = "failed to connect to postgres: dial tcp: i/o timeout";
  const once = await rehearse({ file, fails: "db push", messages: [unreached] });
  assert.equal(once.error, null);
  assert.equal(once.ran.filter((line) => line.startsWith("db push")).length, 2);
  const twice = await rehearse({ file, fails: "db push", messages: [unreached, unreached] });
  assert.match(twice.error?.message ?? "", /database was not reached, and nothing was changed/);
  const broken = await rehearse({
    file,
    fails: "db push",
    messages: ["ERROR: syntax error (SQLSTATE 42601)"],
  });
  assert.match(broken.error?.message ?? "", /newest migration: failed/);
  assert.match(broken.error?.advice ?? "", /failed migration/);
});

Deno.test("where the platform is not reached, nobody is told of a database, or that nothing was changed", async () => {
  const unreached = "Post https://api.supabase.com: read tcp: connection reset by peer";
  const { error, ran } = await rehearse({
    file: `API_KEY_SECRET=${secret}\n`,
    fails: "functions deploy",
    messages: [unreached, unreached],
  });
  assert.equal(ran.filter((line) => line.startsWith("functions deploy")).length, 2);
  assert.match(error?.message ?? "", /: the platform was not reached\.$/);
});

Deno.test("the first key is the last thing that is said, beside the webhook's URL, and also when a later step fails", async () => {
  const fine = await rehearse();
  assert.match(fine.said, /functions\/v1\/alerts\n\nYour first alert key, shown only now:\n {2}sa_\S+$/);
  for (const fails of ["functions deploy", "doctor"]) {
    assert.match((await rehearse({ fails })).said, /shown only now:\n {2}sa_\S+$/, fails);
  }
});

Deno.test("the clock of the notifications is started with the project's own key, which is shown nowhere", async () => {
  const { queries, said } = await rehearse({ file: `API_KEY_SECRET=${secret}\n` });
  assert.deepEqual(queries, [
    `select trading.start_clock('https://${projectRef}.supabase.co', 'sb_secret_de-fault_x')\n`,
  ]);
  assert.doesNotMatch(said, /sb_secret/);
});

Deno.test("a secret that the functions would refuse is refused before anything is done", async () => {
  const { ran, error } = await rehearse({ file: "API_KEY_SECRET=short\n" });
  assert.match(error?.message ?? "", /fewer than 32/);
  assert.deepEqual(ran, []);
});

Deno.test("a dry run says exactly what would be run, runs nothing, writes nothing, shows no value", async () => {
  const { ran, said, written } = await rehearse({ dryRun: true });
  assert.deepEqual(ran, []);
  assert.equal(written, null);
  assert.match(said, /nothing is/);
  const file = `API_KEY_SECRET=${secret}\nAPI_KEYS=tv:1\n`;
  const known = await rehearse({ dryRun: true, file });
  assert.deepEqual(known.ran, []);
  assert.ok(
    known.said.includes("API_KEYS, API_KEY_SECRET") || known.said.includes("API_KEY_SECRET, API_KEYS"),
  );
  assert.ok(!known.said.includes(secret));
  const printed = known.said.split("\n").filter((line) => line.startsWith("  npx ")).map((line) =>
    line.trim().replace(/^npx -y (supabase@\S+|deno) /, "").replace(/ --yes$/, "").replace(
      /<(file|directory)>/,
      "…",
    )
  );
  const real = await rehearse({ file });
  assert.deepEqual(printed, real.ran, "what it prints is what a deploy runs");
});

Deno.test("the project is named by the flag, else by SUPABASE_PROJECT_ID, and must be a reference", () => {
  assert.equal(readOptions(["--project-ref", projectRef], {}).projectRef, projectRef);
  assert.equal(readOptions([], { SUPABASE_PROJECT_ID: projectRef }).projectRef, projectRef);
  for (const wrong of ["", "abc", "https://abcdefghijklmnopqrst.supabase.co", "ABCDEFGHIJKLMNOPQRST"]) {
    assert.throws(() => readOptions(["--project-ref", wrong], {}), StackError);
  }
  assert.throws(() => readOptions([], {}), /Which project/);
});
