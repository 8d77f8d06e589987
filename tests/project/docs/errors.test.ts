import assert from "node:assert/strict";
import { inRepository } from "../../../local/paths.ts";
import { tables } from "../../support/docs.ts";

function* filesIn(directory: string, end: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (isDirectory && name !== "node_modules") yield* filesIn(`${directory}/${name}`, end);
    else if (name.endsWith(end)) yield `${directory}/${name}`;
  }
}

/** Zod's own, which is never shown, and what a client of ours tells apart inside. */
const NOT_OURS = ["custom", "rejected"];

/** Where a code stands in TypeScript: in an error that is thrown, in a problem, in a type of codes. */
const IN_TYPESCRIPT = [
  /(?:new HttpError|badBody)\(\s*(?:\d{3}|status),\s*"([a-z_]+)"/g,
  /\b(?:refuse|refusal|unauthorized|tooMany)\(\s*"([a-z_]+)"/g,
  /\bcode: "([a-z_]+)"/g,
];
const TYPES_OF_CODES = /^(?:export )?type \w+(?:Code|Failure|Refusal) =([^;]+);/gm;
/** In SQL: a refusal, and SQLSTATEs that callers see. */
const IN_SQL = [
  /\bcode := '([a-z_]+)'/g,
  /\b(?:refused_plan|refused := row)\('([a-z_]+)'/g,
  /answer_json\('rejected', '([a-z_]+)'/g,
  /'(PT\d{3}|22023)'/g,
  /\berrcode = '(\d{5})'/g,
];

function codesIn(files: Iterable<string>, patterns: RegExp[]): string[] {
  return [...files].flatMap((file) => {
    const text = Deno.readTextFileSync(file);
    return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, code = ""]) => code));
  });
}

const functions = inRepository("supabase", "functions");
const typescript = [...filesIn(functions, ".ts")].filter((file) =>
  !/database\/types\.ts$|\/openapi\//.test(file)
);
const unions = typescript.flatMap((file) =>
  [...Deno.readTextFileSync(file).matchAll(TYPES_OF_CODES)].flatMap(([, union = ""]) =>
    [...union.matchAll(/(?<!\[)"([a-z_]+)"/g)].map(([, code = ""]) => code)
  )
);
const known = new Set([
  ...codesIn(typescript, IN_TYPESCRIPT),
  ...unions,
  ...codesIn(filesIn(inRepository("supabase", "migrations"), ".sql"), IN_SQL),
].filter((code) => !NOT_OURS.includes(code)));

const rows = tables().filter(({ page, head }) => page === "docs/errors.md" && head[1] === "code")
  .flatMap((table) => table.rows);
const explained = rows.flatMap(([, code = ""]) =>
  [...code.matchAll(/`(\w+)`/g)].map(([, each = ""]) => each)
);
const prose = Deno.readTextFileSync(inRepository("docs", "errors.md")).split("\n")
  .filter((line) => !line.startsWith("|")).join("\n");
const mentioned = [...prose.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, code = ""]) => code);

Deno.test("every code that the code has is explained", () => {
  assert.ok(known.size > 40);
  assert.deepEqual([...known].filter((code) => ![...explained, ...mentioned].includes(code)).toSorted(), []);
});

Deno.test("no code is explained that there is not", () => {
  assert.deepEqual(explained.filter((code) => !known.has(code)), []);
});

Deno.test("every symptom has a code and a fix, and no code two fixes", () => {
  for (const row of rows) assert.ok(row.every((cell) => cell !== ""), row.join(" | "));
  assert.deepEqual(explained.toSorted(), [...new Set(explained)].toSorted());
});
