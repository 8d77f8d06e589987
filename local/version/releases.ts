import { join } from "node:path";

/**
 * What a release promises to those who deployed it: its migrations, by file, with the SHA-256 of each. From then on
 * they are never edited; the tests compare, and upgrade a database with data in it from there to now.
 */
export interface Release {
  version: string;
  migrations: Readonly<Record<string, string>>;
}

const directoryOf = (checkout: string) => join(checkout, "tests", "fixtures", "releases");

/** The migrations of a checkout, with their hashes, in order. */
export async function readMigrations(checkout: string): Promise<Record<string, string>> {
  const directory = join(checkout, "supabase", "migrations");
  const files = [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) =>
    name.endsWith(".sql")
  );
  const hashed = files.toSorted().map(async (file) => {
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(join(directory, file)));
    return [file, new Uint8Array(digest).toHex()] as const;
  });
  return Object.fromEntries(await Promise.all(hashed));
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
  const numbers = ({ version }: Release) => version.split(".").map(Number);
  return releases.toSorted((a, b) => {
    const [left, right] = [numbers(a), numbers(b)];
    return left.map((number, index) => number - (right[index] ?? 0)).find((sign) => sign !== 0) ?? 0;
  });
}

/** The migrations of a release that are no longer what they were, or gone. */
export function changedSince(release: Release, migrations: Readonly<Record<string, string>>): string[] {
  return Object.entries(release.migrations).filter(([file, hash]) => migrations[file] !== hash).map((
    [file],
  ) => file);
}
