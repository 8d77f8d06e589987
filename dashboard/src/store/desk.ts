import type { Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext, useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { ApiError, Client } from "../api/client.ts";
import type { Connection } from "../api/connection.ts";
import {
  type Account,
  type Args,
  MOST,
  type Name,
  type Overview,
  type Reading,
  readingOf,
} from "../api/reads.ts";
import type { Clock } from "../format/time.ts";
import type { Money } from "../format/money.ts";
import { type Read, Reader } from "./reader.ts";

/** What the pulse keeps up to date. */
export interface Live {
  /** The accounts of the signed-in user; null before the first answer. */
  accounts: Signal<Account[] | null>;
  /** Why the last attempt failed; null while all is well. */
  failure: Signal<ApiError | null>;
  /** When the project answered last, in milliseconds. */
  seenAt: Signal<number | null>;
}

/** What every view of one account needs; it changes with the account and the strategy picked. */
export interface Desk {
  client: Client;
  connection: Connection;
  live: Live;
  account: Account;
  /** Reads of the account. */
  read: Reading;
  overview: Overview;
  ahead: Ahead;
  /** Grows with every change of the account: what was read before may be old. */
  version: number;
  /** The strategy picked; null: all of them. */
  strategy: string | null;
  /** The strategy picked, as the RPCs take it. */
  only: { only_strategy?: string };
  /** The symbol charted; null: none yet. */
  symbol: string | null;
  chart(symbol: string): void;
  /** What the account was last compared with; null: nothing yet. */
  baseline: string | null;
  /** Opens the comparison with another account. */
  compare(baseline: string): void;
  money: Money;
  clock: Clock;
}

export const DeskContext = createContext<Desk | null>(null);

/** The desk around a view. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("a view of an account stands outside of its desk");
  return desk;
}

/**
 * Reads for a view, and reads again when `key` (the question) or `version` (the state of the account) changes. While another
 * question is answered the view keeps what it had, marked `stale`.
 *
 * @param takeFirst an answer to the first question that is on its way already, if it is
 */
export function useRead<T>(
  key: string,
  version: number,
  read: () => Promise<T>,
  takeFirst: () => Promise<T> | null = () => null,
): Read<T> & { stale: boolean } {
  const [last, setLast] = useState<Read<T>>({ data: null, error: null, key: null });
  const [reader] = useState(() => new Reader<T>(setLast, takeFirst()));
  useEffect(() => () => reader.stop(), [reader]);
  // Asked before the view is painted, not after: the answer is what there is to see.
  useLayoutEffect(() => reader.ask(key, read), [key]);
  useEffect(() => {
    if (last.key === key) reader.changed();
  }, [version]);
  return { ...last, stale: last.key !== key };
}

/** What an RPC gives of the account for these arguments, read again when they, or the account, change. */
export function useAnswer<Of extends Name>(name: Of, args?: Args<Of>) {
  const { read, version } = useDesk();
  return useRead(JSON.stringify(args ?? {}), version, () => read(name, args));
}

/** What the views of an account show first, asked for before they are drawn: all at once, not one after the other. */
export type Ahead = ReturnType<typeof askAhead>;

/** Asks for what an account's views show first. */
export function askAhead(client: Client, account: string) {
  const read = readingOf(client, account);
  return {
    account,
    takeOverview: once(read("portfolio_overview")),
    takePositions: once(read("list_positions", { limit: MOST })),
  };
}

/** Gives an answer away once, to the first who asks; null to those after. */
function once<T>(answer: Promise<T>): () => Promise<T> | null {
  // Perhaps nobody takes it: the account may be another one than was guessed.
  answer.catch(() => {});
  let left: Promise<T> | null = answer;
  return () => {
    const given = left;
    left = null;
    return given;
  };
}
