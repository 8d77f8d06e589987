import { deepEqual, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { checkKey } from "../../supabase/functions/_shared/locks/lock-key.ts";
import { readDecimal } from "../../supabase/functions/_shared/validators/decimal.ts";
import { decimal } from "../../supabase/functions/_shared/validators/fields.ts";
import {
  accountName,
  currency,
  splitSymbol,
  strategyName,
  symbol,
  tickerOf,
} from "../../supabase/functions/_shared/validators/names.ts";
import { deskTest } from "../support/desk.ts";
import { character } from "../support/fuzz.ts";
import { connect } from "../support/stack.ts";

const sql = connect(1);
addEventListener("unload", () => void sql.end());

/** Of texts, those that a statement of SQL takes without an error; `$1` in it is the text. */
async function takenBySql(statement: string, texts: readonly string[]): Promise<string[]> {
  await sql.unsafe(`create or replace function pg_temp.takes(statement text, value text) returns boolean
    language plpgsql as $$ begin execute statement using value; return true; exception when others then return false; end; $$`);
  const rows = await sql`select v.nr, pg_temp.takes(${statement}, v.value) as taken
    from unnest(${[...texts]}::text[]) with ordinality v (value, nr) order by v.nr`;
  return texts.filter((_, index) => rows[index]?.taken === true);
}

/** A rule's reading of a text, as it goes to the database; null: refused, or nothing. */
type Reading = (text: string) => string | null;
interface Schema {
  safeParse(text: string): { success: boolean; data?: string | null };
}
const reading = (schema: Schema): Reading => (text) => {
  const { success, data } = schema.safeParse(text);
  return success ? data ?? null : null;
};
const whole: Reading = (text) => {
  const read = reading(symbol)(text);
  return read === null || read === "*" ? null : read.toUpperCase();
};

/** Of each printable ASCII character, as the first, the last, an inner and the only one. */
const places = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).slice(1)
  .flatMap((each) => [each, `${each}A`, `A${each}`, `A${each}A`, each + each, `a${each}1`]);
const hostile = [
  ...[
    "",
    " ",
    "--",
    "!!",
    "-",
    "*",
    "**",
    "+-",
    ". .",
    "  A",
    "A  ",
    "A  B",
    "' or 1=1 --",
    "<script>",
    "${x}",
    "{{x}}",
  ],
  ...[
    "A\n",
    "\nA",
    "A\tB",
    "A\r\n",
    "\u00a0A",
    "A\u00a0",
    "\u200bA",
    "A\u200b",
    "\u202eA",
    "\ufeffA",
    "A\u0301",
  ],
  ...[
    "é",
    "É",
    "ß",
    "ı",
    "Ⅷ",
    "٣",
    "日本",
    "Ａ",
    "🚀",
    "🚀A",
    "A🚀",
    "\u{10ffff}",
    "ª",
    "²",
    "½",
    "ſ",
    "ﬀ",
    "a\u0300b",
  ],
  ...[
    "ES1!",
    "BRK.B",
    "SPY 250624C596",
    "NASDAQ:AAPL",
    "xyz:NVDA",
    "ES: A",
    "ES:  A",
    "CME: -A",
    "A:B:C",
    "A:X/B:Y",
  ],
  ...[63, 64, 65, 200].flatMap((length) => [
    "A".repeat(length),
    `${"A".repeat(length - 1)} `,
    `A${" ".repeat(length - 2)}A`,
    "é".repeat(length),
    "🚀".repeat(length),
    "-".repeat(length),
  ]),
];
const generated = fc.sample(
  fc.oneof(
    fc.string({ maxLength: 70 }),
    fc.string({ unit: character, maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...hostile, ..."AZ09az._!/:^=&#@+- "), maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(..."ABC019._!/:^=&#@+- "), maxLength: 66 }),
  ),
  { numRuns: 3_000, seed: 20 },
);
// The database holds no NUL, and no half of a pair.
const texts = [...new Set([...places, ...hostile, ...generated])]
  .filter((text) => !text.includes("\0") && text.isWellFormed());
const isAscii = (text: string) => /^[\0-\x7f]*$/.test(text);

