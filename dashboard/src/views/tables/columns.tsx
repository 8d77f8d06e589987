import type { ComponentChildren } from "preact";
import { formatDecimal } from "../../format/decimal.ts";
import { formatSeconds } from "../../format/duration.ts";
import type { Clock } from "../../format/time.ts";
import type { Money } from "../../format/money.ts";
import { toneOf } from "../../format/figures.ts";

/** How a cell is written: in the account's currency and time zone. */
export interface Writing {
  money: Money;
  clock: Clock;
}

/** A column of a table of such rows. */
export interface Column<Row> {
  /** Its name for CSV, as the RPC has it. */
  key: string;
  title: string;
  /** The plain value: what is sorted and exported. */
  value(row: Row): string | null;
  /** The value as people read it; without one, as it is. */
  text?(value: string, writing: Writing, row: Row): ComponentChildren;
  /** All there is to say, where `text` is shorter. */
  full?(value: string, writing: Writing): string;
  /** A class for its cells. */
  tone?(value: string): string;
  right?: boolean;
}

/** Makes a column of a field by its name. */
type Of = <Row>(key: string & keyof Row, title: string) => Column<Row>;

/** Names, words: as they are. */
export const words: Of = (key, title) => ({
  key,
  title,
  value: ({ [key]: value }) => value === null || value === undefined ? null : String(value),
});

/** A word of a list of them, in a pill of the tone it has there. */
export const pill = <Row,>(
  column: Column<Row>,
  tones: Readonly<Record<string, string>>,
  shown: (value: string, row: Row) => string = spaced,
): Column<Row> => ({
  ...column,
  text: (value, _writing, row) => <span class={`pill ${tones[value] ?? ""}`}>{shown(value, row)}</span>,
});

/** Words that are one name, with underscores. */
export const named: Of = (key, title) => ({ ...words(key, title), text: spaced });

const spaced = (name: string): string => name.replaceAll("_", " ");

/** A moment. */
export const moment: Of = (key, title) => ({
  ...words(key, title),
  text: (value, { clock }) => clock.moment(value),
  full: (value, { clock }) => clock.full(value),
  tone: () => "figures",
});

/** A number of units, with the digits that it has. */
export const number: Of = (key, title) => ({
  ...words(key, title),
  text: (value) => formatDecimal(value),
  full: (value) => value,
  tone: () => "figures",
  right: true,
});

/** A price: two decimals at least. */
export const price: Of = (key, title) => ({
  ...number(key, title),
  text: (value) => formatDecimal(value, { least: 2 }),
});

/** An amount of money. */
export const amount: Of = (key, title) => ({
  ...number(key, title),
  text: (value, { money }) => money.figures(value),
});

/** An amount that is a gain or a loss. */
export const profit: Of = (key, title) => ({
  ...number(key, title),
  text: (value, { money }) => money.figures(value, { plus: true }),
  tone: (value) => `figures ${toneOf(value)}`,
});

/** What was worse: above 0 is a cost. */
export const cost = <Row,>(column: Column<Row>): Column<Row> => ({
  ...column,
  tone: (value) => `figures ${value.startsWith("-") ? "up" : value === "0" ? "" : "down"}`,
});

/** How long something took, in seconds. */
export const seconds: Of = (key, title) => ({
  ...number(key, title),
  text: formatSeconds,
  full: (value) => `${value} s`,
});

/** Buy or sell, long or short. */
export const side: Of = (key, title) => ({
  ...words(key, title),
  tone: (value) => value === "buy" || value === "long" ? "up" : value === "flat" ? "muted" : "down",
});
