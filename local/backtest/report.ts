import type { Check } from "../../supabase/functions/_shared/backtest/check.ts";
import { NO_SYMBOL } from "../../supabase/functions/_shared/backtest/options.ts";
import type { ImportResult } from "../../supabase/functions/_shared/tools/import-backtest.ts";

/** What is said after an import, line by line. */
export function reportOf(result: ImportResult, seconds: number): string[] {
  const { account, symbol, created, orders, booked, open_trades, next, check } = result;
  const there = orders - booked;
  return [
    `${booked} orders of ${symbol} booked in ${seconds.toFixed(1)} s${
      there > 0 ? `, ${there} were there already` : ""
    }`,
    ...created ? [] : [`The account ${account} was there: its own capital and commission hold.`],
    ...symbol === NO_SYMBOL
      ? ["To compare an account with it, give the --symbol that the account has it by."]
      : [],
    ...open_trades === 0 ? [] : [`${countOf(open_trades, "trade")} had not ended: what they hold is held.`],
    ...check === null
      ? [`Time ran out before order ${next}: run the same command again.`]
      : checkLines(check),
  ];
}

function checkLines(
  { equal, flat_points, differing, first_difference: first, profit, file_profit }: Check,
): string[] {
  const points = countOf(flat_points, "flat point");
  if (equal) return [`Profit equals the file's at all ${points}: ${profit}, the file's ${file_profit}.`];
  return [
    `Profit differs from the file's at ${differing} of ${points}: ${profit}, the file's ${file_profit}.`,
    `  First at ${first?.time}: ${first?.account}, the file's ${first?.file}. Is it the commission, the contract's ` +
    "multiplier (upsert_instrument) or another currency?",
  ];
}

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
