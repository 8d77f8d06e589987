import * as z from "zod";
import { isMessage, type Value } from "../alerts/message.ts";
import { compareDecimals, decimalIn } from "../validators/decimal.ts";
import { readTime } from "../validators/time.ts";

export const MINUTE = 60_000;

/** A minute of a market. Prices are normalized decimals. */
export interface Bar extends Record<"open" | "high" | "low" | "close", string> {
  /** When the minute was over, in milliseconds since 1970. */
  endsAt: number;
}

const KINDS = ["binance", "binance_futures", "coinbase", "kraken", "alpaca", "http"] as const;
export type Kind = typeof KINDS[number];

/** A source as the operator set it. Its url and headers may hold keys: never logged, never answered. */
export const sourceSchema = z.object({
  name: z.string(),
  kind: z.enum(KINDS),
  exchanges: z.array(z.string()),
  url: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  paths: z.record(z.string(), z.string()).nullable(),
  max_jump_percent: z.string().nullable(),
  resume_at: z.string().nullable(),
});
export type Source = z.output<typeof sourceSchema>;

/** Minutes that are asked for: those that began from `from` on, and before `to`, in milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

/**
 * Why an answer has no bars that may be booked: it is none that the source gives, or of another symbol; or it says so itself,
 * with a status of HTTP or, as Kraken does, without one.
 */
export type AnswerFailure =
  | "unreadable_answer"
  | "wrong_symbol"
  | "unknown_symbol"
  | "source_refuses"
  | "rate_limited"
  | "source_away";

/** `isCut`: the source has more bars of this span, all of them behind these. */
export type ReadBars = { ok: true; bars: Bar[]; isCut?: boolean } | { ok: false; code: AnswerFailure };

export interface Adapter {
  /** Minutes that one request may ask for. */
  minutesAtOnce: number;
  /** Requests a second that it takes without a complaint. */
  perSecond: number;
  /** What it calls a ticker of its exchanges; null: it does not know such. */
  nameOf(ticker: string): string | null;
  urlOf(source: Source, name: string, span: Span): string;
  /** Reads an answer of HTTP 200. Bars may be in any order, repeated, and of other minutes than was asked for. */
  read(answer: Value, name: string, source: Source): ReadBars;
}

export const unreadable: ReadBars = { ok: false, code: "unreadable_answer" };
export const wrongSymbol: ReadBars = { ok: false, code: "wrong_symbol" };

/** What an answer has of a bar: when its minute began, and its prices. */
const PARTS = ["time", "open", "high", "low", "close"] as const;
type PartOf = (name: typeof PARTS[number]) => Value | undefined;

/** Reads a bar; null when it is none: not a whole minute, a price that is none, a close beyond its high or low. */
function readBar(partOf: PartOf): Bar | null {
  const begins = partOf("time");
  const time = typeof begins === "string" ? readTime(begins) : null;
  if (!time?.ok) return null;
  const endsAt = Date.parse(time.value) + MINUTE;
  const [open, high] = [decimalIn(partOf("open")), decimalIn(partOf("high"))];
  const [low, close] = [decimalIn(partOf("low")), decimalIn(partOf("close"))];
  if (open === null || high === null || low === null || close === null || endsAt % MINUTE !== 0) return null;
  const isWithin = (price: string) => compareDecimals(price, high) <= 0 && compareDecimals(price, low) >= 0;
  return isWithin(open) && isWithin(close) ? { endsAt, open, high, low, close } : null;
}

/** Bars from a list of an answer: one that cannot be read makes all of it suspect. */
export function readList(list: Value | undefined, partsOf: (bar: Value) => PartOf): ReadBars {
  if (!Array.isArray(list)) return unreadable;
  const bars = (list as readonly Value[]).map((bar) => readBar(partsOf(bar)));
  return bars.includes(null) ? unreadable : { ok: true, bars: bars.filter((bar) => bar !== null) };
}

/** The same of bars that have these parts, in this order, at such places. */
export const readBarsAt = (list: Value | undefined, places: readonly (string | number)[]): ReadBars =>
  readList(list, (bar) => (name) => part(bar, places[PARTS.indexOf(name)] ?? ""));

/** A field of an object, or an item of a list, of an answer. */
export function part(value: Value | undefined, key: string | number): Value | undefined {
  if (isMessage(value)) return value.get(String(key));
  return Array.isArray(value) ? (value as readonly Value[])[Number(key)] : undefined;
}

/** A URL with this path behind it, and these parameters: those that it has already stay as the operator set them. */
export function withQuery(url: string, parameters: Record<string, string | number>, path = ""): string {
  const [base = "", own = ""] = url.split("?");
  const isSet = new URLSearchParams(own);
  const query = Object.entries(parameters).filter(([name]) => !isSet.has(name))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${base.replace(/\/$/, "")}${path}?${(own === "" ? query : [own, ...query]).join("&")}`;
}

/** A moment as most of them write it. */
export const iso = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(".000Z", "Z");
