import assert from "node:assert/strict";
import { csvOf, makeTrades, rowsOf } from "../../support/backtests.ts";
import { oneTrade, readable, refusal } from "../../support/exports.ts";

/** Exports as programs between TradingView and this one leave them. */

const rows = rowsOf(makeTrades(1, 40));
const today = await readable(csvOf(rows));
const MONEY = [4, 6, 7, 9];
const partedBy = (delimiter: string, cells: readonly string[][]) =>
  cells.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter)).join("\r\n");
/** The rows with their money written in another way. */
const written = (money: (cell: string) => string) =>
  rows.map((row, line) => row.map((cell, column) => line > 0 && MONEY.includes(column) ? money(cell) : cell));

for (const [name, delimiter] of [["semicolons", ";"], ["tabs", "\t"]] as const) {
  Deno.test(`cells that ${name} part are read`, async () => {
    assert.deepEqual(await readable(partedBy(delimiter, rows)), today);
  });
}

Deno.test("a file in UTF-16 is read, of either order of bytes", async () => {
  const text = partedBy("\t", rows);
  for (const isLittle of [true, false]) {
    const view = new DataView(new ArrayBuffer(2 + text.length * 2));
    [...`\ufeff${text}`].forEach((letter, index) =>
      view.setUint16(index * 2, letter.charCodeAt(0), isLittle)
    );
    assert.deepEqual(await readable(new Uint8Array(view.buffer)), today);
  }
});

const WAYS: Record<string, (cell: string) => string> = {
  "a decimal comma": (cell) => cell.replace(".", ","),
  "a decimal comma, and thousands by points": (cell) =>
    cell.replace(".", ",").replace(/\B(?=(?:\d{3})+(?!\d))(?<!,\d*)/g, "."),
  "thousands by commas": (cell) => cell.replace(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, ","),
  "thousands by spaces that do not break": (cell) =>
    cell.replace(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, "\u00a0"),
};
for (const [name, money] of Object.entries(WAYS)) {
  Deno.test(`numbers with ${name} are read, where the file shows which`, async () => {
    const cells = written(money);
    assert.notDeepEqual(cells, rows);
    assert.deepEqual(await readable(partedBy(";", cells)), today);
  });
}

Deno.test("what a number with three digits behind its comma means, the file's other numbers say", async () => {
  const priceOf = async (price: string, profit: string) =>
    (await readable(oneTrade({ exit: { "Price USD": price, "Net P&L USD": profit } }))).trades[0]?.exit
      ?.price;
  assert.equal(await priceOf("1,234", "12,5"), "1.234");
  assert.equal(await priceOf("1,234", "20,000.00"), "1234");
  assert.equal(await priceOf("1.234", "20.000,00"), "1234");
});

Deno.test("a number that may be read in two ways is refused", async () => {
  const exit = (price: string, profit: string) =>
    refusal(oneTrade({ exit: { "Price USD": price, "Net P&L USD": profit } }));
  assert.match(await exit("1,234", "5"), /"1,234" as price in row 2, which has a comma/);
  assert.match(await exit("1.234", "12,5"), /"1\.234" as price in row 2, which has a point/);
  // Both signs are a decimal point somewhere: which one the file means, nobody knows.
  assert.match(await exit("10.25", "12,5"), /"12,5" as profit in row 2, which has a comma/);
});

Deno.test("a comma that is not in quotes is refused by its row: it moves the cells behind it", async () => {
  assert.match(
    await refusal(oneTrade().replace("10:00,out,11,", "10:00,out,11,5,")),
    /11 cells in row 2, for 10 columns/,
  );
  assert.equal((await readable(oneTrade().replaceAll(/\n(.*)/g, "\n$1,,"))).trades.length, 1);
});

for (
  const [name, end] of [
    ["the word instead of its time", { "Date and time": "Open", "Price USD": "\u2014", "Net P&L USD": "0" }],
    ["dashes", { "Date and time": "\u2014", "Price USD": "\u2014", "Net P&L USD": "\u2014" }],
    ["nothing at all", {
      ...{ "Date and time": "", "Price USD": "", "Size (qty)": "" },
      ...{ "Net P&L USD": "", "Cumulative P&L USD": "" },
    }],
  ] as const
) {
  Deno.test(`an exit with ${name} has not come`, async () => {
    const { trades } = await readable(oneTrade({ exit: { Signal: "Open", ...end } }));
    assert.deepEqual(trades.map(({ exit, quantity }) => [exit, quantity]), [[null, "2"]]);
  });
}

Deno.test("a time may say its own offset, or be written as TradingView shows it", async () => {
  const of = async (time: string) =>
    (await readable(oneTrade({ exit: { "Date and time": time } }), "America/New_York")).trades[0]?.exit?.time;
  assert.equal(await of("2025-04-01T10:00:00-0500"), "2025-04-01T15:00:00Z");
  assert.equal(await of("2025-04-01T20:00:00+05:30"), "2025-04-01T14:30:00Z");
  assert.equal(await of("2025-04-01T14:00:00.000Z"), "2025-04-01T14:00:00Z");
  assert.equal(await of("Apr 01, 2025, 10:00"), "2025-04-01T14:00:00Z");
  assert.equal(await of("2025-04-01 9:30"), "2025-04-01T13:30:00Z");
});

Deno.test("trades of several symbols are refused: an import is of one", async () => {
  const [headers, first, second] = oneTrade().split("\n");
  const file = (one: string, other: string) =>
    [`Symbol,${headers?.slice(1)}`, `${one},${first}`, `${other},${second}`].join("\n");
  assert.match(await refusal(file("ACME", "OTHER")), /several symbols \(ACME, OTHER\)/);
  assert.equal((await readable(file("ACME", "ACME"))).trades.length, 1);
});

Deno.test("a signal may have quotes, line breaks and any letters", async () => {
  const signal = 'out "half",\n <b>now</b> \u05d0';
  assert.equal((await readable(oneTrade({ exit: { Signal: signal } }))).trades[0]?.exit?.signal, signal);
});
