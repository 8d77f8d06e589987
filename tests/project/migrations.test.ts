import assert from "node:assert/strict";
import { inRepository } from "../../local/paths.ts";

/** A migration: its file's name and its text. */
interface Migration {
  file: string;
  text: string;
}

const LONGEST_LINE = 120;

const directory = inRepository("supabase/migrations");
const migrations = [...Deno.readDirSync(directory)].map(({ name: file }): Migration => ({
  file,
  text: Deno.readTextFileSync(`${directory}/${file}`),
})).toSorted((a, b) => a.file < b.file ? -1 : 1);

const linesOver = (length: number, { file, text }: Migration) =>
  text.split("\n").flatMap((line, index) => line.length > length ? [`${file}:${index + 1}`] : []);

/** The text without what is only told: `--` and `comment on`. Every line stays where it is. */
const codeOf = (text: string) =>
  text.replaceAll(
    /^comment on [^']*(?:'[^']*'\s*)+;|'[^']*'|"[^"]*"|--.*/gm,
    (part) => part.startsWith("--") || part.startsWith("comment") ? part.replaceAll(/[^\n]/g, "") : part,
  );

const DEFINITION =
  /^create (?:unlogged )?(?:domain|function|sequence|table|type|view) (?<name>(?:public|trading)\.\w+)/gm;
/** Every name has its schema: the functions have an empty search_path. */
const NAME = /\b(?:public|trading)\.\w+/g;

/** What is named (called, read, or the type of something) above the place where it is defined. */
function namedTooEarly(migrations: Migration[]): string[] {
  const code = migrations.map(({ text }) => codeOf(text));
  const defined = new Map(
    code.flatMap((text, file) =>
      [...text.matchAll(DEFINITION)].map(({ groups, index }) =>
        [groups?.name ?? "", { file, index }] as const
      )
    ),
  );
  return code.flatMap((text, file) =>
    [...text.matchAll(NAME)].flatMap(({ 0: name, index }) => {
      const place = defined.get(name);
      const isEarly = place !== undefined &&
        (file < place.file || file === place.file && index < place.index);
      return isEarly ? [`${migrations[file]?.file}:${text.slice(0, index).split("\n").length} ${name}`] : [];
    })
  );
}

Deno.test("a migration's lines fit a screen", () => {
  assert.deepEqual(migrations.flatMap((migration) => linesOver(LONGEST_LINE, migration)), []);
});

Deno.test("no function has 150 lines, its head and its end among them", () => {
  const functions = migrations.flatMap(({ text }) => [
    ...text.matchAll(/^create function ([\w.]+)[^]*?^\$\$;$/gm),
  ]);
  assert.ok(functions.length > 250, `${functions.length} functions`);
  assert.deepEqual(
    functions.filter(([whole]) => whole.split("\n").length >= 150).map(([, name]) => name),
    [],
  );
});

Deno.test("a migration says first what it is about", () => {
  assert.deepEqual(migrations.filter(({ text }) => !text.startsWith("-- ")).map(({ file }) => file), []);
});

Deno.test("the migrations read from the ground up: nothing is named before it is defined", () => {
  assert.ok(migrations.length > 10);
  assert.deepEqual(namedTooEarly(migrations), []);
});

Deno.test("a call above its function is found, in the same file or in an earlier one; words about it are none", () => {
  const early = [
    {
      file: "1.sql",
      text: "create view trading.a as\n  select trading.b(1), trading.c();\n" +
        "create function trading.b(n integer) as $$ select trading.b(n - 1) $$;\n",
    },
    {
      file: "2.sql",
      text: "-- See trading.c.\ncomment on view trading.a is 'it''s trading.c,\n' 'twice';\n" +
        "create trigger t on trading.x execute function trading.c();\ncreate table trading.c ();\n",
    },
  ];
  assert.deepEqual(namedTooEarly(early), ["1.sql:2 trading.b", "1.sql:2 trading.c", "2.sql:4 trading.c"]);
  assert.deepEqual(linesOver(5, { file: "1.sql", text: "12345\n123456\n" }), ["1.sql:2"]);
});
