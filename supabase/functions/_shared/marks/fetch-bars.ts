import { readJson } from "../alerts/json.ts";
import { compareDecimals } from "../validators/decimal.ts";
import { Breaker } from "../runtime/breaker.ts";
import { type Dial, type DialFailure, secondsToWait } from "../notifications/dial.ts";
import { type Answer, bodyOf } from "../notifications/exchange.ts";
import { ADAPTERS, type Choice } from "./adapters.ts";
import { type AnswerFailure, type Bar, MINUTE, type ReadBars, type Span, unreadable } from "./source.ts";

/** Why a source has no bars for us now. `source_away` also: it failed a moment ago, and was not asked again. */
export type FetchFailure = DialFailure | AnswerFailure | "http_status";

/** What a status of HTTP says; every other but 200 says that it failed. Binance: 418 after too many 429, 451 to some regions. */
const STATUSES: Record<number, AnswerFailure> = {
  400: "unknown_symbol",
  401: "source_refuses",
  403: "source_refuses",
  404: "unknown_symbol",
  418: "rate_limited",
  429: "rate_limited",
  451: "source_refuses",
};
/** What concerns the symbol that was asked for, and says nothing of the next. */
const OF_ONE_SYMBOL: readonly FetchFailure[] = ["unknown_symbol", "wrong_symbol", "unreadable_answer"];

type Asked = Extract<ReadBars, { ok: true }> | { ok: false; code: FetchFailure; retryAfter?: number };

export interface Fetched {
  bars: Bar[];
  /** Until when the source was asked, and has no other bars: where the next look begins. */
  askedUntil: number;
  /** Why there are no more; null: these are all. */
  failure: FetchFailure | null;
  /** Seconds that the source asked to be left alone. */
  retryAfter: number | null;
}

export type FetchBars = ReturnType<typeof createFetchBars>;

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds that only go forward. */
  ticks(): number;
  pause(milliseconds: number): Promise<void>;
}

/** Requests for one symbol in one look: a long outage is caught up over several minutes. */
const MOST_PAGES = 4;
/** Bytes of an answer: a thousand bars take a tenth of it. */
const LARGEST_ANSWER = 1_000_000;

/** Some refuse who does not say what it is; nothing here unpacks. */
const HEADERS = {
  accept: "application/json",
  "accept-encoding": "identity",
  "user-agent": "supabase-automation",
};
/** Seconds that a source is left alone that wants to be: a minute where it does not say, the rest of a look at least. */
const [SHORTEST_PAUSE, USUAL_PAUSE, LONGEST_PAUSE] = [12, 60, 3_600];

/** Makes what asks sources: each not faster than it likes, and not while it is away. */
export function createFetchBars(dial: Dial, { ticks, pause }: Clock) {
  /** How each source is treated, as long as the isolate lives: when the next request may go, and whether it wants none. */
  const treatments = new Map<string, { breaker: Breaker; next: number; pausedUntil: number }>();

  function treatmentOf(name: string) {
    const known = treatments.get(name) ?? { breaker: new Breaker({ now: ticks }), next: 0, pausedUntil: 0 };
    treatments.set(name, known);
    return known;
  }

  async function askOnce(choice: Choice, span: Span): Promise<Asked> {
    const { source, name } = choice;
    const treatment = treatmentOf(source.name);
    const { breaker } = treatment;
    if (treatment.pausedUntil > ticks()) return { ok: false, code: "rate_limited" };
    if (breaker.state !== "closed" && !breaker.takeProbe()) return { ok: false, code: "source_away" };
    const dialled = await dial({
      method: "GET",
      url: ADAPTERS[source.kind].urlOf(source, name, span),
      headers: { ...HEADERS, ...source.headers },
      body: "",
      wanted: () => LARGEST_ANSWER,
    });
    const read = dialled.ok ? readAnswer(dialled.answer, choice) : dialled;
    if (read.ok || OF_ONE_SYMBOL.includes(read.code)) breaker.success();
    else if (read.code !== "rate_limited") breaker.failure(read.code);
    if (!dialled.ok || read.ok || read.code !== "rate_limited") return read;
    const wanted = secondsToWait(dialled.answer) ?? USUAL_PAUSE;
    const retryAfter = Math.min(Math.max(wanted, SHORTEST_PAUSE), LONGEST_PAUSE);
    treatment.pausedUntil = ticks() + retryAfter * 1_000;
    return { ...read, retryAfter };
  }

  /** Asks a source for a span of a symbol; null: its turn did not come in time. Never throws. */
  return async (choice: Choice, { from, to }: Span, until: number): Promise<Fetched | null> => {
    const treatment = treatmentOf(choice.source.name);
    const { minutesAtOnce, perSecond } = ADAPTERS[choice.source.kind];
    const fetched: Fetched = { bars: [], askedUntil: from, failure: null, retryAfter: null };
    for (let page = 0; page < MOST_PAGES && fetched.askedUntil < to; page++) {
      const turn = Math.max(treatment.next, ticks());
      if (turn > until) return page === 0 ? null : fetched;
      treatment.next = turn + 1_000 / perSecond;
      await pause(turn - ticks());
      const span = {
        from: fetched.askedUntil,
        to: Math.min(to, fetched.askedUntil + minutesAtOnce * MINUTE),
      };
      const read = await askOnce(choice, span);
      if (!read.ok) return { ...fetched, failure: read.code, retryAfter: read.retryAfter ?? null };
      fetched.bars.push(...read.bars);
      // Some answer up to now, however much was asked for.
      const last = read.bars.reduce((latest, { endsAt }) => Math.max(latest, endsAt), span.from);
      if (read.isCut && last === span.from) return { ...fetched, failure: "unreadable_answer" };
      fetched.askedUntil = read.isCut ? last : Math.max(last, span.to);
    }
    return fetched;
  };
}

function readAnswer(answer: Answer, { source, name, allowNonpositive }: Choice): Asked {
  if (answer.status !== 200) return { ok: false, code: STATUSES[answer.status] ?? "http_status" };
  const { value, problems } = readJson(bodyOf(answer) ?? "");
  const read = value === undefined || problems.length > 0
    ? unreadable
    : ADAPTERS[source.kind].read(value, name, source);
  // A price of 0 or below is one of few instruments only.
  const isWorthless = ({ low }: Bar) => compareDecimals(low, "0") <= 0;
  return read.ok && !allowNonpositive && read.bars.some(isWorthless) ? unreadable : read;
}
