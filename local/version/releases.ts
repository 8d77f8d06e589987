import { join } from "node:path";
import { sha256Of } from "../../supabase/functions/_shared/hashing/digest.ts";
import { exists } from "../paths.ts";

/**
 * What a release promises to those who deployed it: its migrations, by file, with the SHA-256 of each. From then on
 * they are never edited; the tests compare, and upgrade a database with data in it from there to now.
 */
export interface Release {
  version: string;
  migrations: Migrations;
}

/** The SHA-256 of each, by file. */
export type Migrations = Readonly<Record<string, string>>;

const directoryOf = (checkout: string) => join(checkout, "tests", "fixtures", "releases");

/** The migrations of a checkout, with their hashes, in order. */
export async function readMigrations(checkout: string): Promise<Migrations> {
  const directory = join(checkout, "supabase", "migrations");
  if (!await exists(directory)) return {};
  // The CLI's own rule for what counts as a migration.
  const files = [...Deno.readDirSync(directory)].flatMap(({ name }) => /^\d+_.*\.sql$/.exec(name)?.[0] ?? []);
  const hashOf = (file: string) => sha256Of(Deno.readFileSync(join(directory, file))).toHex();
  return Object.fromEntries(files.toSorted().map((file) => [file, hashOf(file)]));
}

/** Freezes the migrations of a checkout under a version. */
export async function freeze(checkout: string, version: string): Promise<void> {
  const release: Release = { version, migrations: await readMigrations(checkout) };
  await Deno.mkdir(directoryOf(checkout), { recursive: true });
  const path = join(directoryOf(checkout), `${version}.json`);
  await Deno.writeTextFile(path, `${JSON.stringify(release, null, 2)}\n`);
}

/** What was released so far, oldest first. */
export async function readReleases(checkout: string): Promise<Release[]> {
  const files = [...Deno.readDirSync(directoryOf(checkout))].map(({ name }) => name);
  const releases = await Promise.all(
    files.filter((name) => name.endsWith(".json")).map(async (name): Promise<Release> =>
      JSON.parse(await Deno.readTextFile(join(directoryOf(checkout), name)))
    ),
  );
  return releases.toSorted((a, b) => a.version.localeCompare(b.version, "en", { numeric: true }));
}

/** The migrations of a release that are no longer what they were, or gone. */
export const changedSince = (release: Pick<Release, "migrations">, migrations: Migrations): string[] =>
  Object.keys(release.migrations).filter((file) => migrations[file] !== release.migrations[file]);
