import type { ComponentChildren } from "preact";
import { type Cursor, list, type ListRead, type Name, type Row, type Since } from "../../api/reads.ts";
import { formatInterval } from "../../format/duration.ts";
import type { Desk } from "../../store/desk.ts";
import { describeAlert, fieldOf, outcomeOf } from "../../format/words.ts";
import { AlertDetails } from "./alert-details.tsx";
import {
  amount,
  type Column,
  moment,
  named,
  number,
  pill,
  price,
  profit,
  seconds,
  side,
  words,
} from "./columns.tsx";

/** One of the tables: what it reads, how it shows it, what it says when there is nothing. */
export interface Kind<Row> {
  name: string;
  title: string;
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

interface Numbered {
  id: string | null;
}

/** The rows of an RPC, which pages by their id. */
export const byId = <Of extends Name>(name: Of, more?: Since) => ({
  read: list(name, more),
  id: ({ id }: Numbered): string => String(id),
  after: ({ id }: Numbered): Cursor => ({ before: Number(id) }),
});

/** A symbol, which a click charts. */
export const SYMBOL = "symbol";

export const positions: Kind<Row<"list_positions">> = {
  name: "positions",
  title: "Positions",
  read: list("list_positions"),
  first: ({ ahead }) => ahead.takePositions(),
  id: ({ symbol, strategy }) => `${symbol}\n${strategy}`,
  after: ({ symbol, strategy }) => ({ after_symbol: symbol ?? "", after_strategy: strategy ?? "" }),
  columns: [
    words(SYMBOL, "Symbol"),
    words("strategy", "Strategy"),
    side("side", "Side"),
    number("quantity", "Quantity"),
    price("average_price", "Average"),
    price("mark", "Mark"),
    amount("market_value", "Value"),
    profit("unrealized_pnl", "Open P&L"),
    profit("realized_pnl", "Realized"),
    amount("fees", "Fees"),
    moment("opened_at", "Opened"),
  ],
  isShort: true,
  keep: ({ quantity }) => quantity !== "0",
  empty: "Nothing is held. A buy or sell alert opens a position.",
};

export const orders: Kind<Row<"list_orders">> = {
  name: "orders",
  title: "Orders",
  ...byId("list_orders"),
  statuses: ["open", null, "filled", "canceled", "expired"],
  columns: [
    moment("created_at", "Placed"),
    words(SYMBOL, "Symbol"),
    words("strategy", "Strategy"),
    side("side", "Side"),
    { ...named("type", "Type"), value: ({ type, leg }) => leg ?? type },
    number("quantity", "Quantity"),
    price("limit_price", "Limit"),
    price("stop_price", "Stop"),
    { ...words("time_in_force", "In force"), text: (value) => value.toUpperCase() },
    words("status", "Status"),
    named("reason", "Reason"),
  ],
  empty: "No order rests. A limit or stop alert, or one with take_profit or stop_loss, places one.",
};

export const fills: Kind<Row<"list_fills">> = {
  name: "fills",
  title: "Fills",
  ...byId("list_fills"),
  columns: [
    moment("filled_at", "Filled"),
    words(SYMBOL, "Symbol"),
    words("strategy", "Strategy"),
    side("side", "Side"),
    number("quantity", "Quantity"),
    price("price", "Price"),
    amount("fee", "Fee"),
    profit("realized_pnl", "Realized"),
  ],
  empty: "Nothing was filled yet.",
};

export const trades: Kind<Row<"list_trades">> = {
  name: "trades",
  title: "Trades",
  ...byId("list_trades"),
  columns: [
    moment("closed_at", "Closed"),
    words(SYMBOL, "Symbol"),
    words("strategy", "Strategy"),
    side("side", "Side"),
    number("quantity", "Quantity"),
    price("entry_price", "Entry"),
    price("exit_price", "Exit"),
    profit("gross_pnl", "Gross"),
    amount("fees", "Fees"),
    profit("net_pnl", "Net"),
    { ...number("duration", "Held"), text: formatInterval },
  ],
  empty: "No round trip was closed yet: a trade is one from flat to flat.",
};

export const alerts: Kind<Row<"list_alerts">> = {
  name: "alerts",
  title: "Alerts",
  ...byId("list_alerts"),
  statuses: [null, "filled", "accepted", "ignored", "canceled", "rejected"],
  statusWords: { ignored: "ignored, marked" },
  columns: [
    moment("received_at", "Received"),
    pill(
      words("status", "Outcome"),
      { filled: "up", rejected: "down", accepted: "accent" },
      (status, { request }) => outcomeOf(status, request),
    ),
    words(SYMBOL, "Symbol"),
    words("strategy", "Strategy"),
    { key: "read_as", title: "Read as", value: ({ request }) => describeAlert(request) },
    {
      key: "reason",
      title: "Reason",
      value: ({ code, answer }) =>
        code === null ? fieldOf(answer, "message") : `${code}: ${fieldOf(answer, "message") ?? ""}`,
    },
  ],
  details: (alert) => <AlertDetails alert={alert} />,
  empty: "No alert came yet.",
};

/** Which symbol is marked by what, and how old its last mark is. */
export const marks: Kind<Row<"list_live_marks">> = {
  name: "marks",
  title: "Marks",
  // All of them: an account holds few symbols at a time.
  read: async (read, { only_symbol }) =>
    (await read("list_live_marks"))
      .filter(({ symbol }) => only_symbol === undefined || symbol === only_symbol),
  id: ({ symbol }) => String(symbol),
  after: () => ({}),
  columns: [
    words(SYMBOL, "Symbol"),
    words("exchange", "Exchange"),
    { ...words("source", "Marked by"), value: ({ source }) => source ?? "alerts only" },
    price("price", "Mark"),
    moment("marked_at", "Marked at"),
    {
      ...seconds("marked_at", "Age"),
      key: "age",
      value: ({ marked_at }) =>
        marked_at === null ? null : String(Math.round((Date.now() - Date.parse(marked_at)) / 1_000)),
    },
    { ...named("problem", "Problem"), tone: () => "down" },
    moment("checked_at", "Last asked"),
  ],
  isShort: true,
  empty: "No position and no resting order: no symbol needs a mark.",
};
