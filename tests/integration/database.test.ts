import assert from "node:assert/strict";
import { supabase } from "../../local/supabase-cli.ts";
import { inRepository } from "../../local/paths.ts";
import { connect, stack } from "../support/stack.ts";

/** The `names` that a query of the catalog finds: those that break a rule. */
async function found(query: string): Promise<string[]> {
  const sql = connect(1);
  try {
    return (await sql.unsafe(query)).map(({ name }) => name);
  } finally {
    await sql.end();
  }
}

/** Functions of ours: those of an extension belong to it. */
const OUR_FUNCTIONS = `
  pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'trading') and p.prokind in ('f', 'p')
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`;
const OUR_TABLES = `
  pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'trading') and c.relkind in ('r', 'p', 'v', 'm')`;

Deno.test("the advisors of Supabase find nothing to warn of", async () => {
  const { success, stdout, messages } = await supabase([
    ...["db", "advisors", `--remote=${stack.db_url}?sslmode=disable`],
    ...["--level", "info", "--fail-on", "none", "--output-format", "json"],
  ]);
  assert.ok(success, messages.join("\n"));
  const { results }: { results: { name: string; level: string; detail: string }[] } = JSON.parse(stdout);
  assert.ok(results.length > 0, "it looked: in a database this young there are indexes that were never used");
  const warnings = results.filter(({ level }) => level !== "INFO");
  assert.deepEqual(warnings.map(({ level, name, detail }) => `${level} ${name}: ${detail}`), []);
});

Deno.test("the generated types are those of the migrations", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", inRepository("local", "generate.ts"), "types", "--check"],
    cwd: inRepository(),
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
});

Deno.test("every function has a comment that says what it does", async () => {
  assert.deepEqual(
    await found(
      `select p.oid::regprocedure::text as name from ${OUR_FUNCTIONS} and obj_description(p.oid) is null`,
    ),
    [],
  );
});

Deno.test("every table, view and domain has a comment", async () => {
  assert.deepEqual(
    await found(`
      select c.oid::regclass::text as name from ${OUR_TABLES} and obj_description(c.oid) is null and not c.relispartition
      union all
      select t.oid::regtype::text from pg_type t join pg_namespace n on n.oid = t.typnamespace
      where n.nspname in ('public', 'trading') and t.typtype = 'd' and obj_description(t.oid) is null`),
    [],
  );
});

Deno.test("every function has an empty search_path of its own", async () => {
  assert.deepEqual(
    await found(`select p.oid::regprocedure::text as name from ${OUR_FUNCTIONS}
      and not coalesce(p.proconfig, '{}') && array['search_path=""', 'search_path=']`),
    [],
  );
});

Deno.test("no function is longer than 150 lines", async () => {
  assert.deepEqual(
    await found(
      `select p.oid::regprocedure::text as name from ${OUR_FUNCTIONS} and regexp_count(p.prosrc, E'\\n') > 150`,
    ),
    [],
  );
});

Deno.test("what runs with more rights than its caller takes no argument and is for service_role alone", async () => {
  assert.deepEqual(
    await found(`
      select p.oid::regprocedure::text as name from ${OUR_FUNCTIONS} and p.prosecdef
        and (p.pronargs > 0 or p.provolatile = 'v' or has_function_privilege('anon', p.oid, 'execute')
          or has_function_privilege('authenticated', p.oid, 'execute'))`),
    [],
  );
});

Deno.test("no function has two signatures", async () => {
  assert.deepEqual(
    await found(
      `select n.nspname || '.' || p.proname as name from ${OUR_FUNCTIONS} group by 1 having count(*) > 1`,
    ),
    [],
  );
});

for (const role of ["anon", "public"]) {
  Deno.test(`${role} may call no function, read no table and not enter the schema of the engine`, async () => {
    assert.deepEqual(
      await found(`
        select p.oid::regprocedure::text as name from ${OUR_FUNCTIONS}
          and has_function_privilege('${role}', p.oid, 'execute')
        union all
        select c.oid::regclass::text from ${OUR_TABLES}
          and has_table_privilege('${role}', c.oid, 'select, insert, update, delete, truncate, references, trigger')
        union all
        select 'trading' where has_schema_privilege('${role}', 'trading', 'usage')`),
      [],
    );
  });
}

Deno.test("row security is on for every table, with a policy for those who may read it", async () => {
  assert.deepEqual(
    await found(`
      select c.oid::regclass::text as name from ${OUR_TABLES} and c.relkind in ('r', 'p') and (not c.relrowsecurity
        or has_table_privilege('authenticated', c.oid, 'select')
          and not exists (select from pg_policy o where o.polrelid = c.oid))`),
    [],
  );
});
