import type { DatabaseClient } from "../database/client.ts";
import { tryAgain } from "../database/rpc-failure.ts";
import type { Database } from "../database/types.ts";
import { HttpError } from "../http/errors.ts";

type Functions = Database["public"]["Functions"];

/** Decimals of any precision go as text, which Postgres reads exactly; a JSON number passes through a double. */
type Exact<Args> = { [Name in keyof Args]: Args[Name] | (number extends Args[Name] ? string : never) | null };

/** Calls a function of the database; arguments that are null are left to their defaults. */
export type CallRpc = <Name extends keyof Functions & string>(
  name: Name,
  args: Exact<Functions[Name]["Args"]>,
) => Promise<Functions[Name]["Returns"]>;

const DEADLINE_MS = 8_000;

/** What the database's refusals are called here. */
const REFUSALS: Readonly<Record<string, { status: 404 | 422; code: string; message: string }>> = {
  PT404: { status: 404, code: "no_account", message: "there is no such account" },
  PT409: { status: 422, code: "conflict", message: "it cannot be changed now" },
  PT422: { status: 422, code: "refused", message: "it cannot be done now" },
  "23503": { status: 422, code: "unknown_reference", message: "it names something that does not exist" },
  "23505": { status: 422, code: "name_taken", message: "the name is taken" },
};

/**
 * Calls by supabase-js.
 *
 * @throws HttpError 404 for no such account, 422 for what cannot be now, 400 for other refusals of the arguments; 429
 * when the database is busy, 503 when it does not answer
 */
export function createCallRpc(database: DatabaseClient): CallRpc {
  return async (name, args) => {
    const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
    const { data, error } = await database.rpc(name, given as never)
      .abortSignal(AbortSignal.timeout(DEADLINE_MS));
    if (error === null) return data as Functions[typeof name]["Returns"];
    const later = tryAgain(error);
    if (later !== null) throw later;
    const { status, code, message } = REFUSALS[error.code] ??
      { status: 400, code: "invalid_arguments", message: "the database refuses these arguments" };
    // The hints of our functions are written for those who ask; the database's own messages may hold values.
    const details = error.hint ? [{ path: "", message: error.hint }] : undefined;
    throw new HttpError(status, code, message, details);
  };
}

const PAGE = 1_000;

/** All rows of a list, page by page; `read` gives those behind the last one that there is. */
export async function allPages<Row>(
  read: (limit: number, last: Row | undefined) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const page = await read(PAGE, rows.at(-1));
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}
