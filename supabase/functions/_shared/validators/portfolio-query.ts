import * as z from "zod";
import { accountName, strategyName, tickerOf } from "./canonical-alert.ts";
import { field, integer, text } from "./fields.ts";
import { readTime } from "./time.ts";

const symbol = text(/^[A-Za-z0-9._!/:^=&#@+* -]{1,64}$/, "is not a symbol");
const rowId = text(/^[1-9]\d{0,18}$/, "must be the id of the last row you have");
const word = text(/^[a-z0-9_ ]{1,32}$/, "must be a word of small letters");
const time = field(readTime);

/**
 * The query of `GET /portfolio/…`: the account, filters, and pages. What a resource has no use for is ignored, as are
 * other parameters; null where the query says nothing. Times are ISO 8601 or epoch seconds.
 */
export const portfolioQuerySchema = z.object({
  account: accountName,
  strategy: strategyName,
  symbol: symbol.transform((written) => written === null ? null : tickerOf(written.toUpperCase())),
  status: word,
  limit: integer(1, 1_000, "rows"),
  before: rowId,
  after_symbol: symbol,
  after_strategy: strategyName,
  epoch: integer(1, 2_147_483_647, "epochs"),
  bucket: word,
  from: time,
  to: time,
});

/** What a reader asks for, beside the resource itself. */
export type PortfolioQuery = z.output<typeof portfolioQuerySchema>;
