import type { Read } from "../validators/decimal.ts";
import { type ColumnName, type Columns, readHeaders } from "./columns.ts";
import { createTradeClock, readMoments, type Zone, zoneOf } from "./local-time.ts";
import { numberReader } from "./numbers.ts";
import { type Cell, readTable } from "./table.ts";

/** One end of a trade. */
export interface Leg {
  /** ISO 8601, UTC. */
  time: string;
  signal: string;
  price: string;
}

/** A trade of the export: money and quantities as decimals. A partial exit is a trade of its own. */
export interface Trade {
  number: number;
  side: "long" | "short";
  quantity: string;
  entry: Leg;
  /** Null: it had not ended when the file was made. */
  exit: Leg | null;
  /** Net, in the currency of the export; 0 while it has no exit. */
  profit: string;
  /** Net, of this trade and all with a smaller number; null where the file has no such column. */
  cumulative: string | null;
}

export interface Export {
  /** By number. */
  trades: Trade[];
  /** What the file values trades that have not ended at; null where there is none. */
  last: { time: string; price: string } | null;
  priceCurrency: string | null;
  profitCurrency: string | null;
}

/** Why a row is not read. Thrown and caught in this module only. */
class Unreadable extends Error {}

/** Reads TradingView's "List of trades", CSV or XLSX; the message of what cannot be read follows "the file". */
export async function readExport(
  bytes: Uint8Array,
  timeZone: string,
): Promise<{ ok: true; file: Export } | { ok: false; message: string }> {
  const zone = zoneOf(timeZone);
  if (zone === null) {
    return {
      ok: false,
      message: `cannot be read in the time zone "${timeZone}": give an IANA name, like America/New_York`,
    };
  }
  const table = await readTable(bytes);
  if (!table.ok) return table;
  const found = findTrades(table.sheets);
  if (!found.ok) return found;
  try {
    return { ok: true, file: toExport(found.sheet, zone) };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, message: error.message };
    throw error;
  }
}

/** The list of trades. A workbook has more sheets: where none is it, the one that comes nearest says what is wrong. */
function findTrades(
  sheets: readonly Cell[][][],
): { ok: true; sheet: Sheet } | { ok: false; message: string } {
  let nearest = { message: "is empty", found: -1 };
  for (const [first, ...rows] of sheets) {
    if (first === undefined) continue;
    const headers = readHeaders(first.map(textOf));
    if (headers.ok) return { ok: true, sheet: { rows, width: first.length, columns: headers.columns } };
    if (headers.found > nearest.found) nearest = headers;
  }
  return { ok: false, message: nearest.message };
}

const textOf = (cell: Cell | undefined): string =>
  cell instanceof Date ? cell.toISOString() : cell?.trim() ?? "";

/** A row of the file, whose fields are read by name. */
interface Row {
  /** Counted from 1, the headers being the first. */
  line: number;
  cell(name: ColumnName): Cell;
  /** Reads a number as this file writes its numbers. */
  decimal(text: string): Read<string>;
}

/** A file's rows behind its headers, how many columns these have, and where each stands. */
interface Sheet {
  rows: readonly Cell[][];
  width: number;
  columns: Columns;
}

const NUMBERS: readonly ColumnName[] = ["price", "quantity", "profit", "cumulative"];

function toExport({ rows, width, columns }: Sheet, zone: Zone): Export {
  const cellOf = (cells: readonly Cell[], name: ColumnName): Cell =>
    cells[columns.get(name)?.index ?? -1] ?? null;
  const decimal = numberReader(rows.flatMap((cells) => NUMBERS.map((name) => textOf(cellOf(cells, name)))));
  const named = rows.map((cells, index): Row => {
    const line = index + 2;
    // A comma that is not quoted moves every cell behind it into the next column.
    if (cells.slice(width).some((cell) => textOf(cell) !== "")) {
      throw new Unreadable(
        `has ${cells.length} cells in row ${line}, for ${width} columns: is a comma not in quotes?`,
      );
    }
    return { line, cell: (name) => cellOf(cells, name), decimal };
  }).filter((row) => textOf(row.cell("number")) !== "");
  const symbols = new Set(named.map((row) => textOf(row.cell("symbol"))).filter((symbol) => symbol !== ""));
  if (symbols.size > 1) {
    const some = [...symbols].slice(0, 8).join(", ");
    throw new Unreadable(`has trades of several symbols (${some}): import each of its own`);
  }
  const byNumber = Map.groupBy(named, numberOf);
  if (byNumber.size === 0) throw new Unreadable("has no trades");
  const reading = { zone, clock: createTradeClock(), hasCumulative: columns.has("cumulative") };
  const trades = [...byNumber].toSorted(([a], [b]) => a - b)
    .map(([number, legs]) => toTrade(number, legs, reading));
  return {
    ...withoutOpenEnds(trades),
    priceCurrency: columns.get("price")?.currency ?? null,
    profitCurrency: columns.get("profit")?.currency ?? null,
  };
}

