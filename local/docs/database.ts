import type { Sql } from "postgres";
import { code, type Regions, table } from "./regions.ts";

interface Rpc {
  name: string;
  arguments: string;
  result: string;
  comment: string;
  callers: string[];
}

/** Every part of the documentation that is made from the comments in a migrated database. */
export async function databaseRegions(sql: Sql): Promise<Regions> {
  return { rpc: await rpcReference(sql), settings: await settings(sql) };
}

/** The functions of the schema `public`, by who may call them. */
async function rpcReference(sql: Sql): Promise<string> {
  const functions = [
    ...await sql<Rpc[]>`
    select p.proname as name, pg_get_function_arguments(p.oid) as arguments, pg_get_function_result(p.oid) as result,
      coalesce(obj_description(p.oid, 'pg_proc'), '') as comment,
      array(select r from unnest('{authenticated,service_role}'::text[]) r
            where has_function_privilege(r, p.oid, 'execute')) as callers
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prorettype <> 'trigger'::regtype
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by p.proname`,
  ];
  const of = (title: string, wanted: (callers: string[]) => boolean) => {
    const chosen = functions.filter(({ callers }) => wanted(callers));
    return [`## ${title}`, ...chosen.map(entry)].join("\n\n");
  };
  return [
    of("For signed-in users and the service role", (callers) => callers.includes("authenticated")),
    of(
      "For the service role only",
      (callers) => !callers.includes("authenticated") && callers.includes("service_role"),
    ),
  ].join("\n\n");
}

function entry({ name, arguments: given, result, comment }: Rpc): string {
  const { inputs, outputs } = argumentsOf(given);
  const rows = outputs.length > 0 ? outputs : columnsOf(result);
  return [
    `### ${name}`,
    escaped(comment),
    inputs.length === 0 ? "Takes nothing." : `Takes ${inputs.map(code).join(", ")}.`,
    rows.length === 0
      ? `Answers ${code(result)}.`
      : `Answers ${result.startsWith("TABLE(") || result.startsWith("SETOF ") ? "rows of" : "one row of"} ${
        rows.map(code).join(", ")
      }.`,
  ].join("\n\n");
}

/** Arguments as Postgres writes them, without what only Postgres needs; those marked OUT are columns of the answer. */
function argumentsOf(given: string): { inputs: string[]; outputs: string[] } {
  const all = split(given);
  const plain = (argument: string) => shorter(argument.replace(/^(INOUT|OUT|VARIADIC) /, ""));
  return {
    inputs: all.filter((argument) => !argument.startsWith("OUT ")).map(plain),
    outputs: all.filter((argument) => /^(INOUT|OUT) /.test(argument)).map((argument) =>
      plain(argument).replace(/ = .*$/, "")
    ),
  };
}

/** The columns of `TABLE(…)`; none of another result. */
function columnsOf(result: string): string[] {
  const [, columns] = /^TABLE\((.*)\)$/s.exec(result) ?? [];
  return columns === undefined ? [] : split(columns).map(shorter);
}

/** At the commas between arguments: not at those in a default's quotes, brackets or parentheses. */
function split(list: string): string[] {
  const parts = list.match(/(?:'(?:[^']|'')*'|\([^)]*\)|\[[^\]]*\]|[^,])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

const shorter = (text: string): string =>
  text.replaceAll('"', "").replace(/ DEFAULT /, " = ").replace(/('[^']*'|NULL)::[\w ]+(\[\])?/, "$1")
    .replaceAll("timestamp with time zone", "timestamptz").replace(" = NULL", " = null");

/** Text of a comment that Markdown would take for markup. */
const escaped = (text: string): string =>
  text.replaceAll("<", "&lt;").replaceAll(/(?<![\w`])([\w*|]+_[\w|]+)(?!`)/g, "`$1`").replaceAll("*", "\\*");

/** The settings of an account, from the comments on their columns. */
async function settings(sql: Sql): Promise<string> {
  const rows = await sql<{ name: string; type: string; fallback: string | null; comment: string | null }[]>`
    select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      pg_get_expr(d.adbin, d.adrelid) as fallback, col_description(a.attrelid, a.attnum) as comment
    from pg_attribute a
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = 'trading.account_settings'::regclass and a.attnum > 1 and not a.attisdropped
    order by a.attnum`;
  return table(
    ["setting", "type", "default", "what it does"],
    rows.map(({ name, type, fallback, comment }) => [
      code(name),
      type,
      fallback === null ? "none" : code(fallback.replace(/^'(.*)'::.*$/, "$1")),
      comment ?? "",
    ]),
  );
}
