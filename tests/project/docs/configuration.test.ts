import assert from "node:assert/strict";
import { inRepository } from "../../../local/paths.ts";
import { readConfig } from "../../../supabase/functions/_shared/config/config.ts";
import { tables } from "../../support/docs.ts";

/** Every TypeScript file below these directories. */
function* sources(...directories: string[]): Generator<string> {
  for (const directory of directories) {
    for (const { name, isDirectory } of Deno.readDirSync(directory)) {
      if (isDirectory && name !== "node_modules") yield* sources(`${directory}/${name}`);
      else if (name.endsWith(".ts")) yield `${directory}/${name}`;
    }
  }
}

/** The variables that the functions read: those of the schema, and those that are asked for by name. */
const read = new Set([...sources(inRepository("supabase", "functions"))].flatMap((file) => {
  const text = Deno.readTextFileSync(file);
  const asked = [...text.matchAll(/Deno\.env\.get\("([A-Z_]+)"\)/g)];
  const inSchema = /\/config\/|policy\.ts$/.test(file)
    ? [...text.matchAll(/: \[\s*"([A-Z][A-Z0-9_]+)",\s/g)]
    : [];
  return [...asked, ...inSchema].map(([, name = ""]) => name);
}));

const variables = tables().filter(({ page, head }) =>
  page === "docs/configuration.md" && head[0] === "variable"
);
const documented = variables.flatMap(({ rows }) => rows.map(([name = ""]) => name.replaceAll("`", "")));
const settable = variables.find(({ head }) => head[1] === "default")?.rows ?? [];
const example = await Deno.readTextFile(inRepository("supabase", "functions", ".env.example"));

Deno.test("every variable that the functions read is documented, and no other", () => {
  assert.ok(read.size > 8);
  assert.deepEqual(documented.toSorted(), [...read].toSorted());
});

Deno.test("every variable that one may set is in .env.example, and no other", () => {
  const names = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
  const wanted = settable.map(([name = ""]) => name.replaceAll("`", ""));
  assert.deepEqual(names.toSorted(), wanted.toSorted());
  assert.deepEqual(names.filter((name) => name?.startsWith("SUPABASE_")), [], "the platform refuses these");
});

Deno.test("the default that is documented is the one that counts", () => {
  const required = { SUPABASE_URL: "https://x.supabase.co", SUPABASE_SECRET_KEYS: '{"default":"k"}' };
  const secret = { API_KEY_SECRET: "x".repeat(32) };
  const byDefault = readConfig({ ...required, ...secret });
  for (const [name = "", fallback = ""] of settable) {
    const variable = name.replaceAll("`", "");
    if (fallback === "required") assert.throws(() => readConfig(required), new RegExp(variable));
    else if (fallback !== "none") {
      const same = readConfig({ ...required, ...secret, [variable]: fallback });
      assert.deepEqual(same, byDefault, `${variable}=${fallback}`);
    }
  }
});
