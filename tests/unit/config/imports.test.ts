import assert from "node:assert/strict";

const root = new URL("../../../", import.meta.url);
const functions = new URL("supabase/functions/", root);
const readJson = async (url: URL) => JSON.parse(await Deno.readTextFile(url));

/** The functions: directories with an `index.ts`. */
const names: string[] = [];
for await (const { name } of Deno.readDir(functions)) {
  const entry = await Deno.stat(new URL(`${name}/index.ts`, functions)).catch(() => null);
  if (!/^[_.]/.test(name) && entry?.isFile) names.push(name);
}

Deno.test("every function pins its imports as the project does", async () => {
  const { imports: pinned } = await readJson(new URL("deno.json", root));
  assert.ok(names.includes("alerts"));
  for (const name of names) {
    const { imports } = await readJson(new URL(`${name}/deno.json`, functions));
    for (const [specifier, version] of Object.entries(imports)) {
      assert.equal(version, pinned[specifier], `${name}: ${specifier}`);
      assert.match(String(version), /@\d+\.\d+\.\d+$/, `${name}: ${specifier} is exact`);
    }
  }
});

Deno.test("the dashboard pins its imports as the project does", async () => {
  const { imports: pinned } = await readJson(new URL("deno.json", root));
  const { imports } = await readJson(new URL("dashboard/deno.json", root));
  for (const [specifier, version] of Object.entries(imports)) {
    assert.equal(version, pinned[specifier], specifier);
  }
});

Deno.test("every function only composes, in under 40 lines", async () => {
  for (const name of names) {
    const text = await Deno.readTextFile(new URL(`${name}/index.ts`, functions));
    assert.ok(text.trimEnd().split("\n").length < 40, name);
    assert.match(text, /^export default \{ fetch: app\.fetch \};$/m, name);
  }
});
