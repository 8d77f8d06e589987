import assert from "node:assert/strict";
import { readExport } from "../../../supabase/functions/_shared/backtest/read-trades.ts";
import { csvOf, HEADERS, makeTrades, moneyOf, rowsOf } from "../../support/backtests.ts";
import { oneTrade, readable, refusal } from "../../support/exports.ts";

const trades = makeTrades(1, 40);
const rows = rowsOf(trades);

Deno.test("every trade is read, with a byte order mark, quotes and commas in its signals", async () => {
  const { trades: found, priceCurrency, profitCurrency } = await readable(csvOf(rows));
  assert.equal(found.length, trades.length);
  found.forEach((trade, index) => {
    const made = trades[index];
    assert.ok(made !== undefined);
    assert.deepEqual([trade.number, trade.side, trade.quantity], [
      made.number,
      made.side,
      String(made.quantity),
    ]);
    assert.equal(Number(trade.entry.price).toFixed(2), moneyOf(made.entry.price));
    assert.equal(trade.exit?.signal, made.exit.signal);
    assert.equal(trade.entry.time, `${made.entry.time.replace(" ", "T")}:00Z`);
    assert.equal(Number(trade.profit).toFixed(2), moneyOf(made.profit));
  });
  assert.deepEqual([priceCurrency, profitCurrency], ["USD", "USD"]);
});

const VARIANTS: Record<string, string[]> = {
  "of 2026": [
    "Trade number",
    "Type",
    "Date and time",
    "Signal",
    "Price USDT",
    "Position size (qty)",
    "Position size (value)",
    "Net PnL USDT",
    "Net PnL %",
    "Cumulative PnL USDT",
  ],
  "of 2025": [
    "Trade #",
    "Type",
    "Date and time",
    "Signal",
    "Price USDT",
    "Size (qty)",
    "Size (value)",
    "Net P&L USD",
    "Net P&L %",
    "Cumulative P&L USD",
  ],
  "of 2024": [
    "Trade #",
    "Type",
    "Date/Time",
    "Signal",
    "Price USD",
    "Contracts",
    "Value",
    "Profit USD",
    "Profit %",
    "Cum. Profit USD",
  ],
  "of 2021": [
    "Trade #",
    "Type",
    "Date/Time",
    "Signal",
    "Price",
    "Contracts",
    "Value",
    "Profit",
    "Profit %",
    "Cum. Profit",
  ],
  "with other capitals and spaces": [
    " trade #",
    "TYPE",
    "Date  and Time",
    "signal ",
    "PRICE EUR",
    "Quantity",
    "Value",
    "net profit eur",
    "%",
    "cumulative profit EUR",
  ],
};
for (const [name, headers] of Object.entries(VARIANTS)) {
  Deno.test(`headers ${name} are read`, async () => {
    const [today, then] = await Promise.all([
      readable(csvOf(rows)),
      readable(csvOf([headers, ...rows.slice(1)])),
    ]);
    assert.deepEqual(then.trades, today.trades);
  });
}

Deno.test("columns are found by their names, wherever they stand", async () => {
  const [today, turned] = await Promise.all([
    readable(csvOf(rows)),
    readable(csvOf(rows.map((row) => row.toReversed()))),
  ]);
  assert.deepEqual(turned.trades, today.trades);
});

Deno.test("without a cumulative column the trades are read all the same", async () => {
  const { trades: found } = await readable(csvOf(rows.map((row) => row.slice(0, -1))));
  assert.equal(found.length, trades.length);
  assert.equal(found[0]?.cumulative, null);
});

Deno.test("headers of another language are refused, and named", async () => {
  const german = [
    "Trade Nr.",
    "Typ",
    "Datum und Uhrzeit",
    "Signal",
    "Preis USD",
    "Größe (Menge)",
    "Wert",
    "G&V netto USD",
  ];
  const message = await refusal(csvOf([german, ...rows.slice(1)]));
  assert.match(message, /has no column "Trade #", "Type"/);
  assert.match(message, /it has "Trade Nr\.", "Typ"/);
  assert.match(message, /set TradingView to English/);
});

Deno.test("words of another language in the rows are refused by their row", async () => {
  assert.match(
    await refusal(oneTrade({ exit: { Type: "Salida larga" } })),
    /"Salida larga" as type in row 2, which is not Entry long/,
  );
});

Deno.test("a file that is no list of trades says what it is instead", async () => {
  assert.match(await refusal(""), /is empty/);
  assert.match(await refusal("a,b\n1,2\n"), /it has "a", "b"/);
  assert.match(await refusal('a,"b\n1,2\n'), /no CSV that can be read/);
  const binary = await readExport(new Uint8Array([0x41, 0xff, 0xfe, 0]), "UTC");
  assert.match(binary.ok ? "" : binary.message, /neither a CSV file in UTF-8 nor an XLSX file/);
  const archive = await readExport(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]), "UTC");
  assert.match(archive.ok ? "" : archive.message, /no XLSX workbook/);
  assert.match(await refusal(csvOf([HEADERS])), /has no trades/);
});

Deno.test("a column that is there twice is refused: either might be meant", async () => {
  assert.match(await refusal(csvOf(rows.map((row) => [...row, row[4] ?? ""]))), /"Price USD" more than once/);
});

Deno.test("figures stay as they are written, exact", async () => {
  const file = oneTrade({
    exit: { "Price USD": "1,234,567.1234567890123", "Size (qty)": "0.00000001", "Net P&L USD": "\u22120.10" },
    entry: { "Price USD": "1e-7", "Size (qty)": "0.00000001" },
  });
  const [trade] = (await readable(file)).trades;
  assert.equal(trade?.exit?.price, "1234567.1234567890123");
  assert.equal(trade?.entry.price, "0.0000001");
  assert.equal(trade?.quantity, "0.00000001");
  assert.equal(trade?.profit, "-0.1");
});

for (
  const [what, changes, message] of [
    [
      "a comma that may be a decimal point",
      { exit: { "Price USD": "1,234" } },
      /"1,234" as price in row 2.*comma/,
    ],
    ["a size of nothing", { exit: { "Size (qty)": "0" }, entry: { "Size (qty)": "0" } }, /is not above 0/],
    [
      "sizes that differ",
      { exit: { "Size (qty)": "3" } },
      /trade 1 that is not of the side and size of its entry/,
    ],
    [
      "sides that differ",
      { exit: { Type: "Exit short" } },
      /trade 1 that is not of the side and size of its entry/,
    ],
    ["two exits of one trade", { entry: { Type: "Exit long" } }, /2 rows of trade 1: one entry and one exit/],
    ["an exit before its entry", { exit: { "Date and time": "2025-04-01 08:00" } }, /before the trade began/],
    ["a time that cannot be", { exit: { "Date and time": "2025-02-30 08:00" } }, /is not a time like/],
    ["a time before 1900", { entry: { "Date and time": "1899-12-30" } }, /"1899-12-30" as time in row 3/],
    ["a time in words", { exit: { "Date and time": "1 Apr 2025" } }, /"1 Apr 2025" as time in row 2/],
    ["a number that is none", { exit: { "Trade #": "one" } }, /"one" as number in row 2/],
  ] as const
) {
  Deno.test(`refused by its row: ${what}`, async () => {
    assert.match(await refusal(oneTrade(changes)), message);
  });
}
