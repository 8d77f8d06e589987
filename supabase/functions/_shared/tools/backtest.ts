import * as z from "zod";
import { HttpError } from "../http/errors.ts";
import { importOptions } from "../backtest/options.ts";
import { importBacktest } from "./import-backtest.ts";
import { defineTool } from "./tool.ts";

/** A year of 15-minute trades is 1.3 MB. */
const LARGEST_BODY = 8_000_000;

/** The file's bytes: CSV is sent as it is; a workbook, a ZIP archive, begins so in base64. */
function bytesOf(file: string): Uint8Array {
  if (!file.startsWith("UEsDB")) return new TextEncoder().encode(file);
  try {
    return Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
  } catch {
    throw new HttpError(
      400,
      "unreadable_file",
      "the file begins like a workbook in base64, and is not base64",
    );
  }
}

export const importBacktestTool = defineTool({
  description:
    "Imports TradingView's List of trades into a baseline account, by the times of its orders, each exactly once, and says " +
    "whether its profit is the file's. Where `next` is not null, time ran out: call again with it as `from`.",
  scope: "change",
  keeps: true,
  repeatable: true,
  bodyLimit: LARGEST_BODY,
  schema: importOptions.extend({
    file: z.string("is missing: the export").min(1, "is empty").describe(
      "The export: CSV as text, or XLSX in base64.",
    ),
    from: z.int().min(1).nullish().transform((order) => order ?? 1).describe(
      "The order to go on with; left out: the first.",
    ),
  }).meta({ required: ["account", "file"] }),
  async run({ file, from, ...options }, call) {
    return await importBacktest({ ...await call.readImport(bytesOf(file), options), from }, call);
  },
});
