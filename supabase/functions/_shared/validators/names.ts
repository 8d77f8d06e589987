import * as z from "zod";
import { field, text } from "./fields.ts";
import { quoted } from "./problem.ts";

// The database has the same rules, as the domains trading.name, trading.strategy, trading.symbol and trading.currency_code; a
// test holds the two equal.

export const accountName = text(
  /^[A-Za-z0-9][A-Za-z0-9 ._:@-]{0,63}$/,
  "must be 1 to 64 letters, digits, spaces or . _ : @ -, and start with a letter or digit",
);

export const namedAccount = (what: string) =>
  accountName.refine((name) => name !== null, `is missing: name the ${what}`);

/** A strategy's name: what a trader would type, without anything that could be markup or a control character. */
export const strategyName = text(
  /^[\p{L}\p{N}#(][\p{L}\p{M}\p{N} ._\-:/()[\]#+&,|@%=*!~]{0,63}$/u,
  "must be at most 64 letters, digits, spaces or plain punctuation",
);

/** Everything TradingView's tickers are made of, and the inner space of option contracts (`SPY 250624C596`). */
const SYMBOL = /^(?=.*[A-Z0-9])(?! )[A-Z0-9._!/:^=&#@+ -]{1,64}(?<! )$/;

/** `tDOGE:USD`, `xyz:NVDA`: small letters before the colon and capitals behind it are a venue's own symbol, no exchange. */
const OWN_PREFIX = /^[^:]*[a-z][^:]*:[^:]*[A-Z]/;

export const symbol = field((written) => {
  const value = written.trim().toUpperCase();
  // Left as it is written, it is not taken for an exchange and its symbol (see splitSymbol).
  const kept = OWN_PREFIX.test(written.trim()) ? written.trim() : value;
  if (value === "*" || SYMBOL.test(value)) return { ok: true, value: kept };
  return {
    ok: false,
    message: `${quoted(value)} is not a symbol: letters, digits and . _ - ! / : ^ = & # @ + only`,
  };
}).meta({ description: "Letters, digits and . _ - ! / : ^ = & # @ + only, in any case." });

export const currency = text(/^[A-Z]{3,10}$/, "must be 3 to 10 capital letters, such as USD");

export const ownerId = z.uuid().nullish().transform((id) => id ?? null).describe(
  "The user of Supabase Auth who may read it.",
);

/** `NASDAQ:AAPL` is AAPL on NASDAQ; a spread (`A:X/B:Y`) stays whole; `*` and nothing are no symbol. */
export function splitSymbol(written: string | null): [exchange: string | null, symbol: string] {
  if (written === null || written === "*") return [null, ""];
  const prefixed = /^([A-Z][A-Z0-9_]{1,19}): *([^:]*[A-Z0-9][^:]*)$/.exec(written);
  return prefixed === null ? [null, written.toUpperCase()] : [prefixed[1] ?? null, prefixed[2] ?? ""];
}

/** An instrument's name without its exchange, as alerts are booked under it. */
export const tickerOf = (symbol: string): string => splitSymbol(symbol)[1];
