import assert from "node:assert/strict";
import { csvOf, makeTrades, rowsOf } from "../../support/backtests.ts";
import { oneTrade, readable, refusal } from "../../support/exports.ts";
import { type WorkbookCell, workbookOf } from "../../support/workbooks.ts";

const trades = makeTrades(1, 40);
const rows = rowsOf(trades);

Deno.test("times are of the chart's zone, in summer and in winter", async () => {
  const legs = async (zone: string, entry: string, exit: string) => {
    const file = oneTrade({ entry: { "Date and time": entry }, exit: { "Date and time": exit } });
    const [trade] = (await readable(file, zone)).trades;
    return [trade?.entry.time, trade?.exit?.time];
  };
  assert.deepEqual(await legs("America/New_York", "2025-01-15 09:30", "2025-07-15 09:30:30"), [
    "2025-01-15T14:30:00Z",
    "2025-07-15T13:30:30Z",
  ]);
  assert.deepEqual(await legs("Asia/Kolkata", "2025-01-15", "2025-01-16"), [
    "2025-01-14T18:30:00Z",
    "2025-01-15T18:30:00Z",
  ]);
  // The night on which 01:00 to 02:00 comes twice: the exit comes after its entry.
  assert.deepEqual(await legs("America/New_York", "2025-11-02 01:45", "2025-11-02 01:15"), [
    "2025-11-02T05:45:00Z",
    "2025-11-02T06:15:00Z",
  ]);
  assert.deepEqual(await legs("America/New_York", "2025-03-09 01:30", "2025-03-09 02:30"), [
    "2025-03-09T06:30:00Z",
    "2025-03-09T07:30:00Z",
  ]);
});

Deno.test("a zone that there is none of is refused by its name", async () => {
  assert.match(await refusal(oneTrade(), "Mars/Olympus"), /"Mars\/Olympus": give an IANA name/);
});

// Trades that have not ended --------------------------------------------------------------------------

Deno.test("an exit by Open at the end of the file is no exit: the trade has not ended", async () => {
  const { trades: found, last } = await readable(oneTrade({ exit: { Signal: "Open" } }));
  assert.equal(found[0]?.exit, null);
  assert.deepEqual(last, { time: "2025-04-01T10:00:00Z", price: "11" });
});

Deno.test("where a strategy calls its exits Open, they are exits", async () => {
  const named = rows.map((row) => row.map((cell) => cell === "flat" ? "Open" : cell));
  const { trades: found, last } = await readable(csvOf(named));
  assert.ok(found.every(({ exit }) => exit !== null));
  assert.equal(last, null);
});

Deno.test("a trade without an exit, or with an empty one, has not ended", async () => {
  const [headers, , entry] = oneTrade().split("\n");
  assert.equal((await readable(`${headers}\n${entry}`)).trades[0]?.exit, null);
  const empty = oneTrade({
    exit: { "Date and time": "", "Price USD": "", "Net P&L USD": "", "Cumulative P&L USD": "" },
  });
  assert.equal((await readable(empty)).trades[0]?.exit, null);
});

// Workbooks ------------------------------------------------------------------------------------------

Deno.test("an XLSX export is read as its CSV, from whichever sheet has the trades", async () => {
  const day = (text: string) => String(Date.parse(`${text.replace(" ", "T")}Z`) / 86_400_000 + 25_569);
  const cells = rows.map((row, line) =>
    row.map((cell, column): WorkbookCell => {
      if (line === 0 || column === 1 || column === 3) return cell;
      // A double as a workbook keeps it, with the noise that nobody sees.
      if (column === 4) return { number: Number(cell).toPrecision(17) };
      return column === 2 ? { number: day(cell), isTime: true } : { number: cell };
    })
  );
  const file = workbookOf({
    Performance: [["", "All USD"], ["Net profit", { number: "1" }]],
    "List of trades": cells,
  });
  assert.deepEqual((await readable(file)).trades, (await readable(csvOf(rows))).trades);
});

Deno.test("times of a workbook may be numbers without a format, or text", async () => {
  const [headers = [], exit = [], entry = []] = rowsOf(trades.slice(0, 1));
  const cells = entry.map((cell, column): WorkbookCell => column === 2 ? { number: "45000.25" } : cell);
  const [trade] = (await readable(workbookOf({ trades: [headers, exit, cells] }))).trades;
  assert.equal(trade?.entry.time, "2023-03-15T06:00:00Z");
  assert.equal(trade?.exit?.time, `${exit[2]?.replace(" ", "T")}:00Z`);
});
