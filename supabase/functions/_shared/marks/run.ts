import type { Log } from "../observability/log.ts";
import { type Choice, chooseSource } from "./adapters.ts";
import type { BookMarks } from "./book-marks.ts";
import type { Clock, FetchBars, Fetched, FetchFailure } from "./fetch-bars.ts";
import { type Mark, marksOf } from "./mark-alert.ts";
import type { Claim, DueSymbol, MarkStore, SymbolResult } from "./marks-rpc.ts";
import { type Bar, iso, MINUTE } from "./source.ts";
import { takeBars } from "./take-bars.ts";

/** Why a symbol has no new mark, though it is due. */
type MarkFailure = FetchFailure | "no_source" | "price_jump" | "not_booked";

/** Seconds into a minute from which on the minute before is taken for final. */
const SETTLED = 3_000;
/** What is longer ago is not asked for. */
const LONGEST_BEHIND = 7 * 24 * 60 * MINUTE;
/**
 * Marks of one look, of all accounts: to read and to write them takes half a second of the two that a hosted function has of
 * the processor (measured). What is more is caught up in the next looks, by a few minutes each at least.
 */
const MOST_MARKS = 6_000;
const LEAST_MINUTES = 5;
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
  problem: MarkFailure | null;
}

/** Makes what looks for new bars, and books them; it throws when the database does not answer. */
export function createRunMarks(
  { store, fetchBars, book, clock, log, onBooked }: {
    store: MarkStore;
    fetchBars: FetchBars;
    book: BookMarks;
    clock: Clock;
    log: Log;
    onBooked(accounts: readonly string[]): void;
  },
) {
  const { now, ticks, pause } = clock;

  /** Asks for a symbol; null: its turn did not come. */
  async function lookAt(due: DueSymbol, { sources, symbols }: Claim, until: number): Promise<Look | null> {
    const choice = chooseSource(due, sources);
    const look: Look = { due, choice, fetched: null, bars: [], heldBack: null, problem: null };
    if (choice === null) return { ...look, problem: "no_source" };
    if (latest(choice.source.resume_at) > now()) return { ...look, problem: "rate_limited" };
    const readUntil = Math.max(firstNews(due), now() - LONGEST_BEHIND);
    const from = minuteOf(readUntil);
    const span = { from, to: Math.min(minuteOf(now()), from + minutesOfEach(symbols) * MINUTE) };
    if (span.from >= span.to) return look;
    const fetched = await fetchBars(choice, span, until);
    if (fetched === null) return null;
    const taken = takeBars(
      fetched.bars,
      { readUntil, lastPrices: lastPricesOf(due), maxJumpPercent: choice.source.max_jump_percent },
      span.to,
    );
    return {
      ...look,
      ...taken,
      // What it answered beyond is for the next look.
      fetched: { ...fetched, askedUntil: Math.min(fetched.askedUntil, span.to) },
      problem: taken.heldBack === null ? fetched.failure : "price_jump",
    };
  }

  return async (requestId: string) => {
    await pause(SETTLED - now() % MINUTE);
    const begun = ticks();
    const at = now();
    const claim = await store.claim(at);
    if (claim.symbols.length === 0) return { symbols: 0, booked: 0, failed: 0 };
    const asked = await Promise.all(claim.symbols.map((due) => lookAt(due, claim, begun + FETCH_MS)));
    const looks = asked.filter((look) => look !== null);

    const marks = looks.map((look) =>
      look.due.accounts.flatMap((held) => marksOf(look.due, held, look.bars, { now: now(), requestId }))
    );
    // In the order of time over all symbols: what an account can carry at a fill depends on the others' prices.
    const alerts = marks.flat().map(({ alert }) => alert)
      .sort((a, b) => latest(a.time) - latest(b.time) || (a.symbol < b.symbol ? -1 : 1));
    const left = new Set(await book(alerts, begun + BOOK_MS));
    const booked = alerts.filter((alert) => !left.has(alert));

    const results = looks.map((look, nr) =>
      resultOf(look, (marks[nr] ?? []).filter(({ alert }) => left.has(alert)), at)
    );
    await store.record(claim.lease, at, results, pausesOf(looks, at));
    if (booked.length > 0) onBooked([...new Set(booked.map(({ account }) => account))]);
    for (const { symbol, exchange, source, problem } of results) {
      if (problem !== null) log("warn", "a symbol was not marked", { symbol, exchange, source, problem });
    }
    return {
      symbols: looks.length,
      /** Bars, counted for each account that they were booked for. */
      booked: booked.length,
      /** Symbols of which nothing new could be had. */
      failed: results.filter(({ problem }) => problem !== null).length,
    };
  };
}

function minutesOfEach(symbols: readonly DueSymbol[]): number {
  const held = symbols.reduce((count, { accounts }) => count + accounts.length, 0);
  return Math.max(Math.floor(MOST_MARKS / held), LEAST_MINUTES);
}

/** Bars that ended later are news: to where it was read before, or, of one that never was, its last mark; nothing from before it was held. */
function firstNews({ read_until, accounts }: DueSymbol): number {
  const watched = Math.min(...accounts.map(({ watched_from }) => Date.parse(watched_from)));
  const marked = Math.min(
    ...accounts.map(({ watched_from, marked_at }) => latest(watched_from, marked_at) - 1),
  );
  return Math.max(read_until === null ? marked : Date.parse(read_until), watched);
}

/** The last marks of a symbol in the accounts, else the last bar that was booked. */
function lastPricesOf({ accounts, price }: DueSymbol): string[] {
  const isPrice = (each: string | null) => each !== null;
  const marks = new Set(accounts.map((held) => held.price).filter(isPrice));
  return marks.size > 0 ? [...marks] : [price].filter(isPrice);
}

/** How far a symbol came: to before the first bar that is not booked in every account. */
function resultOf(
  { due: { symbol, exchange }, choice, fetched, bars, heldBack, problem }: Look,
  left: readonly Mark[],
  at: number,
): SymbolResult {
  const firstLeft = Math.min(...left.map(({ firstEnd }) => firstEnd));
  const last = bars.findLast(({ endsAt }) => endsAt < firstLeft);
  const isAll = heldBack === null && left.length === 0;
  const quietUntil = isAll && fetched !== null ? Math.min(fetched.askedUntil, minuteOf(at - LATEST_BAR)) : 0;
  const readUntil = Math.max(last?.endsAt ?? 0, quietUntil);
  return {
    symbol,
    exchange,
    source: choice?.source.name ?? null,
    read_until: readUntil === 0 ? null : iso(readUntil),
    price: last?.close ?? null,
    price_at: last === undefined ? null : iso(last.endsAt),
    problem: problem ?? (left.length > 0 ? "not_booked" : null),
    held_back: heldBack && { ...pricesOf(heldBack), at: iso(heldBack.endsAt) },
  };
}

const pricesOf = ({ open, high, low, close }: Bar) => ({ open, high, low, close });

function pausesOf(looks: readonly Look[], at: number): Record<string, string> {
  return Object.fromEntries(looks.flatMap(({ choice, fetched }) => {
    const { retryAfter = null } = fetched ?? {};
    return choice === null || retryAfter === null ? [] : [[choice.source.name, iso(at + retryAfter * 1_000)]];
  }));
}
