import { join } from "node:path";
import { runCommand } from "../command.ts";
import { StackError, UsageError } from "../errors.ts";
import { standardError } from "../log.ts";
import { repositoryRoot } from "../paths.ts";
import { changedSince, freeze, readMigrations, readReleases } from "./releases.ts";

const usage = "deno task version <major|minor|patch>";

/** What of a version may grow, by its three numbers. */
const PARTS = ["major", "minor", "patch"] as const;
type Part = typeof PARTS[number];

/** The heading under which changes gather until they are released. */
const UNRELEASED = "## [Unreleased]";

/** The next version: the part one higher, those after it 0. Null when `version` is none. */
export function nextVersion(version: string, part: Part): string | null {
  const numbers = /^(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number) ?? [];
  const grown = PARTS.indexOf(part);
  const next = numbers.map((number, at) => at < grown ? number : at === grown ? number + 1 : 0);
  return next.length === 0 ? null : next.join(".");
}

/**
 * A changelog (keepachangelog.com) in which what was unreleased belongs to a version.
 *
 * @param date of the release, as `2026-11-24`
 * @returns null when nothing is unreleased
 */
export function released(changelog: string, version: string, date: string): string | null {
  const start = changelog.indexOf(`\n${UNRELEASED}\n`);
  if (start === -1) return null;
  const from = start + UNRELEASED.length + 2;
  const next = changelog.indexOf("\n## [", from);
  const changes = changelog.slice(from, next === -1 ? undefined : next);
  if (!/^- /m.test(changes)) return null;
  return `${changelog.slice(0, from)}\n## [${version}] - ${date}\n${changelog.slice(from)}`;
}

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
async function main([given, ...others]: string[]): Promise<void> {
  if (given === "--help" || given === "-h") return standardError(usage);
  const part = PARTS.find((each) => each === given);
  if (others.length > 0 || part === undefined) {
    throw new UsageError("Say which part of the version grows: major, minor or patch.", usage);
  }
  const version = await makeVersion(repositoryRoot, part, new Date().toISOString().slice(0, 10));
  standardError(
    `Version ${version}: see deno.json, CHANGELOG.md and tests/fixtures/releases/${version}.json. Then:\n` +
      `  git commit -am 'Version ${version}' && git tag v${version} && git push --tags`,
  );
}

if (import.meta.main) await runCommand(main);
