import { readJson } from "../alerts/json.ts";
import { Breaker } from "../cache/breaker.ts";
import { type Dial, type DialFailure, secondsToWait } from "../notifications/dial.ts";
import { bodyOf } from "../notifications/exchange.ts";
import { ADAPTERS, type Choice } from "./adapters.ts";
import { type Bar, MINUTE } from "./bar.ts";
import type { AnswerFailure, ReadBars, Span } from "./source.ts";

/** Why a source has no bars for us now. `source_away`: it failed a moment ago, and was not asked again. */
export type FetchFailure =
  | DialFailure
  | AnswerFailure
  | "http_status"
  | "rate_limited"
  | "source_away";

/** What came of asking. */
export interface Fetched {
  bars: Bar[];
  /** Until when the source was asked, and has no other bars: where the next look begins. */
  askedUntil: number;
  /** Why there are no more; null: these are all. */
  failure: FetchFailure | null;
  /** Seconds that the source asked to be left alone. */
  retryAfter: number | null;
}

/** Asks a source for a span of a symbol; null: its turn did not come in time. Never throws. */
export type FetchBars = (choice: Choice, span: Span, until: number) => Promise<Fetched | null>;

/** What tells the time, and waits. */
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
/** Seconds: an hour, whatever a source asks for. */
const LONGEST_PAUSE = 3_600;

/** How one source is treated, as long as the isolate lives. */
interface Gate {
  breaker: Breaker;
  /** When the next request may go. */
  next: number;
  /** It asked to be left alone until then. */
  pausedUntil: number;
}

/** Makes what asks sources: each not faster than it likes, and not while it is away. */
export function createFetchBars(dial: Dial, { ticks, pause }: Clock): FetchBars {
  const gates = new Map<string, Gate>();

  function gateOf(name: string): Gate {
    const known = gates.get(name) ?? { breaker: new Breaker({ now: ticks }), next: 0, pausedUntil: 0 };
    gates.set(name, known);
    return known;
  }

  async function askOnce(
    { source, name }: Choice,
    span: Span,
  ): Promise<ReadBars | { ok: false; code: FetchFailure; retryAfter: number | null }> {
    const gate = gateOf(source.name);
    const { breaker } = gate;
    if (gate.pausedUntil > ticks()) return { ok: false, code: "rate_limited", retryAfter: null };
    if (breaker.state !== "closed" && !breaker.takeProbe()) {
      return { ok: false, code: "source_away", retryAfter: null };
    }
    const adapter = ADAPTERS[source.kind];
    const dialled = await dial({
      method: "GET",
      url: adapter.urlOf(source, name, span),
      headers: { ...HEADERS, ...source.headers },
      body: "",
      wanted: () => LARGEST_ANSWER,
    });
    if (!dialled.ok) {
      breaker.failure(dialled.code);
      return { ok: false, code: dialled.code, retryAfter: null };
    }
    const { answer } = dialled;
    // Binance: 418 after too many 429.
    if (answer.status === 429 || answer.status === 418) {
      const retryAfter = Math.min(secondsToWait(answer) ?? 60, LONGEST_PAUSE);
      gate.pausedUntil = ticks() + retryAfter * 1_000;
      return { ok: false, code: "rate_limited", retryAfter };
    }
    if (answer.status >= 500) breaker.failure("http_status");
    else breaker.success();
    if (answer.status !== 200) return { ok: false, code: "http_status", retryAfter: null };
    const { value, problems } = readJson(bodyOf(answer) ?? "");
    return value === undefined || problems.length > 0
      ? { ok: false, code: "unreadable_answer" }
      : adapter.read(value, name, source);
  }

  return async (choice, { from, to }, until) => {
    const gate = gateOf(choice.source.name);
    const { minutesAtOnce, perSecond } = ADAPTERS[choice.source.kind];
    const fetched: Fetched = { bars: [], askedUntil: from, failure: null, retryAfter: null };
    for (let page = 0; page < MOST_PAGES && fetched.askedUntil < to; page++) {
      const turn = Math.max(gate.next, ticks());
      if (turn > until) return page === 0 ? null : fetched;
      gate.next = turn + 1_000 / perSecond;
      await pause(turn - ticks());
      const span = {
        from: fetched.askedUntil,
        to: Math.min(to, fetched.askedUntil + minutesAtOnce * MINUTE),
      };
      const read = await askOnce(choice, span);
      if (!read.ok) {
        fetched.failure = read.code;
        fetched.retryAfter = "retryAfter" in read ? read.retryAfter : null;
        return fetched;
      }
      fetched.bars.push(...read.bars);
      // Some answer up to now, however much was asked for.
      fetched.askedUntil = read.bars.reduce((latest, { endsAt }) => Math.max(latest, endsAt), span.to);
    }
    return fetched;
  };
}
