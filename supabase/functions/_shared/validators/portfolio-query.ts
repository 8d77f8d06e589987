import * as z from "zod";
import { integer, text, time } from "./fields.ts";
import { accountName, strategyName, symbol, tickerOf } from "./names.ts";

const rowId = text(/^[1-9]\d{0,18}$/, "must be the id of the last row you have");
const word = text(/^[a-z0-9_ ]{1,32}$/, "must be a word of small letters");

/**
 * The query of `GET /portfolio/…`: the account, filters, and pages. What a resource has no use for is ignored, as are
 * other parameters; null where the query says nothing. Times are ISO 8601 or epoch seconds.
 */
export const portfolioQuerySchema = z.object({
  account: accountName.describe("The account; left out: the key's own, else default."),
  strategy: strategyName.describe("Of this strategy only."),
  symbol: symbol.transform((written) => written === null ? null : tickerOf(written.toUpperCase())).describe(
    "Of this instrument only.",
  ),
  status: word.describe("Of this status only."),
  limit: integer(1, 1_000, "rows").describe("Rows at most, 1 to 1000."),
  before: rowId.describe("The id of the last row you have: those before it follow."),
  after_symbol: symbol.describe("The symbol of the last position you have: those after it follow."),
  after_strategy: strategyName.describe("The strategy of that position."),
  epoch: integer(1, 2_147_483_647, "epochs").describe(
    "Of this epoch; left out: since the account's last reset.",
  ),
  bucket: word.describe(
    "How wide a step is: minute, 5 minutes, 15 minutes, hour, 4 hours, day, week or month; left out: what makes at most 1000.",
  ),
  from: time.describe("Since when, ISO 8601; left out: since the beginning."),
  to: time.describe("Until when, that moment excluded; left out: until now."),
});

/** What a reader asks for, beside the resource itself. */
export type PortfolioQuery = z.output<typeof portfolioQuerySchema>;
