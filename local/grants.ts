import type { Sql } from "postgres";
import { inRepository } from "./paths.ts";

/** The file that says what each role may reach. */
export const grantsFile = inRepository("supabase", "grants.json");

const ROLES = ["public", "anon", "authenticated", "service_role"] as const;

/** All that a role can reach in the project's schemas. */
export interface Reach {
  /** Functions that it may execute, with their schema and argument types. */
  functions: string[];
  /** Tables, views and sequences, each with what it may do; `select(column)` where only some columns are granted. */
  tables: Record<string, string>;
}

export type Grants = Record<string, Reach>;

/** What each role can reach in a database, by whatever grant, its own or everybody's. */
export async function readGrants(sql: Sql): Promise<Grants> {
  const grants: Grants = {};
  for (const role of ROLES) {
    const functions = await sql<{ name: string }[]>`
      select p.oid::regprocedure::text as name
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname in ('public', 'trading') and has_function_privilege(${role}, p.oid, 'execute')
        and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`;
    const tables = await sql<{ name: string; privileges: string }[]>`
      select c.oid::regclass::text as name, string_agg(r.privilege, ' ' order by r.privilege) as privileges
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      cross join lateral (
        select lower(a.privilege) as privilege from unnest(
          case when c.relkind = 'S' then '{USAGE,SELECT,UPDATE}'
            else '{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}' end::text[]) a (privilege)
        where case when c.relkind = 'S' then has_sequence_privilege(${role}, c.oid, a.privilege)
          else has_table_privilege(${role}, c.oid, a.privilege) end
        union all
        select lower(a.privilege) || '(' || t.attname || ')'
        from pg_attribute t, unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) a (privilege)
        where t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped and c.relkind <> 'S'
          and has_column_privilege(${role}, c.oid, t.attnum, a.privilege)
          and not has_table_privilege(${role}, c.oid, a.privilege)
      ) r
      where n.nspname in ('public', 'trading') and c.relkind in ('r', 'p', 'v', 'm', 'S')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
      group by 1`;
    grants[role] = {
      functions: functions.map(({ name }) => name).sort(),
      tables: Object.fromEntries(tables.map(({ name, privileges }) => [name, privileges] as const).sort()),
    };
  }
  return grants;
}

/** What the project means its roles to reach. */
export async function readCommittedGrants(): Promise<Grants> {
  return JSON.parse(await Deno.readTextFile(grantsFile));
}

/** Where two differ, a line each: `+` is there and not meant to be, `-` is missing. */
export function differences(meant: Grants, found: Grants): string[] {
  const flat = (grants: Grants) =>
    Object.entries(grants).flatMap(([role, { functions, tables }]) => [
      ...functions.map((name) => `${role} may execute ${name}`),
      ...Object.entries(tables).flatMap(([name, privileges]) =>
        privileges.split(" ").map((privilege) => `${role} may ${privilege} ${name}`)
      ),
    ]);
  const [there, wanted] = [new Set(flat(found)), new Set(flat(meant))];
  return [
    ...[...there].filter((line) => !wanted.has(line)).map((line) => `+ ${line}`),
    ...[...wanted].filter((line) => !there.has(line)).map((line) => `- ${line}`),
  ];
}
