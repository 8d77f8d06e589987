import { useState } from "preact/hooks";
import { type Cursor, MOST } from "../../api/reads.ts";
import { toCsv } from "../../format/csv.ts";
import { type Desk, useDesk } from "../../store/desk.ts";
import { Icon } from "../icons.tsx";
import type { Kind } from "./kind.tsx";
import { type Choices, filterOf, sortRows } from "./use-table.ts";

/** Saves every row that the filters leave, not only those of the page, as CSV. */
export function ExportButton<Row>({ kind, choices }: { kind: Kind<Row>; choices: Choices }) {
  const desk = useDesk();
  const [note, setNote] = useState<string | null>(null);
  const save = async () => {
    try {
      const rows = await readAll(kind, desk, choices, (count) => setNote(`${count} rows …`));
      const values = rows.map((row) => kind.columns.map((column) => column.value(row)));
      download(`${desk.account.name}-${kind.name}.csv`, toCsv(kind.columns.map(({ key }) => key), values));
      setNote(null);
    } catch (error) {
      setNote(error instanceof Error ? `Not saved: ${error.message}` : "Not saved");
    }
  };
  return (
    <>
      <span class="muted" role="status">{note}</span>
      <button
        type="button"
        class="quiet"
        onClick={save}
        title="All rows that the filters leave, with every digit, times in UTC"
      >
        <Icon name="download" />
        CSV
      </button>
    </>
  );
}

async function readAll<Row>(
  kind: Kind<Row>,
  { read, only }: Desk,
  choices: Choices,
  onCount: (count: number) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: Cursor = {};
  while (true) {
    const page = await kind.read(read, { ...filterOf(choices, only), ...cursor, limit: MOST });
    rows.push(...page);
    const last = page.at(-1);
    if (page.length < MOST || last === undefined) break;
    onCount(rows.length);
    cursor = kind.after(last);
  }
  return sortRows(rows.filter(kind.keep ?? (() => true)), kind.columns, choices.sort);
}

function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  // The browser reads it after this task.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
