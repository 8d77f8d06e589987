import { CsvError, parse } from "csv-parse/sync";
import { encodingOf } from "./encoding.ts";

/** A cell of an export: text, numbers too, as they are written; a time of a workbook as a Date, its clock's time in UTC. */
export type Cell = string | Date | null;

/** The sheets of a file, as rows of cells; a CSV has one. */
export type ReadTable = { ok: true; sheets: Cell[][][] } | { ok: false; message: string };

/** Every XLSX file begins so: it is a ZIP archive. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];

/** Reads a CSV or XLSX file, whatever its name. */
export async function readTable(file: Uint8Array): Promise<ReadTable> {
  return ZIP.every((byte, index) => file[index] === byte) ? await readWorkbook(file) : readCsv(file);
}

function readCsv(file: Uint8Array): ReadTable {
  let text: string;
  try {
    // The decoder takes the byte order mark away.
    text = new TextDecoder(encodingOf(file), { fatal: true }).decode(file);
  } catch {
    return { ok: false, message: "is neither a CSV file in UTF-8 nor an XLSX file" };
  }
  const delimiter = delimiterOf(text);
  try {
    return {
      ok: true,
      sheets: [parse(text, { delimiter, relax_column_count: true, skip_empty_lines: true })],
    };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { ok: false, message: `is no CSV that can be read: ${error.message}` };
  }
}

/** A spreadsheet that was set to another country saves with semicolons, or with tabs. */
const DELIMITERS = [",", ";", "\t"];

/** What parts the headers most often. */
function delimiterOf(text: string): string {
  const [headers = ""] = text.trimStart().split(/[\r\n]/, 1);
  const partsBy = (delimiter: string) => headers.split(delimiter).length;
  return DELIMITERS.toSorted((a, b) => partsBy(b) - partsBy(a))[0] ?? ",";
}

async function readWorkbook(file: Uint8Array): Promise<ReadTable> {
  // Only who has such a file loads what reads it.
  const { default: readSheets } = await import("read-excel-file/universal");
  try {
    const sheets = await readSheets(Uint8Array.from(file).buffer, { parseNumber: plainNumber });
    return { ok: true, sheets: sheets.map(({ data }) => data.map((row) => row.map(toCell))) };
  } catch {
    return { ok: false, message: "is a ZIP archive, but no XLSX workbook that can be read" };
  }
}

/** A workbook keeps a number as a double, 0.1 + 0.2 as 0.30000000000000004: what a person sees has 15 digits. */
function plainNumber(written: string): string {
  return written.replace(/[^0-9]/g, "").length <= 15
    ? written
    : String(Number(Number(written).toPrecision(15)));
}

function toCell(value: unknown): Cell {
  return value === null || value === undefined || value instanceof Date ? value ?? null : String(value);
}
