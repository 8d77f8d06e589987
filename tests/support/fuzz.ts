import fc from "fast-check";

/**
 * Inputs of a long fuzz: 100,000, in the one Deno that develops here. On the hosted Deno, where the same suite runs
 * again, a twentieth: what differs between them is the runtime, not what it is fed. `FUZZ_RUNS` sets another number.
 */
export const FUZZ_RUNS = Number(
  Deno.env.get("FUZZ_RUNS") ?? (Deno.version.deno.startsWith("2.1.") ? 5_000 : 100_000),
);

/** Small words that alerts are made of, and that readers trip over. */
export const WORDS = [
  ...[
    "buy",
    "sell",
    "close",
    "exit",
    "long",
    "short",
    "flat",
    "cancel",
    "mark",
    "halt",
    "AAPL",
    "NYSE:X",
    "BTCUSD",
  ],
  ...[
    "limit",
    "market",
    "stop",
    "1",
    "0",
    "-0.50",
    "1e3",
    "1e999",
    "0.1234567890123456789",
    "1,5",
    "5%",
    "NaN",
  ],
  ...[
    "{{x}}",
    "",
    " ",
    "null",
    "true",
    "2026-11-01T00:00:00Z",
    "1750000000",
    "__proto__",
    "\\u0000",
    "\ud800",
  ],
];

/** Field names of every dialect, and some of nobody's. */
export const NAMES = [
  ...[
    "symbol",
    "ticker",
    "action",
    "quantity",
    "price",
    "strategy",
    "position_size",
    "market_position",
    "id",
    "time",
  ],
  ...[
    "orderType",
    "limitPrice",
    "takeProfit",
    "stopLoss",
    "percent",
    "comment",
    "bar",
    "close",
    "tv_instrument",
  ],
  ...[
    "order",
    "max_lag",
    "secret_",
    "trigger_price",
    "tv_exchange",
    "bot_uuid",
    "quantityType",
    "sentiment",
    "account",
  ],
  ...[
    "extras",
    "signal",
    "constructor",
    "__proto__",
    "order_action",
    "order_contracts",
    "market_position_size",
  ],
];

const SURROGATES = { first: 0xd800, count: 0x800 };
const characterOf = (nr: number) => String.fromCodePoint(nr < SURROGATES.first ? nr : nr + SURROGATES.count);
/**
 * Any character: the `unit` of a string that may hold anything. fast-check's own "binary" is the same, but first makes a
 * table of all 1,100,000 of them, which takes a second of CPU in each file of tests.
 */
export const character = fc.nat(0x10ffff - SURROGATES.count).map(characterOf, (text) => {
  const point = String(text).codePointAt(0) ?? NaN;
  const nr = point < SURROGATES.first ? point : point - SURROGATES.count;
  if (characterOf(nr) !== text) throw new Error("not one character");
  return nr;
});

const scalar = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
  fc.string({ unit: character, maxLength: 20 }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const name = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...NAMES) }, fc.string({ maxLength: 12 }));

/** A message of any dialect or none: known names and odd ones, one level of nesting. */
export const message = fc.dictionary(
  name,
  fc.oneof(
    { weight: 6, arbitrary: scalar },
    fc.dictionary(name, scalar, { maxKeys: 4 }),
    fc.array(scalar, { maxLength: 3 }),
  ),
  { maxKeys: 9 },
);

/** A few characters cut out of a text somewhere, and others put in. */
export const damage = fc.record({
  where: fc.nat(),
  cut: fc.nat(6),
  extra: fc.oneof(
    fc.string({ unit: character, maxLength: 4 }),
    fc.constantFrom('"', "{", "}", "[", ",", "=", "\n", "\\"),
  ),
});

/** The text with that damage done. */
export function damaged(
  text: string,
  { where, cut, extra }: { where: number; cut: number; extra: string },
): string {
  const at = where % (text.length + 1);
  return text.slice(0, at) + extra + text.slice(at + cut);
}
