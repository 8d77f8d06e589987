import assert from "node:assert/strict";
import { type Export, readExport } from "../../supabase/functions/_shared/backtest/read-trades.ts";
import { bytesOf, csvOf, HEADERS } from "./backtests.ts";

/** What a file that can be read says. */
export async function readable(file: string | Uint8Array, zone = "UTC"): Promise<Export> {
  const answer = await readExport(typeof file === "string" ? bytesOf(file) : file, zone);
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.file;
}

/** Why a file cannot be read. */
export async function refusal(text: string, zone = "UTC"): Promise<string> {
  const answer = await readExport(bytesOf(text), zone);
  assert.ok(!answer.ok, "it was read");
  return answer.message;
}

/** One trade, some of whose cells are others. */
export const oneTrade = (
  changes: { exit?: Record<string, string>; entry?: Record<string, string> } = {},
): string => {
  const base = {
    exit: ["1", "Exit long", "2025-04-01 10:00", "out", "11", "2", "22", "2", "10.00", "2"],
    entry: ["1", "Entry long", "2025-04-01 09:00", "in", "10", "2", "20", "2", "10.00", "2"],
  };
  const changed = (["exit", "entry"] as const).map((end) =>
    base[end].map((cell, index) => changes[end]?.[HEADERS[index] ?? ""] ?? cell)
  );
  return csvOf([HEADERS, ...changed]);
};
