import { HttpError } from "../http/errors.ts";
import type { Import } from "./baseline.ts";
import { type ImportOptions, NO_SYMBOL } from "../backtest/options.ts";
import { planOrders } from "../backtest/orders.ts";
import { readExport } from "../backtest/read-trades.ts";

/** What an import begins with: TradingView's own. */
const CAPITAL = "1000000";

/**
 * Reads a file, and makes an import of it.
 *
 * @throws HttpError 400 `unreadable_file`, which says what is wrong with it
 */
export async function readImport(bytes: Uint8Array, options: ImportOptions): Promise<Import> {
  const { account, symbol, strategy, commission, capital, currency, owner_id } = options;
  const time_zone = options.time_zone ?? "UTC";
  const read = await readExport(bytes, time_zone);
  if (!read.ok) throw new HttpError(400, "unreadable_file", `the file ${read.message}`);
  return {
    ...{ account: account ?? "", strategy, time_zone, owner_id, fees: commission, from: 1 },
    symbol: symbol ?? NO_SYMBOL,
    capital: capital ?? CAPITAL,
    currency: currency ?? read.file.profitCurrency ?? "USD",
    file: read.file,
    plan: planOrders(read.file),
  };
}
