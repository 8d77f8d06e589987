import assert from "node:assert/strict";
import { repositoryRoot } from "../../../local/paths.ts";
import { changedSince, readMigrations, readReleases } from "../../../local/version/releases.ts";

const migrations = await readMigrations(repositoryRoot);

Deno.test("the migrations of every release are here, as they were", async () => {
  for (const release of await readReleases(repositoryRoot)) {
    assert.deepEqual(changedSince(release, migrations), [], release.version);
  }
});

Deno.test("a migration that was edited, or is gone, is noticed", () => {
  const [first = ""] = Object.keys(migrations);
  const release = { version: "1.0.0", migrations: { [first]: "0".repeat(64), "1_gone.sql": "00" } };
  assert.deepEqual(changedSince(release, migrations), [first, "1_gone.sql"]);
});

Deno.test("every migration has a name that the Supabase CLI takes, and its number once", () => {
  const files = Object.keys(migrations);
  assert.ok(files.length >= 20);
  for (const file of files) assert.match(file, /^\d{14}_[a-z0-9_]+\.sql$/);
  assert.equal(new Set(files.map((file) => file.slice(0, 14))).size, files.length);
});
