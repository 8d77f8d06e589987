import { HttpError } from "../http/errors.ts";
import { type ImportOptions, NO_SYMBOL } from "../backtest/options.ts";
import { planOrders } from "../backtest/orders.ts";
import { readExport } from "../backtest/read-trades.ts";

export type Import = Awaited<ReturnType<typeof readImport>>;

/** What an import begins with: TradingView's own. */
const CAPITAL = "1000000";

/**
 * Reads a file, and makes an import of it.
 *
 * @throws HttpError 400 `unreadable_file`, which says what is wrong with it
 */
export async function readImport(bytes: Uint8Array, options: ImportOptions) {
  const { account, symbol, strategy, commission, capital, currency, owner_id } = options;
  const time_zone = options.time_zone ?? "UTC";
  const read = await readExport(bytes, time_zone);
  if (!read.ok) throw new HttpError(400, "unreadable_file", `the file ${read.message}`);
  return {
    ...{ account: account ?? "", strategy, time_zone, owner_id, fees: commission },
    symbol: symbol ?? NO_SYMBOL,
    capital: capital ?? CAPITAL,
    currency: currency ?? read.file.profitCurrency ?? "USD",
    file: read.file,
    plan: planOrders(read.file),
    /** The order to go on with; 1: the first. */
    from: 1,
  };
}
