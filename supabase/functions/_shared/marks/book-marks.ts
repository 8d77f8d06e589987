import type { AlertToBook, SendBatch } from "../alerts/booking-rpc.ts";
import type { Log } from "../observability/log.ts";
import type { Clock } from "./fetch-bars.ts";

/** Marks of one statement: it holds the rows of their accounts for a tenth of a second at most. */
const AT_ONCE = 100;
const DEADLINE_MS = 4_000;
/** How long to wait before those are sent again whose lock somebody else held. */
const PAUSES = [60, 200, 600];

/** Nothing is known to be written: the rest is for the next minute. */
class Away extends Error {}

export type BookMarks = ReturnType<typeof createBookMarks>;

/** Those of accounts of which nothing is left over, and the rest. */
function apart(marks: readonly AlertToBook[], left: readonly AlertToBook[]) {
  const held = new Set(left.map(({ account }) => account));
  const isHeld = ({ account }: AlertToBook) => held.has(account);
  return { free: marks.filter((mark) => !isHeld(mark)), held: marks.filter(isHeld) };
}

/** Makes what books marks by the door that every alert goes through, many in one statement. */
export function createBookMarks(
  send: SendBatch,
  { ticks, pause, log }: Pick<Clock, "ticks" | "pause"> & { log: Log },
) {
  /** Books each of several batches whose accounts have nothing left over; answers what is left over in the end. */
  async function bookEach(batches: readonly AlertToBook[][], mayFail: number): Promise<AlertToBook[]> {
    const left: AlertToBook[] = [];
    for (const batch of batches) {
      const { free, held } = apart(batch, left);
      left.push(...held);
      if (free.length > 0) left.push(...await book(free, mayFail));
    }
    return left;
  }

  /** Books what it can of a batch; answers what is busy still. */
  async function book(batch: readonly AlertToBook[], mayFail: number): Promise<AlertToBook[]> {
    const result = await send(batch, AbortSignal.timeout(DEADLINE_MS));
    if (result.ok) return batch.filter((_, index) => result.answers[index]?.status === "busy");
    const isRefused = result.failure === "rejected";
    if (isRefused && batch.length === 1) {
      // It will never be taken: it does not hold up the others.
      log("error", "a mark was refused", { symbol: batch[0]?.symbol, code: result.code });
      return [];
    }
    if (!isRefused && mayFail === 0) throw new Away();
    // One of them is refused, or all of them took too long: in halves.
    const half = Math.ceil(batch.length / 2);
    return await bookEach([batch.slice(0, half), batch.slice(half)], isRefused ? mayFail : mayFail - 1);
  }

  async function bookPatiently(batch: readonly AlertToBook[]): Promise<AlertToBook[]> {
    let left = await book(batch, 1);
    for (const milliseconds of PAUSES) {
      if (left.length === 0) break;
      await pause(milliseconds);
      // An account that somebody holds makes all of its statement busy: each by itself.
      left = await bookEach([...Map.groupBy(left, ({ account }) => account).values()], 1);
    }
    return left;
  }

  /**
   * Books marks in order; answers those that are not booked. Behind one that is not, no other of its account is booked: the
   * database would take the older one no more.
   */
  return async (marks: readonly AlertToBook[], until: number): Promise<AlertToBook[]> => {
    const left: AlertToBook[] = [];
    for (let at = 0; at < marks.length; at += AT_ONCE) {
      const { free, held } = apart(marks.slice(at, at + AT_ONCE), left);
      left.push(...held);
      if (free.length === 0) continue;
      try {
        if (ticks() > until) throw new Away();
        left.push(...await bookPatiently(free));
      } catch (error) {
        if (error instanceof Away) return [...left, ...free, ...marks.slice(at + AT_ONCE)];
        throw error;
      }
    }
    return left;
  };
}
