import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { MOST } from "../../api/reads.ts";
import { useDesk } from "../../store/desk.ts";
import { Select } from "../controls.tsx";
import { Outcome } from "../panel.tsx";
import { WideTable } from "../wide-table.tsx";
import { type Column, type Kind, SYMBOL, titleOf } from "./kind.tsx";
import { ExportButton } from "./export.tsx";
import { PAGE, type Sort, type TableState, useTable } from "./use-table.ts";

/** One table: filters above, rows that follow the account, pages below. */
export function TableView<Row>({ kind }: { kind: Kind<Row> }) {
  const table = useTable(kind);
  const { read, rows, choices, choose, clear } = table;
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <>
      <Filters kind={kind} table={table} />
      <Outcome
        read={read}
        what={titleOf(kind)}
        isEmpty={() => rows.length === 0}
        empty={
          <>
            <p>{clear === null ? kind.empty : `No ${kind.name} fit these filters.`}</p>
            {clear !== null && <button type="button" onClick={clear}>Clear the filters</button>}
          </>
        }
      >
        {() => (
          <WideTable
            look="rows"
            label={`${titleOf(kind)}, a table`}
            head={
              <>
                {kind.details !== undefined && (
                  <th scope="col">
                    <span class="visually-hidden">Details</span>
                  </th>
                )}
                {kind.columns.map((column) => (
                  <Heading
                    key={column.key}
                    column={column}
                    sort={choices.sort}
                    onSort={(sort) => choose({ sort })}
                  />
                ))}
              </>
            }
          >
            {rows.map((row) => {
              const id = kind.id(row);
              const isOpen = opened === id;
              return (
                <Fragment key={id}>
                  <tr class={table.fresh.has(id) ? "fresh" : ""}>
                    {kind.details !== undefined && (
                      <td>
                        <button
                          type="button"
                          class="expander"
                          aria-expanded={isOpen}
                          aria-label={`Details of ${kind.name.replace(/s$/, "")} ${id}`}
                          onClick={() => setOpened(isOpen ? null : id)}
                        />
                      </td>
                    )}
                    {kind.columns.map((column) => <Cell key={column.key} column={column} row={row} />)}
                  </tr>
                  {isOpen && (
                    <tr>
                      <td class="details-cell" colSpan={kind.columns.length + 1}>{kind.details?.(row)}</td>
                    </tr>
                  )}
                </Fragment>
              );
            })}
          </WideTable>
        )}
      </Outcome>
      <Pager table={table} />
    </>
  );
}

function Filters<Row>({ kind, table }: { kind: Kind<Row>; table: TableState<Row> }) {
  const { overview } = useDesk();
  const { choices, choose } = table;
  return (
    <div class="filters">
      <input
        type="search"
        aria-label="Symbol"
        placeholder="Symbol"
        list="symbols"
        value={choices.symbol}
        onInput={(event) => choose({ symbol: event.currentTarget.value.trim().toUpperCase() })}
      />
      <datalist id="symbols">{overview.symbols.map((name) => <option key={name} value={name} />)}</datalist>
      {kind.statuses !== undefined && (
        <Select
          label="Status"
          value={choices.status ?? ""}
          choices={kind.statuses.map((status) => ({
            value: status ?? "",
            text: status === null ? "any status" : kind.statusWords?.[status] ?? status,
          }))}
          onPick={(status) => choose({ status: status === "" ? null : status })}
        />
      )}
      {choices.sort !== null && (
        <button type="button" class="quiet" onClick={() => choose({ sort: null })}>Unsort</button>
      )}
      <ExportButton kind={kind} choices={choices} />
    </div>
  );
}

function Heading<Row>(
  { column, sort, onSort }: { column: Column<Row>; sort: Sort | null; onSort: (sort: Sort) => void },
) {
  const isSorted = sort?.key === column.key;
  const direction = isSorted ? sort.descending ? "descending" : "ascending" : "none";
  return (
    <th scope="col" aria-sort={direction} class={column.right ? "right" : ""}>
      <button
        type="button"
        onClick={() => onSort({ key: column.key, descending: !isSorted || !sort.descending })}
      >
        {column.title}
        <span class="arrow" aria-hidden="true">
          {direction === "ascending" ? "↑" : direction === "descending" ? "↓" : ""}
        </span>
      </button>
    </th>
  );
}

/** A table of few rows, as they come. */
export function PlainTable<Row>(
  { title, columns, rows }: { title: string; columns: readonly Column<Row>[]; rows: readonly Row[] },
) {
  return (
    <WideTable
      look="rows"
      label={`${title}, a table`}
      head={columns.map(({ key, title, right }) => (
        <th key={key} scope="col" class={right ? "right" : ""}>{title}</th>
      ))}
    >
      {rows.map((row, nr) => (
        <tr key={nr}>{columns.map((column) => <Cell key={column.key} column={column} row={row} />)}</tr>
      ))}
    </WideTable>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const desk = useDesk();
  const value = column.value(row);
  const aligned = column.right ? "right" : "";
  if (value === null || value === "") {
    return (
      <td class={aligned}>
        <span class="muted">–</span>
      </td>
    );
  }
  if (column.key === SYMBOL) {
    return (
      <td>
        <button type="button" class="link" title={`Chart ${value}`} onClick={() => desk.chart(value)}>
          {value}
        </button>
      </td>
    );
  }
  return (
    <td class={`${aligned} ${column.tone?.(value) ?? ""}`} title={column.full?.(value, desk) ?? value}>
      {column.text?.(value, desk, row) ?? value}
    </td>
  );
}

function Pager<Row>({ table }: { table: TableState<Row> }) {
  const { page, rows, newer, older, isPartial, read } = table;
  if (read.data === null || page === 0 && older === null && !isPartial) return null;
  const first = page * PAGE + 1;
  return (
    <div class="pager">
      <span class="muted" role="status">
        {rows.length === 0 ? "No rows" : `Rows ${first} to ${first + rows.length - 1}`}
        {isPartial && `, sorted among the newest ${MOST.toLocaleString("en-US")}`}
      </span>
      <button type="button" disabled={newer === null} onClick={() => newer?.()}>Newer</button>
      <button type="button" disabled={older === null} onClick={() => older?.()}>Older</button>
    </div>
  );
}
