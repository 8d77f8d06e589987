import { join, relative } from "node:path";
import * as z from "zod";
import { sha256Hex } from "../../supabase/functions/_shared/hashing/digest.ts";
import { type Variables, writeDotenv } from "../dotenv.ts";
import { StackError } from "../errors.ts";
import { listFunctions } from "../functions.ts";
import { inRepository, repositoryRoot, temporaryDirectory, writePrivateFile } from "../paths.ts";
import type { DeployOptions } from "./run.ts";
import { makeSettings, readSettings } from "./settings.ts";
import {
  bundle,
  check,
  commandLine,
  compareSettings,
  deployFunctions,
  isOfDatabase,
  isUnreached,
  link,
  listSettings,
  migrate,
  readKeys,
  setSettings,
  startClock,
  type Step,
  urlOf,
} from "./steps.ts";

/** Runs one step. `output` is what it printed on standard output, `messages` on standard error. */
export type RunStep = (step: Step) => Promise<{ ok: boolean; output: string; messages: string }>;

export interface Surroundings {
  environment: Record<string, string>;
  run: RunStep;
  say(line: string): void;
}

/**
 * Links, migrates, sets the settings, deploys the functions, checks. It may be run again at any time.
 *
 * @throws StackError at the first step that fails
 */
export async function deploy(options: DeployOptions, around: Surroundings): Promise<void> {
  const { projectRef } = options;
  const settings = await readSettings(options.settings, around.environment);
  if (options.dryRun) return explain(options, settings, around);

  await take(link(projectRef), around);
  await take(migrate, around);
  const first = await settle(settings, options.settings, around);
  const own = first?.settings ?? settings;
  try {
    if (Object.keys(own).length > 0) await send(own, around);
    await deployBundles(projectRef, around);
    await wind(projectRef, around);
    await take(check(projectRef, own), around);
    around.say(`\nDeployed. Webhook URL:\n  ${urlOf(projectRef)}/functions/v1/alerts`);
  } finally {
    // Also when a step after it failed: it is shown nowhere else.
    if (first !== null) around.say(`\nYour first alert key, shown only now:\n  ${first.key}`);
  }
}

async function take(step: Step, { run, say }: Surroundings): Promise<string> {
  say(`\n${step.title}\n  ${commandLine(step)}`);
  const [where, kept] = isOfDatabase(step) ? ["database", ", and nothing was changed"] : ["platform", ""];
  let done = await run(step);
  if (!done.ok && isUnreached(done.messages)) {
    say(`  The ${where} was not reached; once more.`);
    done = await run(step);
  }
  if (done.ok) return done.output;
  if (!isUnreached(done.messages)) throw new StackError(`${step.title}: failed.`, step.advice);
  throw new StackError(
    `${step.title}: the ${where} was not reached${kept}.`,
    "See that the project is not paused, and that this network reaches it; then run it again.",
  );
}

/** Hands a text to the CLI: in a file, as arguments are seen by everybody on this machine. */
async function hand(text: string, step: (file: string) => Step, around: Surroundings): Promise<void> {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "handed");
  await writePrivateFile(file, text);
  await take(step(file), around);
}

/** Deploys each function as the one file that it and all its imports are made to. */
async function deployBundles(projectRef: string, around: Surroundings): Promise<void> {
  await using directory = await temporaryDirectory("deploy-");
  const { path } = directory;
  await Deno.mkdir(join(path, "supabase"));
  for (const name of await listFunctions()) await take(bundle(name, path), around);
  await Deno.copyFile(inRepository("supabase", "config.toml"), join(path, "supabase", "config.toml"));
  await take(deployFunctions(projectRef, path), around);
}

/** Starts the clock of the notifications, with the project's own key. */
async function wind(projectRef: string, around: Surroundings): Promise<void> {
  const listed = parsed(keysSchema, await take(readKeys, around)) ?? [];
  const secrets = listed.filter(({ type }) => type === "secret");
  const key = (secrets.find(({ name }) => name === "default") ?? secrets[0])?.api_key ?? "";
  if (!/^[\w-]+$/.test(key)) {
    throw new StackError(
      "The project has no secret key.",
      "Make one under Settings > API Keys, and run it again.",
    );
  }
  await hand(`select trading.start_clock('${urlOf(projectRef)}', '${key}')\n`, startClock, around);
}

async function send(settings: Variables, around: Surroundings): Promise<void> {
  await hand(writeDotenv(settings), setSettings, around);
  const held = digestsOf(await take(compareSettings, around));
  const other = Object.entries(settings).filter(([name, value]) => held.get(name) !== sha256Hex(value));
  if (other.length === 0) return;
  throw new StackError(
    `The project holds another ${other.map(([name]) => name).join(", ")} than was sent.`,
    "Set it on the project's page Edge Functions > Secrets, and run it again.",
  );
}

const listSchema = z.array(z.object({ name: z.string(), value: z.string() }));

const keysSchema = z.array(z.object({
  name: z.string(),
  api_key: z.string().nullish(),
  type: z.string().nullish(),
}));

/** The digests of a project's settings by name. What cannot be read must not pass for "it has none". */
function digestsOf(listed: string): Map<string, string> {
  const rows = parsed(listSchema, listed);
  if (rows === null) {
    throw new StackError("What the project's settings are cannot be read.", listSettings.advice);
  }
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/** A text of JSON as a schema has it; null when it is otherwise. */
function parsed<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Gives a project without a secret, there and here, its first settings, and the key that they accept. */
async function settle(known: Variables, file: string, around: Surroundings) {
  if (known.API_KEY_SECRET !== undefined) return null;
  const listed = digestsOf(await take(listSettings, around));
  if (listed.has("API_KEY_SECRET")) {
    around.say("  It has: what is not set here stays as it is.");
    return null;
  }
  if (around.environment.CI) {
    throw new StackError(
      "No API_KEY_SECRET, neither here nor in the project; a new key would stand in this log.",
      "Deploy once from your own machine, or give the workflow API_KEY_SECRET and API_KEYS.",
    );
  }
  return await makeSettings(file, known);
}

async function explain(
  { projectRef, settings: path }: DeployOptions,
  settings: Variables,
  { say }: Surroundings,
): Promise<void> {
  const tell = (step: Step, note = "") => say(`\n${step.title}${note}\n  ${commandLine(step)}`);
  say("Dry run: this is what would be run, and nothing is.");
  tell(link(projectRef));
  tell(migrate);
  const names = Object.keys(settings).toSorted().join(", ");
  if (settings.API_KEY_SECRET === undefined) {
    tell(listSettings);
    say(`\nIf it has none: write ${relative(repositoryRoot, path)} with a new secret and a first key`);
    tell(setSettings("<that file>"), names === "" ? ", if it has none" : `, if it has none; else: ${names}`);
  } else {
    tell(setSettings("<file>"), `: ${names}`);
    tell(compareSettings);
  }
  for (const name of await listFunctions()) tell(bundle(name, "<directory>"));
  tell(deployFunctions(projectRef, "<directory>"));
  tell(readKeys);
  tell(startClock("<file>"));
  tell(check(projectRef));
}
