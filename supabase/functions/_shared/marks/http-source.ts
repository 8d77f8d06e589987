import type { Value } from "../alerts/message.ts";
import { readTime } from "../validators/time.ts";
import { type Adapter, iso, MINUTE, part, readList, type Span, wrongSymbol } from "./source.ts";

/** What a template may name, in braces. */
const PLACEHOLDERS: Record<string, (name: string, span: Span) => string> = {
  symbol: (name) => name,
  from: (_, { from }) => iso(from),
  to: (_, { to }) => iso(to),
  from_s: (_, { from }) => String(from / 1_000),
  to_s: (_, { to }) => String(to / 1_000),
  from_ms: (_, { from }) => String(from),
  to_ms: (_, { to }) => String(to),
};

/** `data.0.close`: fields and places, one in the other; empty: the value itself. */
const at = (value: Value, path: string): Value | undefined =>
  path === "" ? value : path.split(".").reduce<Value | undefined>(part, value);

/** A source of the operator's own: a URL template, and where in the answer the bars lie. */
export const httpSource: Adapter = {
  minutesAtOnce: 500,
  perSecond: 10,
  // It is asked for what its exchanges call by that name, or the operator does.
  nameOf: (ticker) => ticker,
  urlOf: ({ url }, name, span) =>
    (url ?? "").replace(/\{(\w+)\}/g, (placeholder, key: string) => {
      const written = PLACEHOLDERS[key]?.(name, span);
      return written === undefined ? placeholder : encodeURIComponent(written);
    }),
  read(answer, name, { paths }) {
    const { bars = "", symbol, time_is, ...places } = paths ?? {};
    if (symbol !== undefined && at(answer, symbol) !== name) return wrongSymbol;
    return readList(at(answer, bars), (bar) => (which) => {
      const written = at(bar, places[which] ?? "");
      return which === "time" && time_is === "close" ? aMinuteBefore(written) : written;
    });
  },
};

function aMinuteBefore(written: Value | undefined): Value | undefined {
  const read = typeof written === "string" ? readTime(written) : null;
  return read?.ok ? iso(Date.parse(read.value) - MINUTE) : undefined;
}