/** What stands for the time of an exit that has not come: nothing, a dash, or the word. */
const NO_END = /^(?:open|[-\u2013\u2014])?$/i;

interface Reading {
  zone: Zone;
  clock: ReturnType<typeof createTradeClock>;
  hasCumulative: boolean;
}

function toTrade(number: number, rows: readonly Row[], reading: Reading): Trade {
  const ends = rows.map((row) => ({ row, ...typeOf(row) }));
  const entry = ends.find(({ kind }) => kind === "entry");
  const exit = ends.find(({ kind }) => kind === "exit");
  if (entry === undefined || rows.length !== (exit === undefined ? 1 : 2)) {
    throw new Unreadable(`has ${rows.length} rows of trade ${number}: one entry and one exit are expected`);
  }
  const quantity = decimalOf(entry.row, "quantity");
  if (quantity === "0" || quantity.startsWith("-")) {
    throw refusal(entry.row, "quantity", "is not above 0");
  }
  const ended = exit !== undefined && !NO_END.test(textOf(exit.row.cell("time"))) ? exit.row : null;
  if (
    exit !== undefined &&
    (exit.side !== entry.side || ended !== null && decimalOf(ended, "quantity") !== quantity)
  ) {
    throw new Unreadable(`has an exit of trade ${number} that is not of the side and size of its entry`);
  }
  const order = JSON.stringify(
    (["time", "type", "signal", "price"] as const).map((name) => entry.row.cell(name)),
  );
  const begun = reading.clock.begins(momentsOf(entry.row, reading.zone), order);
  return {
    number,
    side: entry.side,
    quantity,
    entry: legOf(entry.row, begun),
    exit: ended === null ? null : legOf(ended, endOf(ended, begun, reading)),
    profit: ended === null ? "0" : decimalOf(ended, "profit"),
    cumulative: ended === null || !reading.hasCumulative ? null : decimalOf(ended, "cumulative"),
  };
}

function endOf(row: Row, begun: number, { zone, clock }: Reading): number {
  const end = clock.ends(momentsOf(row, zone), begun);
  if (end !== undefined) return end;
  throw refusal(row, "time", "is before the trade began");
}

const legOf = (row: Row, moment: number): Leg => ({
  time: new Date(moment).toISOString().replace(".000Z", "Z"),
  signal: textOf(row.cell("signal")),
  price: decimalOf(row, "price"),
});

/**
 * The trades, those that had not ended without an exit. TradingView writes such an end as an exit by `Open` at its last
 * bar: no order, but the price that the trade is valued at. Where other exits have that name, it is a strategy's own.
 */
function withoutOpenEnds(trades: readonly Trade[]): Pick<Export, "trades" | "last"> {
  const newest = trades.map(({ entry, exit }) => (exit ?? entry).time).reduce((a, b) => a > b ? a : b);
  const named = trades.filter(({ exit }) => exit?.signal === "Open");
  if (named.length === 0 || named.some(({ exit }) => exit?.time !== newest)) {
    return { trades: [...trades], last: null };
  }
  const price = named[0]?.exit?.price ?? "0";
  return {
    trades: trades.map((trade) => named.includes(trade) ? { ...trade, exit: null } : trade),
    last: { time: newest, price },
  };
}

// Fields ---------------------------------------------------------------------------------------------

function refusal(row: Row, name: ColumnName, why: string): Unreadable {
  return new Unreadable(
    `has ${JSON.stringify(textOf(row.cell(name)).slice(0, 60))} as ${name} in row ${row.line}, which ${why}`,
  );
}

function numberOf(row: Row): number {
  const text = textOf(row.cell("number"));
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw refusal(row, "number", "is not a trade's number");
}

function typeOf(row: Row): { kind: "entry" | "exit"; side: "long" | "short" } {
  const match = /^(entry|exit) (long|short)$/.exec(textOf(row.cell("type")).toLowerCase());
  if (match === null) throw refusal(row, "type", "is not Entry long, Exit long, Entry short or Exit short");
  return { kind: match[1] as "entry" | "exit", side: match[2] as "long" | "short" };
}

function momentsOf(row: Row, zone: Zone): number[] {
  const moments = readMoments(row.cell("time") ?? "", zone);
  if (moments === null) throw refusal(row, "time", "is not a time like 2025-03-31 08:45");
  return moments;
}

function decimalOf(row: Row, name: ColumnName): string {
  const read = row.decimal(textOf(row.cell(name)));
  if (!read.ok) throw refusal(row, name, read.message);
  return read.value;
}
