import { join, relative } from "node:path";
import { StackError } from "../errors.ts";
import { repositoryRoot, writePrivateFile } from "../paths.ts";
import type { DeployOptions } from "./options.ts";
import { asText, makeSettings, readSettings, type Settings } from "./settings.ts";
import {
  check,
  commandLine,
  deployFunctions,
  link,
  listSettings,
  migrate,
  setSettings,
  type Step,
  urlOf,
} from "./steps.ts";

/** Runs one step. `output` is what it printed on standard output. */
export type RunStep = (step: Step) => Promise<{ ok: boolean; output: string }>;

/** What a deploy works with. */
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
  const { projectRef, envFile } = options;
  const settings = await readSettings(envFile, around.environment);
  if (options.dryRun) return explain(options, settings, around);

  await take(link(projectRef), around);
  await take(migrate, around);
  if (settings !== null) await send(settings, around);
  const set = settings ?? await settle(envFile, around);
  await take(deployFunctions, around);
  await take(check(projectRef, set), around);
  around.say(`\nDeployed. Webhook URL:\n  ${urlOf(projectRef)}/functions/v1/alerts`);
}

async function take(step: Step, { run, say }: Surroundings): Promise<string> {
  say(`\n${step.title}\n  ${commandLine(step)}`);
  const { ok, output } = await run(step);
  if (!ok) throw new StackError(`${step.title}: failed.`, step.advice);
  return output;
}

/** Hands settings to the CLI: in a file, as arguments are seen by everybody on this machine. */
async function send(settings: Settings, around: Surroundings): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    const file = join(directory, "secrets.env");
    await writePrivateFile(file, asText(settings));
    await take(setSettings(file), around);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Without settings here: leaves the project's own alone, or gives it its first. Answers those that are known then. */
async function settle(envFile: string, around: Surroundings): Promise<Settings> {
  const listed = await take(listSettings, around);
  if (/\bAPI_KEY_SECRET\b/.test(listed)) {
    around.say("  It has: they stay as they are.");
    return {};
  }
  if (around.environment.CI) {
    throw new StackError(
      "No API_KEY_SECRET, neither here nor in the project; a new key would stand in this log.",
      "Deploy once from your own machine, or give the workflow API_KEY_SECRET and API_KEYS.",
    );
  }
  const { settings, key } = await makeSettings(envFile);
  around.say(`\nYour first alert key, shown only now:\n  ${key}`);
  await send(settings, around);
  return settings;
}

function explain({ projectRef, envFile }: DeployOptions, settings: Settings | null, { say }: Surroundings) {
  const tell = (step: Step, note = "") => say(`\n${step.title}${note}\n  ${commandLine(step)}`);
  say("Dry run: this is what would be run, and nothing is.");
  tell(link(projectRef));
  tell(migrate);
  if (settings === null) {
    tell(listSettings);
    say(`\nIf it has none: write ${relative(repositoryRoot, envFile)} with a new secret and a first key`);
    tell(setSettings("<that file>"), ", if it has none");
  } else {
    tell(setSettings("<file>"), `: ${Object.keys(settings).toSorted().join(", ")}`);
  }
  tell(deployFunctions);
  tell(check(projectRef));
}
