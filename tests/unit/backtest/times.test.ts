import assert from "node:assert/strict";
import { csvOf, HEADERS, makeTrades, rowsOf } from "../../support/backtests.ts";
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

Deno.test("in the hour that an autumn night repeats, trades keep the order of the list", async () => {
  // Berlin, 25 to 26 October: 02:00 to 03:00 comes twice, at 00:00 and at 01:00 UTC.
  const shown = new Intl.DateTimeFormat("sv-SE", {
    ...{ timeZone: "Europe/Berlin", dateStyle: "short", timeStyle: "short" },
  });
  const moment = (turn: number) => Date.UTC(2025, 9, 25, 23, 30) + turn * 600_000;
  // Two lots that are turned every ten minutes.
  const rows = Array.from({ length: 36 }, (_, index) => {
    const turn = Math.floor(index / 2);
    const side = turn % 2 === 0 ? "long" : "short";
    return ([["Exit", turn + 1], ["Entry", turn]] as const).map(([end, at]) => [
      ...[String(index + 1), `${end} ${side}`, shown.format(moment(at)), "turn", String(100 + at), "1"],
      ...["", "0", "", "0"],
    ]);
  });
  const { trades: found } = await readable(csvOf([HEADERS, ...rows.flat()]), "Europe/Berlin");
  assert.deepEqual(
    found.map(({ entry, exit }) => [Date.parse(entry.time), Date.parse(exit?.time ?? "")]),
    found.map((_, index) => [moment(Math.floor(index / 2)), moment(Math.floor(index / 2) + 1)]),
  );
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
