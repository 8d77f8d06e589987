import type { AlertToBook, SendBatch } from "../alerts/booking-rpc.ts";
import type { Clock } from "./fetch-bars.ts";

/** Marks of one statement: it holds the rows of their accounts for a tenth of a second at most. */
const AT_ONCE = 100;
/** Milliseconds that the database gets for one statement. */
const DEADLINE = 4_000;
/** How long to wait before those are sent again whose lock somebody else held. */
const PAUSES = [60, 200, 600];

/** Nothing is known to be written: the rest is for the next minute. */
class Away extends Error {}

/** Books marks in order; answers those that are not booked, none of which any later one of its account and symbol was booked behind. */
export type BookMarks = (marks: readonly AlertToBook[], until: number) => Promise<AlertToBook[]>;

const lineOf = ({ account, symbol }: AlertToBook): string => `${account}\n${symbol}`;

/** Makes what books marks by the door that every alert goes through, many in one statement. */
export function createBookMarks(
  send: SendBatch,
  { ticks, pause }: Pick<Clock, "ticks" | "pause">,
): BookMarks {
  /** Books what it can of a batch; answers what is busy still. */
  async function book(batch: readonly AlertToBook[], mayFail: number): Promise<AlertToBook[]> {
    const result = await send(batch, AbortSignal.timeout(DEADLINE));
    if (result.ok) return batch.filter((_, index) => result.answers[index]?.status === "busy");
    const isRefused = result.failure === "rejected";
    // The data of this one will never be taken: it does not hold up the others.
    if (isRefused && batch.length === 1) return [];
    if (!isRefused && mayFail === 0) throw new Away();
    // One of them is refused, or all of them took too long: in halves.
    const half = Math.ceil(batch.length / 2);
    const left: AlertToBook[] = [];
    for (const part of [batch.slice(0, half), batch.slice(half)]) {
      const held = new Set(left.map(lineOf));
      const free = part.filter((mark) => !held.has(lineOf(mark)));
      left.push(...part.filter((mark) => held.has(lineOf(mark))));
      if (free.length > 0) left.push(...await book(free, isRefused ? mayFail : mayFail - 1));
    }
    return left;
  }

  async function bookPatiently(batch: readonly AlertToBook[]): Promise<AlertToBook[]> {
    let left = await book(batch, 1);
    for (const milliseconds of PAUSES) {
      if (left.length === 0) break;
      await pause(milliseconds);
      left = await book(left, 1);
    }
    return left;
  }

  return async (marks, until) => {
    const held = new Set<string>();
    const left: AlertToBook[] = [];
    for (let at = 0; at < marks.length; at += AT_ONCE) {
      const batch = marks.slice(at, at + AT_ONCE);
      const free = batch.filter((mark) => !held.has(lineOf(mark)));
      left.push(...batch.filter((mark) => held.has(lineOf(mark))));
      if (free.length === 0) continue;
      if (ticks() > until) return [...left, ...free, ...marks.slice(at + AT_ONCE)];
      try {
        for (const mark of await bookPatiently(free)) {
          held.add(lineOf(mark));
          left.push(mark);
        }
      } catch (error) {
        if (error instanceof Away) return [...left, ...free, ...marks.slice(at + AT_ONCE)];
        throw error;
      }
    }
    return left;
  };
}
