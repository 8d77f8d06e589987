import { ask, askHistory, type Client } from "./client.ts";
import type { Alert, Fill, Filter, LiveMark, Order, Position, Trade } from "./reads.ts";

/** Rows that a list gives at once, at most. */
export const MOST = 1000;

/** Where a page of a list begins: after the row that these arguments name; {}: at the first. */
export type Cursor = { before?: number; after_symbol?: string; after_strategy?: string };

/** What a list is asked for. */
export interface Query extends Filter {
  limit: number;
  cursor: Cursor;
  only_status?: string;
}

/** Reads one page of a list, in the order of the RPC. */
export type ListRead<Row> = (client: Client, account: string, query: Query) => Promise<Row[]>;

/** The lists that page by id take no cursor of names, and the other way round. */
const byId = ({ cursor: { before }, limit, ...filter }: Query) => ({
  ...filter,
  limit,
  ...(before !== undefined && { before }),
});

/** An index has the page of one filter; with more of them the database goes through a history. */
const askBy = ({ only_strategy, only_symbol, only_status }: Query) =>
  [only_strategy, only_symbol, only_status].filter((each) => each !== undefined).length > 1
    ? askHistory
    : ask;

export const listPositions: ListRead<Position> = (client, account, { cursor, limit, ...filter }) => {
  const { before: _before, ...after } = cursor;
  const { only_status: _status, ...names } = filter;
  return ask(client.rpc("list_positions", { account, limit, ...names, ...after }));
};

export const listOrders: ListRead<Order> = (client, account, query) =>
  askBy(query)(client.rpc("list_orders", { account, ...byId(query) }));

export const listFills: ListRead<Fill> = (client, account, query) =>
  askBy(query)(client.rpc("list_fills", { account, ...byId(query) }));

export const listTrades: ListRead<Trade> = (client, account, query) =>
  askBy(query)(client.rpc("list_trades", { account, ...byId(query) }));

export const listAlerts: ListRead<Alert> = (client, account, query) =>
  askBy(query)(client.rpc("list_alerts", { account, ...byId(query) }));

/** All of them: an account holds few symbols at a time. */
export const listLiveMarks: ListRead<LiveMark> = async (client, account, { only_symbol }) => {
  const marks = await ask<LiveMark[]>(client.rpc("list_live_marks", { account }));
  return marks.filter(({ symbol }) => only_symbol === undefined || symbol === only_symbol);
};

/** Where the page after a row with an id begins. */
export const afterId = ({ id }: { id: string | null }): Cursor => ({ before: Number(id) });
