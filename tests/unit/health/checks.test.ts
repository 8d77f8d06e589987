import assert from "node:assert/strict";
import { componentChecks, remembered } from "../../../supabase/functions/_shared/health/checks.ts";
import { SCHEMA_VERSION } from "../../../supabase/functions/_shared/health/schema-version.ts";
import type { DatabaseClient } from "../../../supabase/functions/_shared/database/client.ts";

const signal = new AbortController().signal;

/** A database that answers schema_version in this way; what it does not know is answered as PostgREST does. */
const database = (data: unknown, error: { code: string } | null = null): DatabaseClient =>
  ({
    rpc: (name: string) => ({
      abortSignal: () =>
        Promise.resolve(
          name === "schema_version" ? { data, error } : { data: null, error: { code: "PGRST202" } },
        ),
    }),
  }) as unknown as DatabaseClient;

const ask = async (checks: ReturnType<typeof componentChecks>) =>
  Object.fromEntries(
    await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await check(signal)])),
  );

Deno.test("the expected version is the newest migration's", async () => {
  const directory = new URL("../../../supabase/migrations/", import.meta.url);
  const versions: string[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    const [version] = /^\d+(?=_.*\.sql$)/.exec(name) ?? [];
    if (version !== undefined) versions.push(version);
  }
  assert.equal(SCHEMA_VERSION, versions.sort().at(-1), "set SCHEMA_VERSION to the newest migration's");
});

Deno.test("a database with the migrations of this code is as it should be, and so is one that is ahead", async () => {
  const fine = { postgrest: true, postgres: true, migrations: true };
  assert.deepEqual(await ask(componentChecks(database(SCHEMA_VERSION), null)), fine);
  assert.deepEqual(await ask(componentChecks(database("99991231000000"), null)), fine);
});

Deno.test("a database that is behind, or was never migrated, is told by its migrations", async () => {
  for (const version of ["20261101000001", null]) {
    const found = await ask(componentChecks(database(version), null));
    assert.deepEqual(found, { postgrest: true, postgres: true, migrations: false });
  }
});

Deno.test("Postgres away behind a PostgREST that answers is told apart from PostgREST", async () => {
  const found = await ask(componentChecks(database(null, { code: "PGRST001" }), null));
  assert.deepEqual(found, { postgrest: true, postgres: false, migrations: false });
});

Deno.test("Redis is asked where there is one", async () => {
  const send = (ok: boolean) => () => Promise.resolve([ok ? { ok, result: [null] } : { ok: false as const }]);
  const found = async (ok: boolean) =>
    (await ask(componentChecks(database(SCHEMA_VERSION), send(ok) as never))).redis;
  assert.deepEqual([await found(true), await found(false)], [true, false]);
});

Deno.test("many who ask at a time ask once, and again after a while", async () => {
  let asked = 0;
  let now = 0;
  const check = remembered(() => Promise.resolve(++asked > 0), 1_000, () => now);
  await Promise.all(Array.from({ length: 50 }, () => check(signal)));
  assert.equal(asked, 1);
  now = 1_000;
  await check(signal);
  assert.equal(asked, 2);
});
