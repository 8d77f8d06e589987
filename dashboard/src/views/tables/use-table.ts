import { useEffect, useRef, useState } from "preact/hooks";
import { type Cursor, MOST } from "../../api/reads.ts";
import { type Desk, useDesk, useRead } from "../../store/desk.ts";
import { compareValues } from "../../format/decimal.ts";
import type { Column, Kind } from "./kind.tsx";

/** Rows on a page. */
export const PAGE = 25;

export interface Sort {
  key: string;
  descending: boolean;
}

/** What a table is asked for by its reader. */
export interface Choices {
  symbol: string;
  status: string | null;
  /** Null: as the RPC has it, newest first. */
  sort: Sort | null;
}

/** A table as it is drawn. */
export type TableState<Row> = ReturnType<typeof useTable<Row>>;

/** The arguments that narrow a list to what was chosen. */
export function filterOf(choices: Choices, only: Desk["only"]) {
  return {
    ...only,
    ...(choices.symbol !== "" && { only_symbol: choices.symbol }),
    ...(choices.status !== null && { only_status: choices.status }),
  };
}

/** Rows by a column; those that are equal stay in their order. */
export function sortRows<Row>(rows: Row[], columns: readonly Column<Row>[], sort: Sort | null): Row[] {
  const column = columns.find(({ key }) => key === sort?.key);
  if (column === undefined || sort === null) return rows;
  const direction = sort.descending ? -1 : 1;
  return rows.toSorted((a, b) => direction * compareValues(column.value(a), column.value(b)));
}

/** Keeps a table: what is asked, which page, and its rows as they change. */
export function useTable<Row>(kind: Kind<Row>) {
  const desk = useDesk();
  const { version, strategy, only } = desk;
  const unfiltered = { symbol: "", status: kind.statuses?.[0] ?? null };
  const [choices, setChoices] = useState<Choices>({ ...unfiltered, sort: null });
  // Where each page begins, as far as the reader has come.
  const [cursors, setCursors] = useState<Cursor[]>([{}]);
  const [page, setPage] = useState(0);
  // Short tables, and sorted ones: of the newest rows.
  const isWhole = kind.isShort || choices.sort !== null;
  const cursor = isWhole ? {} : cursors[page] ?? {};
  const filter = filterOf(choices, only);

  useEffect(() => setPage(0), [strategy]);
  const read = useRead(
    JSON.stringify([isWhole, cursor, filter]),
    version,
    () => kind.read(desk.read, { ...filter, ...cursor, limit: isWhole ? MOST : PAGE + 1 }),
    () => strategy === null ? kind.first?.(desk) ?? null : null,
  );

  const all = sortRows((read.data ?? []).filter(kind.keep ?? (() => true)), kind.columns, choices.sort);
  const start = isWhole ? page * PAGE : 0;
  const rows = all.slice(start, start + PAGE);
  const last = rows.at(-1);
  const older = () => {
    if (!isWhole && last !== undefined) setCursors([...cursors.slice(0, page + 1), kind.after(last)]);
    setPage(page + 1);
  };
  const choose = (changes: Partial<Choices>) => {
    setChoices({ ...choices, ...changes });
    setPage(0);
  };
  return {
    choices,
    choose,
    /** Takes the filters away; null where there are none. */
    clear: choices.symbol === "" && choices.status === unfiltered.status ? null : () => choose(unfiltered),
    read,
    /** The rows of this page. */
    rows,
    /** Ids that were not there at the last look. */
    fresh: useFresh(read.key, rows.map(kind.id)),
    page,
    /** Goes back or on by a page; null where there is none. */
    newer: page > 0 ? () => setPage(page - 1) : null,
    older: all.length > start + PAGE ? older : null,
    /** Whether it was sorted among the newest rows only, since there are more. */
    isPartial: choices.sort !== null && read.data?.length === MOST,
  };
}

/** The ids that were not in the answer before to the same question. */
function useFresh(key: string | null, ids: string[]): ReadonlySet<string> {
  const last = useRef({ key, ids: new Set<string>(), fresh: new Set<string>() });
  const { current: before } = last;
  const fresh = new Set(before.key === key ? ids.filter((id) => !before.ids.has(id)) : []);
  if (before.key !== key || fresh.size > 0) last.current = { key, ids: new Set(ids), fresh };
  return last.current.fresh;
}