const rules: [what: string, domain: string, read: Reading, judged: (text: string) => boolean][] = [
  ["the name of an account", "name", reading(accountName), () => true],
  ["a symbol", "symbol", whole, () => true],
  ["a currency", "currency_code", reading(currency), () => true],
  // Which characters beyond ASCII are letters is not for SQL to say: see the domain.
  ["the name of a strategy, of ASCII,", "strategy", reading(strategyName), isAscii],
];
for (const [what, domain, read, judged] of rules) {
  Deno.test(`${what} is the same to TypeScript, which reads it as it is, and to SQL`, async () => {
    const asked = texts.filter(judged);
    const taken = await takenBySql(`select $1::trading.${domain}`, asked);
    deepEqual(taken, asked.filter((text) => read(text) === text));
    ok(taken.length > 20 && asked.length > 2 * taken.length, `${taken.length} of ${asked.length}`);
  });

  Deno.test(`what TypeScript reads as ${what} SQL takes`, async () => {
    const readings = [...new Set(texts.map(read).filter((value) => value !== null))];
    deepEqual(await takenBySql(`select $1::trading.${domain}`, readings), readings);
  });
}

Deno.test("a ticker without its exchange is a symbol to SQL", async () => {
  const tickers = texts.map(reading(symbol)).filter((value) => value !== null && value !== "*");
  const bare = [...new Set(tickers.map((ticker) => tickerOf(ticker ?? "")))];
  ok(tickers.some((ticker) => splitSymbol(ticker)[0] !== null));
  deepEqual(await takenBySql("select $1::trading.symbol", bare), bare);
});

const digits = (most: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 0, maxLength: most });
const numbers = [
  ...[
    "0",
    "-0",
    "1e17",
    "1e18",
    "-1e18",
    "1e-18",
    "1e-19",
    "5.",
    ".5",
    ".",
    "-",
    "+5",
    "1.50",
    "NaN",
    "Infinity",
    "-Infinity",
    "",
  ],
  ...fc.sample(fc.tuple(fc.constantFrom("", "-", "+"), digits(21), digits(21)), { numRuns: 2_000, seed: 20 })
    .map(([sign, before, after]) => `${sign}${before}.${after}`.replace(/0+$/, "")),
];
const readNumber: Reading = (text) => {
  const read = readDecimal(text);
  return read.ok ? read.value : null;
};
for (
  const [sign, domain] of [["positive", "quantity"], ["positive", "distance"], ["signed", "price"]] as const
) {
  Deno.test(`a ${sign} decimal is the same to TypeScript and to trading.${domain}`, async () => {
    // As it goes to the database, once it is read.
    const asked = [...new Set(numbers.map((text) => readNumber(text) ?? text))];
    const taken = await takenBySql(`select $1::numeric::trading.${domain}`, asked);
    deepEqual(taken, asked.filter((text) => reading(decimal(sign))(text) === text));
    ok(taken.length > 200 && asked.length > taken.length + 10, `${taken.length} of ${asked.length}`);
  });
}

Deno.test("a decimal has one normal form, the same in TypeScript and in SQL", async () => {
  const readable = numbers.filter((text) => readNumber(text) !== null);
  const rows = await sql`select trading.decimal(v.value::numeric) as normal
    from unnest(${readable}::text[]) with ordinality v (value, nr) order by v.nr`;
  deepEqual(rows.map(({ normal }) => normal), readable.map(readNumber));
});

Deno.test("the key of a lock is the same to TypeScript and to SQL", async () => {
  const long = [..."aé日🚀"].flatMap((each) =>
    [127, 128, 170, 171, 256, 257, 512, 513].map((count) => each.repeat(count))
  );
  const asked = [...texts, ...long];
  const isKey = (key: string) => {
    try {
      checkKey(key);
      return true;
    } catch {
      return false;
    }
  };
  deepEqual(await takenBySql("select trading.check_lease($1, 'owner', 100)", asked), asked.filter(isKey));
});

for (const [what, alert] of [["symbol", { symbol: "--" }], ["strategy", { strategy: "<b>" }]] as const) {
  deskTest(
    `an alert whose ${what} is none is not booked, whoever sends it to the database`,
    {},
    async (desk) => {
      await rejects(desk.send({ action: "buy", quantity: "1", price: "100", ...alert }), { code: "23514" });
    },
  );
}
