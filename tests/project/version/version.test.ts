import assert from "node:assert/strict";
import { StackError } from "../../../local/errors.ts";
import { repositoryRoot } from "../../../local/paths.ts";
import { makeVersion, nextVersion, released } from "../../../local/version/run.ts";

const head = "# Changelog\n\nWords.\n";

/** A checkout with only what a version touches; answers what is in it afterwards. */
async function inCopy(
  files: Record<string, string>,
  body: (checkout: string) => Promise<void>,
): Promise<Record<string, string>> {
  const checkout = await Deno.makeTempDir();
  try {
    for (const folder of ["supabase/migrations", "tests/fixtures/releases"]) {
      await Deno.mkdir(`${checkout}/${folder}`, { recursive: true });
    }
    for (const [path, text] of Object.entries(files)) await Deno.writeTextFile(`${checkout}/${path}`, text);
    await body(checkout);
    const after: Record<string, string> = {};
    const paths = [
      ...Object.keys(files),
      ...["1.0.0", "1.1.0"].map((each) => `tests/fixtures/releases/${each}.json`),
    ];
    for (const path of paths) {
      const text = await Deno.readTextFile(`${checkout}/${path}`).catch(() => null);
      if (text !== null) after[path] = text;
    }
    return after;
  } finally {
    await Deno.remove(checkout, { recursive: true });
  }
}

const files = {
  "deno.json": '{\n  "version": "0.9.3",\n  "tasks": {}\n}\n',
  "CHANGELOG.md":
    `${head}\n## [Unreleased]\n\n### Fixed\n\n- A thing.\n\n## [0.9.3] - 2026-01-01\n\n- Old.\n`,
  "supabase/migrations/1_one.sql": "select 1;",
};

Deno.test("the part that grows sets those after it to 0", () => {
  assert.equal(nextVersion("1.2.3", "major"), "2.0.0");
  assert.equal(nextVersion("1.2.3", "minor"), "1.3.0");
  assert.equal(nextVersion("1.2.9", "patch"), "1.2.10");
  assert.equal(nextVersion("1.2", "patch"), null);
});

Deno.test("a version takes over what was unreleased, and leaves that heading empty", async () => {
  const after = await inCopy(files, async (checkout) => {
    assert.equal(await makeVersion(checkout, "major", "2026-11-24"), "1.0.0");
  });
  assert.equal(after["deno.json"], '{\n  "version": "1.0.0",\n  "tasks": {}\n}\n');
  assert.equal(
    after["CHANGELOG.md"],
    `${head}\n## [Unreleased]\n\n## [1.0.0] - 2026-11-24\n\n### Fixed\n\n- A thing.\n\n## [0.9.3] - 2026-01-01\n\n- Old.\n`,
  );
  assert.deepEqual(JSON.parse(after["tests/fixtures/releases/1.0.0.json"] ?? ""), {
    version: "1.0.0",
    migrations: { "1_one.sql": "354b7196c9ba5fb4b21cf615bb6ec4cd5c07503c34229feef033fc081a8c03f4" },
  });
});

Deno.test("without anything unreleased there is no version, and nothing is written", async () => {
  const empty = {
    ...files,
    "CHANGELOG.md": `${head}\n## [Unreleased]\n\n## [0.9.3] - 2026-01-01\n\n- Old.\n`,
  };
  const after = await inCopy(empty, async (checkout) => {
    await assert.rejects(makeVersion(checkout, "minor", "2026-11-24"), /Nothing is unreleased/);
  });
  assert.deepEqual(after, empty);
  assert.equal(released(`${head}`, "1.0.0", "2026-11-24"), null);
});

Deno.test("an edited migration of an earlier release stops the next one", async () => {
  const after = await inCopy(files, async (checkout) => {
    await makeVersion(checkout, "major", "2026-11-24");
    const changelog = await Deno.readTextFile(`${checkout}/CHANGELOG.md`);
    const more = changelog.replace("## [Unreleased]\n", "## [Unreleased]\n\n- More.\n");
    await Deno.writeTextFile(`${checkout}/CHANGELOG.md`, more);
    await Deno.writeTextFile(`${checkout}/supabase/migrations/1_one.sql`, "select 2;");
    await assert.rejects(makeVersion(checkout, "minor", "2026-11-25"), (error) => {
      assert.ok(error instanceof StackError);
      assert.match(error.message, /1_one\.sql/);
      return true;
    });
    await Deno.writeTextFile(`${checkout}/supabase/migrations/1_one.sql`, "select 1;");
    await Deno.writeTextFile(`${checkout}/supabase/migrations/2_two.sql`, "select 2;");
    assert.equal(await makeVersion(checkout, "minor", "2026-11-25"), "1.1.0");
  });
  assert.equal(
    Object.keys(JSON.parse(after["tests/fixtures/releases/1.1.0.json"] ?? "").migrations).length,
    2,
  );
});

Deno.test("this checkout has a version and a changelog that the next one can be made of", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(`${repositoryRoot}/deno.json`));
  assert.ok(nextVersion(version, "patch"));
  const changelog = await Deno.readTextFile(`${repositoryRoot}/CHANGELOG.md`);
  assert.ok(changelog.includes("\n## [Unreleased]\n"));
});
