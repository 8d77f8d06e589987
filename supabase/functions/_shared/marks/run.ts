import type { AlertToBook } from "../alerts/booking-rpc.ts";
import type { Log } from "../observability/log.ts";
import { type Choice, chooseSource } from "./adapters.ts";
import { type Bar, MINUTE } from "./bar.ts";
import type { BookMarks } from "./book-marks.ts";
import type { Clock, FetchBars, Fetched } from "./fetch-bars.ts";
import { markAlert } from "./mark-alert.ts";
import type { Claim, DueSymbol, MarkStore, SymbolResult } from "./marks-rpc.ts";
import { iso } from "./source.ts";
import { takeBars } from "./take-bars.ts";

/** What one look at the sources came to. */
export interface Marked {
  /** Symbols that were looked at. */
  symbols: number;
  /** Bars booked, counted for each account that they were booked for. */
  booked: number;
  /** Symbols of which nothing new could be had. */
  failed: number;
}

/** Looks for new bars, and books them. Throws when the database does not answer. */
export type RunMarks = (requestId: string) => Promise<Marked>;

/** Seconds into a minute from which on the minute before is taken for final. */
const SETTLED = 3_000;
/** What is longer ago is not asked for. */
const LONGEST_BEHIND = 7 * 24 * 60 * MINUTE;
/** Without a bar for so long, a minute will have none: until then one may come late. */
const LATEST_BAR = 10 * MINUTE;
/** Milliseconds after which no further request, and no further statement, is begun. The lease lasts longer. */
const FETCH_MS = 12_000;
const BOOK_MS = 30_000;

const minuteOf = (milliseconds: number): number => Math.floor(milliseconds / MINUTE) * MINUTE;
const latest = (...times: (string | null)[]): number =>
  Math.max(0, ...times.map((time) => time === null ? 0 : Date.parse(time)));

/** A symbol with what its source said. */
interface Look {
  due: DueSymbol;
  choice: Choice | null;
  fetched: Fetched | null;
  bars: Bar[];
  heldBack: Bar | null;
  problem: string | null;
}

/** Makes what the function `marks` does once a minute. */
export function createRunMarks(
  { store, fetchBars, book, clock, log, onBooked }: {
    store: MarkStore;
    fetchBars: FetchBars;
    book: BookMarks;
    clock: Clock;
    log: Log;
    /** Told the accounts for which something was booked. */
    onBooked(accounts: readonly string[]): void;
  },
): RunMarks {
  const { now, ticks, pause } = clock;

  /** Asks for a symbol; null: its turn did not come. */
  async function lookAt(due: DueSymbol, { sources }: Claim, until: number): Promise<Look | null> {
    const choice = chooseSource(due, sources);
    const look: Look = { due, choice, fetched: null, bars: [], heldBack: null, problem: null };
    if (choice === null) return { ...look, problem: "no_source" };
    if (latest(choice.source.resume_at) > now()) return { ...look, problem: "rate_limited" };
    const first = Math.min(...due.accounts.map(({ since }) => Date.parse(since) - 1));
    const readUntil = Math.max(latest(due.read_until), first, now() - LONGEST_BEHIND);
    const span = { from: minuteOf(readUntil), to: minuteOf(now()) };
    if (span.from >= span.to) return look;
    const fetched = await fetchBars(choice, span, until);
    if (fetched === null) return null;
    const taken = takeBars(
      fetched.bars,
      { readUntil, lastPrice: lastPriceOf(due), maxJumpPercent: choice.source.max_jump_percent },
      span.to,
    );
    return {
      ...look,
      ...taken,
      fetched,
      problem: taken.heldBack === null ? fetched.failure : "price_jump",
    };
  }

  /** The marks that a look leads to: each bar for each account that has not seen a later price. */
  function marksOf({ due, bars }: Look, requestId: string): AlertToBook[] {
    return bars.flatMap((bar) =>
      due.accounts
        .filter(({ since }) => bar.endsAt >= Date.parse(since))
        .map(({ account }) => markAlert({ account, symbol: due.symbol, bar, now: now(), requestId }))
        .filter((mark) => mark !== null)
    );
  }

  return async (requestId) => {
    await pause(SETTLED - now() % MINUTE);
    const begun = ticks();
    const at = now();
    const claim = await store.claim(at);
    if (claim.symbols.length === 0) return { symbols: 0, booked: 0, failed: 0 };
    const asked = await Promise.all(claim.symbols.map((due) => lookAt(due, claim, begun + FETCH_MS)));
    const looks = asked.filter((look) => look !== null);

    // In the order of time over all symbols: what an account can carry at a fill depends on the others' prices.
    const marks = looks.flatMap((look) => marksOf(look, requestId)).sort(byTime);
    const left = await book(marks, begun + BOOK_MS);
    const leftNames = new Set(left.map(nameOf));
    const booked = marks.filter((mark) => !leftNames.has(nameOf(mark)));

    const results = looks.map((look) => resultOf(look, left, at));
    await store.record(claim.lease, at, results, pausesOf(looks, at));
    if (booked.length > 0) onBooked([...new Set(booked.map(({ account }) => account))]);
    for (const { symbol, exchange, source, problem } of results) {
      if (problem !== null) log("warn", "a symbol was not marked", { symbol, exchange, source, problem });
    }
    return {
      symbols: looks.length,
      booked: booked.length,
      failed: results.filter(({ problem }) => problem !== null).length,
    };
  };
}

const nameOf = ({ account, symbol, time }: AlertToBook): string => `${account}\n${symbol}\n${time}`;

const byTime = (a: AlertToBook, b: AlertToBook): number =>
  latest(a.time) - latest(b.time) || (nameOf(a) < nameOf(b) ? -1 : 1);

/** The newest mark of a symbol in any account, else the last bar that was booked. */
function lastPriceOf({ accounts, price }: DueSymbol): string | null {
  const newest = accounts.toSorted((a, b) => latest(b.marked_at) - latest(a.marked_at))[0];
  return newest?.price ?? price;
}

/** How far a symbol came: to before the first bar that is not booked in every account. */
function resultOf(
  { due: { symbol, exchange, accounts }, choice, fetched, bars, heldBack, problem }: Look,
  left: readonly AlertToBook[],
  at: number,
): SymbolResult {
  const names = new Set(accounts.map(({ account }) => account));
  const open = left.filter((mark) => mark.symbol === symbol && names.has(mark.account));
  const firstLeft = Math.min(...open.map(({ time }) => latest(time)));
  const last = bars.findLast(({ endsAt }) => endsAt < firstLeft);
  const isAll = heldBack === null && open.length === 0;
  const quietUntil = isAll && fetched !== null ? Math.min(fetched.askedUntil, minuteOf(at - LATEST_BAR)) : 0;
  const readUntil = Math.max(last?.endsAt ?? 0, quietUntil);
  return {
    symbol,
    exchange,
    source: choice?.source.name ?? null,
    read_until: readUntil === 0 ? null : iso(readUntil),
    price: last?.close ?? null,
    problem: problem ?? (open.length > 0 ? "not_booked" : null),
    held_back: heldBack === null ? null : {
      at: iso(heldBack.endsAt),
      open: heldBack.open,
      high: heldBack.high,
      low: heldBack.low,
      close: heldBack.close,
    },
  };
}

function pausesOf(looks: readonly Look[], at: number): Record<string, string> {
  return Object.fromEntries(looks.flatMap(({ choice, fetched }) => {
    const { retryAfter = null } = fetched ?? {};
    return choice === null || retryAfter === null ? [] : [[choice.source.name, iso(at + retryAfter * 1_000)]];
  }));
}
