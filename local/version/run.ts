import { join } from "node:path";
import { runCommand } from "../command.ts";
import { StackError, UsageError } from "../errors.ts";
import { standardError } from "../log.ts";
import { repositoryRoot } from "../paths.ts";
import { nextVersion, type Part, released } from "./changelog.ts";
import { changedSince, freeze, readMigrations, readReleases } from "./releases.ts";

const usage = "deno task version <major|minor|patch>";

/**
 * Makes the next version of a checkout: its number in deno.json, its part of CHANGELOG.md, its migrations frozen.
 *
 * @param date of the release, as `2026-11-24`
 * @returns the version
 * @throws StackError when nothing is unreleased, or a released migration was edited; then nothing is written
 */
export async function makeVersion(checkout: string, part: Part, date: string): Promise<string> {
  const configPath = join(checkout, "deno.json");
  const changelogPath = join(checkout, "CHANGELOG.md");
  const config = await Deno.readTextFile(configPath);
  const { version: before } = JSON.parse(config) as { version: string };
  const version = nextVersion(before, part);
  if (version === null) throw new StackError(`deno.json has no version: ${before}`, "Write one like 1.2.3.");
  const changelog = released(await Deno.readTextFile(changelogPath), version, date);
  if (changelog === null) {
    throw new StackError("Nothing is unreleased.", "Say under [Unreleased] in CHANGELOG.md what changed.");
  }
  const migrations = await readMigrations(checkout);
  const edited = (await readReleases(checkout)).flatMap((release) => changedSince(release, migrations));
  if (edited.length > 0) {
    throw new StackError(
      `Released migrations were changed: ${[...new Set(edited)].join(", ")}.`,
      "Undo that, and say what changes in a new migration.",
    );
  }
  await Deno.writeTextFile(configPath, config.replace(`"version": "${before}"`, `"version": "${version}"`));
  await Deno.writeTextFile(changelogPath, changelog);
  await freeze(checkout, version);
  return version;
}

/** `deno task version <part>`. */
async function main([part, ...others]: string[]): Promise<void> {
  if (part === "--help" || part === "-h") return standardError(usage);
  if (others.length > 0 || part !== "major" && part !== "minor" && part !== "patch") {
    throw new UsageError("Say which part of the version grows: major, minor or patch.", usage);
  }
  const version = await makeVersion(repositoryRoot, part, new Date().toISOString().slice(0, 10));
  standardError(
    `Version ${version}: see deno.json, CHANGELOG.md and tests/fixtures/releases/${version}.json. Then:\n` +
      `  git commit -am 'Version ${version}' && git tag v${version} && git push --tags`,
  );
}

if (import.meta.main) await runCommand(main);
