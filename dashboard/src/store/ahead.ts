import type { Client } from "../api/client.ts";
import { MOST, readingOf } from "../api/reads.ts";

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
