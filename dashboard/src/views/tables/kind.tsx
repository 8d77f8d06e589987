import type { ComponentChildren } from "preact";
import { type Cursor, list, type ListRead, type Name, type Since } from "../../api/reads.ts";
import { formatDecimal } from "../../format/decimal.ts";
import { formatSeconds } from "../../format/duration.ts";
import { toneOf } from "../../format/figures.ts";
import type { Desk } from "../../store/desk.ts";

/** One of the tables: what it reads, how it shows it, what it says when there is nothing. */
export interface Kind<Row> {
  /** What its rows are called within a sentence. */
  name: string;
  /** Its title, where that is not the name. */
  title?: string;
  read: ListRead<Row>;
  /** Its rows at first, when they are on their way already. */
  first?(desk: Desk): Promise<Row[]> | null;
  /** Tells rows apart. */
  id(row: Row): string;
  /** Where the page after this row begins. */
  after(row: Row): Cursor;
  columns: Column<Row>[];
  /** Statuses to filter by, the one chosen at first in front. */
  statuses?: readonly (string | null)[];
  /** What a status is called to filter by, where its name alone would mislead. */
  statusWords?: Readonly<Record<string, string>>;
  /** So few rows that they are read at once. */
  isShort?: boolean;
  /** Rows that are shown, of those read. */
  keep?(row: Row): boolean;
  details?(row: Row): ComponentChildren;
  empty: string;
}

export const titleOf = <Row,>({ name, title }: Kind<Row>) =>
  title ?? name.replace(/^./, (first) => first.toUpperCase());

/** The rows of an RPC, which pages by their id. */
export const byId = <Of extends Name>(name: Of, more?: Since) => ({
  read: list(name, more),
  id: ({ id }: { id: string | null }) => String(id),
  after: ({ id }: { id: string | null }): Cursor => ({ before: Number(id) }),
});

/** A column of a table of such rows. */
export interface Column<Row> {
  /** Its name for CSV, as the RPC has it. */
  key: string;
  title: string;
  /** The plain value: what is sorted and exported. */
  value(row: Row): string | null;
  /** The value as people read it, in the account's currency and time zone; without one, as it is. */
  text?(value: string, desk: Desk, row: Row): ComponentChildren;
  /** All there is to say, where `text` is shorter. */
  full?(value: string, desk: Desk): string;
  /** A class for its cells. */
  tone?(value: string): string;
  right?: boolean;
}

/** How the values of a column look. */
type Look = Pick<Column<never>, "tone" | "right"> & {
  text?(value: string, desk: Desk): ComponentChildren;
  full?(value: string, desk: Desk): string;
};

const spaced = (name: string): string => name.replaceAll("_", " ");

const toneOfCost = (value: string) => `figures ${value.startsWith("-") ? "up" : value === "0" ? "" : "down"}`;

const NUMBER: Look = {
  text: (value) => formatDecimal(value),
  full: (value) => value,
  tone: () => "figures",
  right: true,
};
const LOOKS = {
  /** Names, words: as they are. */
  words: {},
  /** Words that are one name, with underscores. */
  named: { text: spaced },
  moment: {
    text: (value, { clock }) => clock.moment(value),
    full: (value, { clock }) => clock.full(value),
    tone: () => "figures",
  },
  /** A number of units, with the digits that it has. */
  number: NUMBER,
  /** Two decimals at least. */
  price: { ...NUMBER, text: (value) => formatDecimal(value, { least: 2 }) },
  /** An amount of money. */
  amount: { ...NUMBER, text: (value, { money }) => money.figures(value) },
  /** An amount that is a gain or a loss. */
  profit: {
    ...NUMBER,
    text: (value, { money }) => money.figures(value, { plus: true }),
    tone: (value) => `figures ${toneOf(value)}`,
  },
  /** An amount, or a price, of which more is worse. */
  cost: { ...NUMBER, text: (value, { money }) => money.figures(value), tone: toneOfCost },
  worse: { ...NUMBER, tone: toneOfCost },
  /** How long something took. */
  seconds: { ...NUMBER, text: formatSeconds, full: (value) => `${value} s` },
  /** Buy or sell, long or short. */
  side: {
    tone: (value) => value === "buy" || value === "long" ? "up" : value === "flat" ? "muted" : "down",
  },
} satisfies Record<string, Look>;

/** A column of a field by its name, which looks so. */
export const column = <Row,>(
  look: keyof typeof LOOKS,
  key: string & keyof Row,
  title: string,
): Column<Row> => ({
  ...{ key, title },
  value: ({ [key]: value }) => value === null || value === undefined ? null : String(value),
  ...LOOKS[look],
});

/** A word of a list of them, in a pill of the tone it has there. */
export const pill = <Row,>(
  column: Column<Row>,
  tones: Readonly<Record<string, string>>,
  shown: (value: string, row: Row) => string = spaced,
): Column<Row> => ({
  ...column,
  text: (value, _desk, row) => <span class={`pill ${tones[value] ?? ""}`}>{shown(value, row)}</span>,
});

/** A symbol, which a click charts. */
export const SYMBOL = "symbol";

/** What is traded by whom. */
export const TRADED: Column<Record<"symbol" | "strategy", string | null>>[] = [
  column("words", SYMBOL, "Symbol"),
  column("words", "strategy", "Strategy"),
];
