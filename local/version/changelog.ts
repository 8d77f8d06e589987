/** The heading under which changes gather until they are released. */
const UNRELEASED = "## [Unreleased]";

/** A version, as its three numbers. */
export type Part = "major" | "minor" | "patch";

/** The next version: the part one higher, those after it 0. Null when `version` is none. */
export function nextVersion(version: string, part: Part): string | null {
  const [, ...numbers] = /^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? [];
  const [major = NaN, minor = NaN, patch = NaN] = numbers.map(Number);
  if (Number.isNaN(patch)) return null;
  if (part === "major") return `${major + 1}.0.0`;
  return part === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
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
